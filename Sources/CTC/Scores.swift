import CSystem
import Tensors

/// What a network's scores are. The raw values are those of `crnn_score_kind` in crnn.h.
public enum ScoreKind: Int32, Sendable {
  case logProbabilities = 1
  case probabilities = 2
  /// Unnormalised scores, whose softmax are the probabilities.
  case logits = 3
}

/// Scores of C classes in T frames: a [T, C] matrix of float32 in somebody else's memory, which must outlive this view.
public struct Scores {
  let base: UnsafePointer<Float>
  public let frameCount: Int
  public let classCount: Int
  /// Elements from one frame to the next.
  public let frameStride: Int
  public let kind: ScoreKind

  /// - Parameter base: may be nil when there are no frames.
  /// - Throws: `invalidArgument` when there is no class, or a size is negative or too large.
  public init(
    _ base: UnsafePointer<Float>?, frameCount: Int, classCount: Int, frameStride: Int? = nil, kind: ScoreKind
  ) throws(Failure) {
    let stride = frameStride ?? classCount
    guard classCount >= 1, classCount <= Int(Int32.max) else {
      throw Failure(.invalidArgument, "\(classCount) classes, expected 1 to \(Int32.max)")
    }
    guard frameCount >= 0, frameCount <= Int(Int32.max) else {
      throw Failure(.invalidArgument, "\(frameCount) frames, expected 0 to \(Int32.max)")
    }
    let (elements, overflow) = frameCount.multipliedReportingOverflow(by: stride)
    guard stride >= classCount, !overflow, elements <= Int.max / 8 else {
      throw Failure(.invalidArgument, "\(stride) elements from frame to frame, expected at least \(classCount)")
    }
    guard let address = base ?? (frameCount == 0 ? Scores.nothing : nil) else {
      throw Failure(.invalidArgument, "scores is NULL, expected \(frameCount) frames of \(classCount) classes")
    }
    self.base = address
    self.frameCount = frameCount
    self.classCount = classCount
    self.frameStride = stride
    self.kind = kind
  }

  private static var nothing: UnsafePointer<Float>? { UnsafePointer(bitPattern: MemoryLayout<Float>.alignment) }

  func frame(_ index: Int) -> UnsafePointer<Float> { base + index &* frameStride }

  /// The probability, 0 to 1, of a frame's best class, given which class that is.
  func probability(ofBest label: Int, frame index: Int) -> Float {
    let frame = frame(index)
    let best = frame[label]
    switch kind {
    case .probabilities: return min(max(best, 0), 1)
    case .logProbabilities: return min(expf(best), 1)
    case .logits:
      // Equal scores are not subtracted, because the difference of two infinities is not a number.
      var sum: Float = 0
      for label in 0..<classCount { sum += frame[label] == best ? 1 : expf(frame[label] - best) }
      return 1 / sum
    }
  }

  /// The error for a frame with a score that is not a number.
  func notANumber(in frame: Int) -> Failure {
    let row = self.frame(frame)
    var label = 0
    while label < classCount - 1, row[label] == row[label] { label += 1 }
    return Failure(.invalidInput, "the score of class \(label) in frame \(frame) is not a number (NaN)")
  }
}

func checkBlank(_ blank: Int, classCount: Int) throws(Failure) {
  guard blank >= 0, blank < classCount else {
    throw Failure(.invalidArgument, "blank is class \(blank), expected 0 to \(classCount - 1)")
  }
}
