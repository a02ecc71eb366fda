import CSystem
import Tensors

/// Natural logarithms of the probabilities of C classes in T frames, checked: none is NaN, none above zero by more than
/// rounding explains.
public struct LogProbabilities {
  private let scores: Scores
  /// Where they were computed; nil when they are the caller's.
  private let storage: Storage?

  public var frameCount: Int { scores.frameCount }
  public var classCount: Int { scores.classCount }

  /// In place when they are log-probabilities already; the log-softmax of logits, the logarithm of probabilities.
  /// - Throws: `invalidInput` for a score that is not a number or no probability.
  public init(_ scores: Scores) throws(Failure) {
    if scores.kind == .logProbabilities {
      self.scores = scores
      storage = nil
    } else {
      let bytes = scores.frameCount * scores.classCount * MemoryLayout<Float>.stride
      let storage = try Storage(byteCount: bytes)
      let target = storage.base.bindMemory(to: Float.self, capacity: scores.frameCount * scores.classCount)
      for frame in 0..<scores.frameCount {
        scores.logarithms(of: frame, into: target + frame * scores.classCount)
      }
      self.storage = storage
      self.scores = try Scores(
        target, frameCount: scores.frameCount, classCount: scores.classCount, kind: .logProbabilities)
    }
    try check()
  }

  /// Frames that were checked before; nil for none.
  init(checked storage: Storage?, frameCount: Int, classCount: Int) throws(Failure) {
    scores = try Scores(
      storage.map { UnsafePointer($0.base.assumingMemoryBound(to: Float.self)) }, frameCount: frameCount,
      classCount: classCount, kind: .logProbabilities)
    self.storage = storage
  }

  @inline(__always)
  func callAsFunction(_ label: Int, _ frame: Int) -> Double { Double(row(frame)[label]) }

  @inline(__always)
  func row(_ frame: Int) -> UnsafePointer<Float> { scores.frame(frame) }

  private func check() throws(Failure) {
    for frame in 0..<frameCount {
      let label = nextScore(in: row(frame), from: 0, count: classCount, above: 1e-3)
      if label < classCount { throw failure(in: frame, label) }
    }
  }

  private func failure(in frame: Int, _ label: Int) -> Failure {
    if row(frame)[label] != row(frame)[label] { return scores.notANumber(in: frame) }
    return Failure(
      .invalidInput, "the score of class \(label) in frame \(frame) is above that of certainty; are they logits?")
  }
}

extension Scores {
  fileprivate func logarithms(of frame: Int, into target: UnsafeMutablePointer<Float>) {
    let row = self.frame(frame)
    guard kind == .logits else {
      for label in 0..<classCount { target[label] = logf(row[label]) }
      return
    }
    var highest = row[0]
    for label in 0..<classCount where row[label] > highest { highest = row[label] }
    var sum = 0.0
    for label in 0..<classCount { sum += exp(Double(row[label] - highest)) }
    let shift = Double(highest) + log(sum)
    for label in 0..<classCount { target[label] = Float(Double(row[label]) - shift) }
  }
}
