import ArgumentParser
import CCRNN
import COnnxChecker
import Foundation

@main
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crnn-convert",
    abstract: "Converts models, language models and word lists to native files, or shows what a file holds.",
    discussion: """
      Takes an ONNX or native (.crnn) file, describes in its metadata how images are read with it, and writes it in \
      the native format. The description is needed only where the file does not carry it already.

      An ARPA file (.arpa, .arpa.gz) becomes a language model (.crnnlm), and a word list, UTF-8 with a word a line \
      (.txt), becomes a lexicon (.crnnlex). The name of the output tells what is wanted; without one, the input's does.

      Exit codes: 0 success, 1 failure, 2 wrong usage.
      """,
    version: String(cString: crnn_version()))

  @Argument(help: "An ONNX or native model, an ARPA file, or a word list.")
  var model: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The file to write. (default: the input's name with the extension .crnn, .crnnlm or .crnnlex)", valueName: "file")
  )
  var output: String?

  @OptionGroup(title: "Description of the reader") var description: Description

  @OptionGroup(title: "Language models") var languageModel: LanguageModelOptions

  @Flag(help: "Run both files on the same random inputs and compare; nothing is written when they differ.")
  var verify = false

  @Option(help: "The greatest difference that --verify accepts; 0 asks for the same bits.")
  var tolerance = 0.0

  @Flag(help: "Show inputs, outputs, operators, parameters and metadata; without -o, write nothing.")
  var inspect = false

  @Flag(help: "Print the operators that models may have, as a table in Markdown, and do nothing else.")
  var operators = false

  @Flag(help: "Replace an existing file.")
  var force = false

  @Flag(name: [.short, .long], help: "Print errors and results only.")
  var quiet = false

  func validate() throws {
    guard model != nil || operators else { throw ValidationError("Missing expected argument '<model>'") }
    guard tolerance >= 0 else { throw ValidationError("--tolerance must not be negative.") }
    if isInspectionOnly {
      if verify { throw ValidationError("--verify compares a written file; with --inspect it needs -o.") }
      if !description.isEmpty {
        throw ValidationError("Metadata are set in a written file; with --inspect they need -o.")
      }
    }
    if kind != .model, verify || !description.isEmpty {
      throw ValidationError("--verify and the description of a reader are for models.")
    }
    if (kind != .languageModel || isInspectionOnly) && !languageModel.isEmpty {
      throw ValidationError("--quantize, --characters and --space are for ARPA files.")
    }
  }

  private var input: String { model ?? "" }

  private var isInspectionOnly: Bool { inspect && output == nil }

  private var kind: FileKind { FileKind(input: input, output: output) }

  private var outputPath: String { output ?? kind.outputPath(for: input) }

  func run() throws {
    let console = Console(isQuiet: quiet)
    if operators { return print(OperatorTable.markdown(), terminator: "") }
    if !isInspectionOnly { try checkOutput() }
    switch kind {
    case .model: try convertModel(console)
    case .languageModel:
      if !isInspectionOnly { try languageModel.compile(input, to: outputPath, console) }
    case .lexicon:
      if !isInspectionOnly { try DecoderFiles.convertLexicon(input, to: outputPath, console) }
    }
    if !isInspectionOnly { console.result(outputPath) }
    if inspect { console.result(try report(isInspectionOnly ? input : outputPath)) }
  }

  private func report(_ path: String) throws -> String {
    switch kind {
    case .model: try Inspection.report(Model(path))
    case .languageModel: try DecoderFiles.inspectLanguageModel(path)
    case .lexicon: try DecoderFiles.inspectLexicon(path)
    }
  }

  private func convertModel(_ console: Console) throws {
    reportFindings(console)
    if isInspectionOnly { return }
    console.step("reading \(input)")
    let model = try Model(input)
    try description.apply(to: model, console)
    console.step("writing \(outputPath)")
    if verify {
      try writeVerified(model, console)
    } else {
      try checkOutput()
      try model.save(to: outputPath)
    }
  }

  private func checkOutput() throws {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: outputPath, isDirectory: &isDirectory) else { return }
    if isDirectory.boolValue { throw Problem("'\(outputPath)' is a folder; name a file with -o") }
    guard force else { throw Problem("'\(outputPath)' exists; --force replaces it") }
  }

  /// Writes beside the output, compares, and renames only then.
  private func writeVerified(_ model: Model, _ console: Console) throws {
    let temporary = outputPath + ".\(ProcessInfo.processInfo.processIdentifier).unverified"
    defer { unlink(temporary) }
    try model.save(to: temporary)
    try Verification.compare(
      model, Model(temporary), layout: description.layout, tolerance: tolerance, console)
    try checkOutput()
    guard rename(temporary, outputPath) == 0 else {
      throw Problem("cannot write '\(outputPath)': \(String(cString: strerror(errno)))")
    }
  }

  /// What libonnx says of an ONNX file. It knows older operator sets only, so its word is advice.
  private func reportFindings(_ console: Console) {
    guard !quiet, mayBeONNX, let text = onnx_checker_findings(input) else { return }
    defer { onnx_checker_free(text) }
    for line in String(cString: text).split(separator: "\n") { console.step("libonnx: \(line)") }
  }

  /// A file that can be read and does not begin as native ones do, with 0x89 "CRNN".
  private var mayBeONNX: Bool {
    guard let file = FileHandle(forReadingAtPath: input) else { return false }
    defer { try? file.close() }
    guard let start = try? file.read(upToCount: 5) else { return false }
    return start != Data([0x89, 0x43, 0x52, 0x4E, 0x4E])
  }
}

extension Convert {
  /// ArgumentParser's own exit code for wrong usage, 64, becomes 2.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let problem as Problem {
      FileHandle.standardError.write(Data("crnn-convert: \(problem)\n".utf8))
      Foundation.exit(1)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if !message.isEmpty {
        let handle = code.isSuccess ? FileHandle.standardOutput : FileHandle.standardError
        handle.write(Data((message + "\n").utf8))
      }
      Foundation.exit(code.isSuccess ? 0 : code == .validationFailure ? 2 : 1)
    }
  }
}
