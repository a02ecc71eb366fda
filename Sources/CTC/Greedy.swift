import Tensors

/// A path through a network's frames with repeats merged and blanks dropped.
public struct GreedyPath {
  public let labels: DecodedLabels
  /// T.
  public let frameCount: Int
  /// Mean of the labels' confidences; without labels the mean probability of the blank; 0 without frames.
  public let confidence: Float
}

/// Best-path decoding of connectionist temporal classification: the most probable class of every frame, repeats merged,
/// blanks dropped (Graves et al., "Connectionist Temporal Classification", 2006, section 3.2).
///
/// With equal scores the lowest class wins.
/// - Throws: `invalidArgument` when `blank` is not a class, `invalidInput` when a score is not a number.
/// - Complexity: one pass over the T·C scores.
public func greedyPath(through scores: Scores, blank: Int) throws(Failure) -> GreedyPath {
  try checkBlank(blank, classCount: scores.classCount)
  var labels = try DecodedLabels()
  var previous = blank
  for frame in 0..<scores.frameCount {
    guard let best = bestClass(of: scores.frame(frame), count: scores.classCount) else {
      throw scores.notANumber(in: frame)
    }
    if best != blank {
      let confidence = scores.probability(ofBest: best, frame: frame)
      if best == previous {
        labels.extendLast(confidence: confidence)
      } else {
        try labels.append(
          DecodedLabel(label: Int32(best), firstFrame: Int32(frame), frameCount: 1, confidence: confidence))
      }
    }
    previous = best
  }

  var sum = 0.0
  if labels.isEmpty {
    // The blank was every frame's best class.
    for frame in 0..<scores.frameCount { sum += Double(scores.probability(ofBest: blank, frame: frame)) }
  } else {
    for label in labels { sum += Double(label.confidence) }
  }
  let mean = sum / Double(max(labels.isEmpty ? scores.frameCount : labels.count, 1))
  return GreedyPath(labels: labels, frameCount: scores.frameCount, confidence: Float(mean))
}
