import Tensors

/// Scores of any floating-point type as float32: in place, or converted.
/// - Throws: `invalidInput` for other types.
public func floatTensor(_ scores: Tensor) throws(Failure) -> Tensor {
  if scores.type == .float32 { return scores }
  guard scores.type.isFloatingPoint else {
    throw Failure(.invalidInput, "scores are \(scores.type.name), expected a floating-point type")
  }
  let converted = try Tensor(.float32, scores.shape)
  convert(scores.storage.base, scores.type, to: converted.storage.base, .float32, count: scores.count)
  return converted
}
