import CSystem
import Tensors

/// ln P(tokens | frames), the sum over all paths; −infinity when no path fits into the frames
/// (Graves et al. 2006, equations 6 to 8, in the log domain and in double precision).
public func logLikelihood(
  of tokens: UnsafeBufferPointer<Int32>, given scores: LogProbabilities, blank: Int
) throws(Failure) -> Double {
  let trellis = try Trellis(tokens, blank: blank, classCount: scores.classCount)
  if scores.frameCount == 0 { return tokens.isEmpty ? 0 : -.infinity }
  let row = try Storage(byteCount: trellis.stateCount * MemoryLayout<Double>.stride)
  let alpha = row.base.bindMemory(to: Double.self, capacity: trellis.stateCount)
  alpha.initialize(repeating: -.infinity, count: trellis.stateCount)
  for frame in 0..<scores.frameCount { trellis.forward(frame, scores, from: alpha, to: alpha) }
  let result = trellis.total(alpha)
  withExtendedLifetime(row) {}
  return result
}

extension Trellis {
  /// One step of the forward recursion. The rows may be one and the same: states are walked downwards.
  func forward(
    _ frame: Int, _ scores: LogProbabilities, from previous: UnsafePointer<Double>, to current: UnsafeMutablePointer<Double>
  ) {
    let states = states(at: frame, of: scores.frameCount)
    for state in states.reversed() {
      var sum = -Double.infinity
      if frame == 0 {
        sum = state < 2 ? 0 : -.infinity
      } else {
        sum = previous[state]
        if state > 0 { sum = logSum(sum, previous[state &- 1]) }
        if canSkip(to: state) { sum = logSum(sum, previous[state &- 2]) }
      }
      current[state] = sum + scores(label(of: state), frame)
    }
    for state in 0..<states.lowerBound { current[state] = -.infinity }
  }

  func total(_ alpha: UnsafePointer<Double>) -> Double {
    stateCount == 1 ? alpha[0] : logSum(alpha[stateCount &- 1], alpha[stateCount &- 2])
  }
}
