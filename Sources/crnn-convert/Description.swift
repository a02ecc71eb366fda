import ArgumentParser
import Foundation

enum Channels: String, ExpressibleByArgument, CaseIterable {
  case gray, rgb, bgr
  var count: Int { self == .gray ? 1 : 3 }
}

enum ImageLayout: String, ExpressibleByArgument, CaseIterable { case NCHW, NHWC }

enum OutputKind: String, ExpressibleByArgument, CaseIterable {
  case probabilities
  case logProbabilities = "log_probabilities"
  case logits
}

enum OutputLayout: String, ExpressibleByArgument, CaseIterable { case NTC, TNC }

/// What the network reads and writes; it becomes the metadata that docs/metadata.md lists.
struct Description: ParsableArguments {
  @Option(help: ArgumentHelp("The labels of the network's classes, one a line, without the blank.", valueName: "file"))
  var labels: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The same as text: each Unicode character is one label.", valueName: "text"))
  var charset: String?

  @Option(help: ArgumentHelp("The class of the CTC blank. (default: first)", valueName: "first|last|N"))
  var blank: Blank?

  @Option(help: "The height of the network's image in pixels.")
  var height: Int?

  @Option(help: "Its width, where that is fixed; otherwise the width follows the image's aspect ratio.")
  var width: Int?

  @Option(help: "The order of colour channels.")
  var channels: Channels?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Subtracted from a pixel of 0 to 255, one number or one a channel.", valueName: "X[,X,X]"))
  var mean: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Multiplies the difference.", valueName: "X[,X,X]"))
  var scale: String?

  @Option(help: "The layout of the network's image.")
  var layout: ImageLayout?

  @Option(help: "What the network's output holds.")
  var outputKind: OutputKind?

  @Option(help: "The layout of the output: time steps first or batch first.")
  var outputLayout: OutputLayout?

  @Option(
    name: .customLong("metadata"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Any other entry of the model's metadata; repeatable.", valueName: "key=value"))
  var entries: [String] = []

  /// Checks what can be told without the model.
  func validate() throws {
    if labels != nil, charset != nil { throw ValidationError("--labels and --charset exclude each other.") }
    if let height, height < 1 { throw ValidationError("--height must be at least 1, not \(height).") }
    if let width, width < 1 { throw ValidationError("--width must be at least 1, not \(width).") }
    for (option, text) in [("--mean", mean), ("--scale", scale)] {
      guard let text else { continue }
      let numbers = try Self.numbers(text, option)
      let counts = channels.map { Set([1, $0.count]) } ?? [1, 3]
      guard counts.contains(numbers.count) else {
        let expected = counts.sorted().map(String.init).joined(separator: " or ")
        throw ValidationError("\(option) has \(counted(numbers.count, "number")), expected \(expected).")
      }
      if option == "--scale", numbers.contains(0) { throw ValidationError("--scale must not be 0.") }
    }
    for entry in entries {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw ValidationError("--metadata '\(entry)' is not of the form KEY=VALUE.")
      }
    }
  }

  private static func numbers(_ text: String, _ option: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let text = part.trimmingCharacters(in: .whitespaces)
      // Decimal alone: no hexadecimal, no "inf".
      guard text.allSatisfy({ "0123456789+-.eE".contains($0) }), let number = Double(text), number.isFinite else {
        throw ValidationError("\(option): '\(part)' is no number.")
      }
      return number
    }
  }

  var isEmpty: Bool { !describesReader && entries.isEmpty }

  /// Whether anything is said of images, labels or the output.
  private var describesReader: Bool {
    labels != nil || charset != nil || blank != nil || height != nil || width != nil || channels != nil || mean != nil
      || scale != nil || layout != nil || outputKind != nil || outputLayout != nil
  }

  /// The given labels; nil when the options do not give any.
  func givenLabels() throws -> [String]? {
    if let labels { return try Labels.read(labels) }
    return try charset.map { try Labels.split($0) }
  }

