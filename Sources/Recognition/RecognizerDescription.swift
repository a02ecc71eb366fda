import CTC
import Tensors

/// What a network that reads line images expects of an image and says of its output, as the model's metadata has it.
///
/// | key                   | value                                                         | when absent     |
/// |-----------------------|---------------------------------------------------------------|-----------------|
/// | `crnn.kind`           | `image`                                                       | error           |
/// | `crnn.labels`         | text of every class but the blank, in class order, one a line | error           |
/// | `crnn.blank`          | class of the blank                                            | 0               |
/// | `crnn.image.height`   | rows to which an image is scaled                              | error           |
/// | `crnn.image.width`    | columns, for a network of one width                           | in proportion   |
/// | `crnn.image.channels` | `gray`, `rgb` or `bgr`                                        | error           |
/// | `crnn.image.layout`   | `NCHW` or `NHWC`                                              | `NCHW`          |
/// | `crnn.image.mean`     | one number, or one a channel, separated by commas             | 0               |
/// | `crnn.image.scale`    | likewise; a pixel 0…255 becomes (pixel − mean)·scale          | 1               |
/// | `crnn.input`          | name of the input that takes the image                        | the first       |
/// | `crnn.output`         | name of the output to decode                                  | the first       |
/// | `crnn.output.kind`    | `probabilities`, `log_probabilities` or `logits`              | error           |
/// | `crnn.output.layout`  | `NTC` or `TNC`                                                | where N is 1    |
public struct RecognizerDescription {
  public enum OutputLayout: Sendable { case ntc, tnc }

  public var labels: Labels
  public var blank: Int
  public var image: ImageDescription
  /// Name of the input that takes the image; nil for the first.
  public var input: String?
  /// Name of the output to decode; nil for the first.
  public var output: String?
  public var outputKind: ScoreKind
  /// nil: whichever of the first two dimensions is 1 counts images, the first if both are.
  public var outputLayout: OutputLayout?

  /// Reads a model's metadata through `lookup`, which returns the value of a key, nil when there is none.
  /// - Throws: `invalidMetadata` at the first missing or wrong key.
  public init(metadata lookup: @escaping (String) -> String?) throws(Failure) {
    let metadata = MetadataReader(lookup: lookup)
    _ = try metadata.choice("crnn.kind", [("image", true)])
    let expected = "the text of every class but the blank, one a line"
    labels = try Labels(lines: try metadata.string("crnn.labels", expected: expected))
    if labels.count == 1, labels[0].isEmpty { throw metadata.failure("crnn.labels", expected: expected) }
    blank = try metadata.integer("crnn.blank", in: 0...labels.count, default: 0)
    image = try ImageDescription(metadata)
    input = lookup("crnn.input")
    output = lookup("crnn.output")
    outputKind = try metadata.choice(
      "crnn.output.kind",
      [("probabilities", .probabilities), ("log_probabilities", .logProbabilities), ("logits", .logits)])
    let layouts: [(name: String, value: OutputLayout?)] = [("NTC", .ntc), ("TNC", .tnc)]
    outputLayout =
      lookup("crnn.output.layout") == nil ? nil : try metadata.choice("crnn.output.layout", layouts)
  }
}

/// The image that a network takes.
public struct ImageDescription {
  public enum Layout: Sendable { case nchw, nhwc }

  public var height: Int
  /// nil: in proportion to the height.
  public var width: Int?
  public var channels: Channels
  public var layout: Layout
  /// One number a channel, in the order of `channels`: a pixel from 0 to 255 becomes (pixel − mean)·scale.
  public var mean: [Float]
  public var scale: [Float]

  init(_ metadata: MetadataReader) throws(Failure) {
    height = try metadata.integer("crnn.image.height", in: 1...ImageDescription.maximumHeight)
    width = nil
    if metadata.lookup("crnn.image.width") != nil {
      width = try metadata.integer("crnn.image.width", in: 1...maximumImageSide)
    }
    channels = try metadata.choice("crnn.image.channels", [("gray", .gray), ("rgb", .rgb), ("bgr", .bgr)])
    layout = try metadata.choice("crnn.image.layout", [("NCHW", .nchw), ("NHWC", .nhwc)], default: .nchw)
    mean = try metadata.numbers("crnn.image.mean", count: channels.count, default: 0)
    scale = try metadata.numbers("crnn.image.scale", count: channels.count, default: 1)
  }

  static let maximumHeight = 16_384
  /// Pixels of a scaled image.
  static let maximumArea = 1 << 26

  /// The width and height to which an image is scaled.
  /// - Throws: `invalidInput` when that would be beyond reason.
  public func size(for image: ImageView) throws(Failure) -> (width: Int, height: Int) {
    // Sides of at most a million leave the products far from overflow.
    let width = self.width ?? (height * image.width + image.height - 1) / image.height
    // The rows are scaled first: their result must be within reason, too.
    guard width <= maximumImageSide, width * height <= ImageDescription.maximumArea,
      width * image.height <= ImageView.maximumArea
    else {
      throw Failure(
        .invalidInput,
        "an image of \(image.width)x\(image.height) pixels becomes \(width)x\(height) for this network, "
          + "which is too large: expected at most \(maximumImageSide) columns, \(ImageDescription.maximumArea) pixels, "
          + "and \(ImageView.maximumArea) pixels when only its width is scaled")
    }
    return (width, height)
  }
}
