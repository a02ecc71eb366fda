import CTC
import Tensors

/// Reads scores to labels and texts, greedily.
///
/// - Parameter texts: nil for labels by number only.
/// - Parameter imageWidth: of the image that the scores came from; 0 when there is none.
/// - Throws: `invalidArgument` when the texts are not one less than the classes or `blank` is no class,
///   `invalidInput` when a score is not a number, `outOfMemory`.
public func decode(_ scores: Scores, texts: Labels?, blank: Int, imageWidth: Int = 0) throws(Failure) -> Reading {
  if let texts, texts.count != scores.classCount - 1 {
    throw Failure(
      .invalidArgument,
      "\(texts.count) labels for \(scores.classCount) classes, expected \(scores.classCount - 1): one a class but "
        + "the blank")
  }
  let path = try greedyPath(through: scores, blank: blank)
  return Reading(path, texts: texts, blank: blank, imageWidth: imageWidth)
}

/// Reads a network's output for one image.
///
/// - Parameter scores: [1, T, C], [T, 1, C] or [T, C] of a floating-point type.
/// - Parameter imageWidth: of the caller's image, in pixels.
/// - Parameter decoder: nil for greedy decoding.
/// - Throws: `invalidMetadata` when the output is not what the metadata says, `invalidInput` when a score is not a
///   number, `outOfMemory`.
public func decode(
  _ scores: Tensor, as description: RecognizerDescription, imageWidth: Int, decoder: Decoder? = nil
) throws(Failure) -> Reading {
  let output = "the network's output, \(scores.type.name) \(describe(scores.shape)),"
  guard scores.type.isFloatingPoint else {
    throw Failure(.invalidMetadata, "\(output) cannot be decoded, expected a floating-point type")
  }
  guard let frameCount = frameCount(of: scores.shape, description.outputLayout), let classCount = scores.shape.last
  else {
    let expected =
      switch description.outputLayout {
      case .ntc: "[1, T, C] or [T, C], as metadata 'crnn.output.layout' says"
      case .tnc: "[T, 1, C] or [T, C], as metadata 'crnn.output.layout' says"
      case nil: "[1, T, C], [T, 1, C] or [T, C]"
      }
    throw Failure(.invalidMetadata, "\(output) cannot be decoded, expected \(expected)")
  }
  guard description.labels.count + 1 == classCount else {
    throw Failure(
      .invalidMetadata,
      "\(output) has \(classCount) classes, expected \(description.labels.count + 1): metadata 'crnn.labels' has "
        + "\(description.labels.count), and the blank is one more")
  }
  let values = try floatTensor(scores)
  defer { withExtendedLifetime(values) {} }
  let view = try Scores(
    values.elements(as: Float.self).baseAddress, frameCount: frameCount, classCount: classCount,
    kind: description.outputKind)
  let (labels, blank) = (description.labels, description.blank)
  guard let decoder else { return try decode(view, texts: labels, blank: blank, imageWidth: imageWidth) }
  let found = try decoder.decode(view, labels: labels, blank: blank, limit: 1)
  guard let best = found.first else { throw Failure(.invalidInput, "the search found no text") }
  return try Reading(best, frameCount: frameCount, texts: labels, blank: blank, imageWidth: imageWidth)
}

/// T of the scores of one image; nil when the shape is none of one image.
private func frameCount(of shape: Shape, _ layout: RecognizerDescription.OutputLayout?) -> Int? {
  if shape.count == 2 { return shape[0] }
  guard shape.count == 3 else { return nil }
  if layout != .tnc, shape[0] == 1 { return shape[1] }
  if layout != .ntc, shape[1] == 1 { return shape[0] }
  return nil
}
