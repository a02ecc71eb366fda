import Foundation

/// What the tool makes of a file, told by the names of output and input.
enum FileKind {
  case model, languageModel, lexicon

  init(input: String, output: String?) {
    switch output.map({ URL(fileURLWithPath: $0).pathExtension }) {
    case "crnnlm": self = .languageModel
    case "crnnlex": self = .lexicon
    case "crnn": self = .model
    default:
      let name = input.hasSuffix(".gz") ? String(input.dropLast(3)) : input
      switch URL(fileURLWithPath: name).pathExtension {
      case "arpa", "crnnlm": self = .languageModel
      case "txt", "crnnlex": self = .lexicon
      default: self = .model
      }
    }
  }

  var pathExtension: String {
    switch self {
    case .model: "crnn"
    case .languageModel: "crnnlm"
    case .lexicon: "crnnlex"
    }
  }

  /// The input's name with this kind's extension.
  func outputPath(for input: String) -> String {
    let name = input.hasSuffix(".gz") ? String(input.dropLast(3)) : input
    return URL(fileURLWithPath: name).deletingPathExtension().appendingPathExtension(pathExtension).path
  }
}
