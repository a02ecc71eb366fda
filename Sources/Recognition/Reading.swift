import CTC
import Tensors

/// What was read: the labels on the path, with their texts and their places in the image.
public struct Reading {
  public let labels: DecodedLabels
  /// Of a greedy path: mean of the labels' confidences, without labels the mean probability of the blank. Of a
  /// hypothesis: its probability.
  public let confidence: Float
  /// Frames that the network produced.
  public let frameCount: Int
  private let hypothesis: Hypothesis?
  private let texts: Labels?
  private let blank: Int
  private let pixelsPerFrame: Double

  /// - Parameter texts: nil for labels by number only.
  /// - Parameter imageWidth: of the caller's image; 0 when there is none.
  public init(_ path: GreedyPath, texts: Labels?, blank: Int, imageWidth: Int) {
    self.init(path.labels, nil, path.confidence, path.frameCount, texts, blank, imageWidth)
  }

  /// A text that a search found in `frameCount` frames.
  public init(
    _ hypothesis: Hypothesis, frameCount: Int, texts: Labels?, blank: Int, imageWidth: Int
  ) throws(Failure) {
    self.init(
      try DecodedLabels(hypothesis), hypothesis, hypothesis.confidence, frameCount, texts, blank, imageWidth)
  }

  private init(
    _ labels: DecodedLabels, _ hypothesis: Hypothesis?, _ confidence: Float, _ frameCount: Int, _ texts: Labels?,
    _ blank: Int, _ imageWidth: Int
  ) {
    self.labels = labels
    self.hypothesis = hypothesis
    self.confidence = confidence
    self.frameCount = frameCount
    self.texts = texts
    self.blank = blank
    pixelsPerFrame = frameCount == 0 ? 0 : Double(imageWidth) / Double(frameCount)
  }

  /// UTF-8 text of a label of this reading, which keeps it; empty when it has none.
  public func text(of label: DecodedLabel) -> UnsafeBufferPointer<UInt8> {
    texts?.text(ofClass: Int(label.label), blank: blank) ?? UnsafeBufferPointer(start: nil, count: 0)
  }

  /// How sure a run of labels is. Of a hypothesis: see there. Of a greedy path: the product of the labels' confidences.
  public func confidence(of range: Range<Int>) -> Float {
    hypothesis?.confidence(of: range) ?? labels[range].reduce(1) { $0 * $1.confidence }
  }

  /// Left edge and width of a label along the width of the caller's image, in pixels.
  public func span(of label: DecodedLabel) -> (x: Float, width: Float) {
    (Float(Double(label.firstFrame) * pixelsPerFrame), Float(Double(label.frameCount) * pixelsPerFrame))
  }

  /// The whole text, UTF-8.
  public var text: [UInt8] {
    var text: [UInt8] = []
    for label in labels { text.append(contentsOf: self.text(of: label)) }
    return text
  }
}