  /// Writes the description into the model's metadata. Everything is checked against the model first.
  func apply(to model: Model, _ console: Console) throws {
    guard !isEmpty else { return }
    var metadata: [(key: String, value: String)] = []
    if describesReader, model.metadata("crnn.kind") == nil { metadata.append(("crnn.kind", "image")) }
    metadata += try classes(model, console)
    try checkImage(model)
    let numbers = { (text: String) in
      text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: ",")
    }
    let options: [(key: String, value: String?)] = [
      ("crnn.image.height", height.map { String($0) }), ("crnn.image.width", width.map { String($0) }),
      ("crnn.image.channels", channels?.rawValue), ("crnn.image.layout", layout?.rawValue),
      ("crnn.image.mean", mean.map(numbers)), ("crnn.image.scale", scale.map(numbers)),
      ("crnn.output.kind", outputKind?.rawValue), ("crnn.output.layout", outputLayout?.rawValue),
    ]
    for (key, value) in options { if let value { metadata.append((key, value)) } }
    for entry in entries {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
      if parts[0].hasPrefix("crnn."), !MetadataKeys.all.contains(parts[0]) {
        console.warning("--metadata: '\(parts[0])' is not a key that the library knows")
      }
      metadata.append((parts[0], parts[1]))
    }
    for (key, value) in metadata { try model.setMetadata(key, value) }
    try checkWhole(model, console)
  }

  /// What the library will miss when it reads an image with the model.
  private func checkWhole(_ model: Model, _ console: Console) throws {
    guard model.metadata("crnn.kind") == "image" else { return }
    let needed = [
      ("crnn.labels", "--labels or --charset"), ("crnn.image.height", "--height"),
      ("crnn.image.channels", "--channels"), ("crnn.output.kind", "--output-kind"),
    ]
    let missing = needed.filter { model.metadata($0.0) == nil }.map(\.1)
    if !missing.isEmpty {
      console.warning("the model cannot read images yet; missing: \(missing.joined(separator: ", "))")
    }
    let channels = model.metadata("crnn.image.channels").flatMap(Channels.init)
    for (key, option) in [("crnn.image.mean", "--mean"), ("crnn.image.scale", "--scale")] {
      let count = model.metadata(key)?.split(separator: ",").count ?? 1
      guard let channels, count != 1, count != channels.count else { continue }
      throw Problem(
        "\(option): \(counted(count, "number")) for \(counted(channels.count, "channel")) (\(channels.rawValue))")
    }
  }

  /// The metadata of labels and blank.
  private func classes(_ model: Model, _ console: Console) throws -> [(key: String, value: String)] {
    let given = try givenLabels()
    guard given != nil || blank != nil else { return [] }
    guard let labels = given ?? model.metadata("crnn.labels").map({ $0.components(separatedBy: "\n") }) else {
      throw Problem("--blank needs labels: give --labels or --charset")
    }
    let repeated = Labels.repeated(labels)
    if !repeated.isEmpty {
      console.warning("more than one class has the label \(Labels.describe(repeated))")
    }
    if let classes = try classCount(of: model), classes != labels.count + 1 {
      let option =
        given == nil ? "the model's metadata gives" : self.labels != nil ? "--labels gives" : "--charset gives"
      throw Problem(
        "\(option) \(counted(labels.count, "label")), but the network has \(classes) classes: "
          + "\(counted(classes - 1, "label")) and the blank")
    }
    var metadata: [(key: String, value: String)] = []
    if given != nil { metadata.append(("crnn.labels", labels.joined(separator: "\n"))) }
    if blank != nil || model.metadata("crnn.blank") == nil || given != nil {
      metadata.append(("crnn.blank", String(try (blank ?? .first).index(labelCount: labels.count))))
    }
    return metadata
  }

  /// The number of classes: the output's last dimension, from a trial run, since declared shapes may be wrong; from the
  /// declaration when the network cannot be tried.
  private func classCount(of model: Model) throws -> Int? {
    let outputs = try model.outputs
    let wanted = model.metadata("crnn.output")
    let index = outputs.firstIndex { $0.name == wanted } ?? 0
    guard index < outputs.count else { throw Problem("\(model.path): the model has no output") }
    let trials = Trial.shapes(for: try model.inputs, height: height ?? model.imageHeight, layout: layout)
    if let session = try? Session(model) {
      for shapes in trials {
        let inputs = Trial.inputs(try model.inputs, shapes, seed: 1)
        if let result = try? session.run(inputs), index < result.count {
          return result[index].shape.last.map { Int($0) }
        }
      }
    }
    return outputs[index].shape?.last.flatMap { $0 > 0 ? Int($0) : nil }
  }

  /// Compares the image's description with the shape that the model declares for its input.
  private func checkImage(_ model: Model) throws {
    let inputs = try model.inputs
    let wanted = model.metadata("crnn.input")
    guard let input = inputs.first(where: { $0.name == wanted }) ?? inputs.first, let shape = input.shape,
      shape.count == 4
    else { return }
    let layout = layout ?? model.metadata("crnn.image.layout").flatMap(ImageLayout.init) ?? .NCHW
    let axes = layout == .NCHW ? (channels: 1, height: 2, width: 3) : (channels: 3, height: 1, width: 2)
    let options = [
      ("--channels \(channels?.rawValue ?? "")", channels?.count, axes.channels),
      ("--height \(height ?? 0)", height, axes.height), ("--width \(width ?? 0)", width, axes.width),
    ]
    for (option, value, axis) in options {
      guard let value, shape[axis] > 0, shape[axis] != Int64(value) else { continue }
      throw Problem(
        "\(option) does not fit the network: its input '\(input.name)' is \(input.shapeText), "
          + "read as \(layout.rawValue) (see --layout)")
    }
  }
}

extension Model {
  /// The height that the metadata give for images.
  var imageHeight: Int? { metadata("crnn.image.height").flatMap { Int($0) } }
}

enum MetadataKeys {
  /// The keys of docs/metadata.md.
  static let all: Set<String> = [
    "crnn.kind", "crnn.labels", "crnn.blank", "crnn.image.height", "crnn.image.width", "crnn.image.channels",
    "crnn.image.layout", "crnn.image.mean", "crnn.image.scale", "crnn.output.kind", "crnn.output.layout", "crnn.input",
    "crnn.output", "crnn.name", "crnn.license", "crnn.description",
  ]
}
