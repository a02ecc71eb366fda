import CSystem
import Tensors

/// The loss of connectionist temporal classification, −ln P(tokens | frames), and its gradient with respect to the
/// scores before the log-softmax that made the log-probabilities (Graves et al. 2006, equation 16):
/// exp(lp[t, k]) − P(the path is at label k in frame t | tokens).
///
/// The loss of a transcript that does not fit into the frames is infinite; its gradient is zero.
/// - Parameter gradient: `scores.frameCount` rows, `gradientStride` elements apart; nil for the loss alone.
/// - Returns: the loss.
public func loss(
  of tokens: UnsafeBufferPointer<Int32>, given scores: LogProbabilities, blank: Int,
  gradient: UnsafeMutablePointer<Float>?, gradientStride: Int
) throws(Failure) -> Double {
  guard let gradient else { return -(try logLikelihood(of: tokens, given: scores, blank: blank)) }
  let trellis = try Trellis(tokens, blank: blank, classCount: scores.classCount)
  for frame in 0..<scores.frameCount {
    (gradient + frame * gradientStride).update(repeating: 0, count: scores.classCount)
  }
  if scores.frameCount == 0 { return tokens.isEmpty ? 0 : .infinity }
  let count = trellis.stateCount
  let (elements, overflow) = (scores.frameCount + 1).multipliedReportingOverflow(by: count)
  guard !overflow, elements <= Int.max >> 8 else {
    throw Failure(.outOfMemory, "\(scores.frameCount) frames of \(count) states are too many")
  }
  let storage = try Storage(byteCount: elements * MemoryLayout<Double>.stride)
  let alphas = storage.base.bindMemory(to: Double.self, capacity: elements)
  alphas.initialize(repeating: -.infinity, count: elements)
  for frame in 0..<scores.frameCount {
    trellis.forward(frame, scores, from: alphas + max(0, frame - 1) * count, to: alphas + frame * count)
  }
  let total = trellis.total(alphas + (scores.frameCount - 1) * count)
  if total > -.infinity {
    trellis.backward(scores, alphas, alphas + scores.frameCount * count, total, gradient, gradientStride)
  }
  withExtendedLifetime(storage) {}
  return -total
}

extension Trellis {
  /// The backward recursion, which turns each frame's occupancies into its row of the gradient. `beta` holds, for each
  /// state, the log-probability of what follows the frame.
  fileprivate func backward(
    _ scores: LogProbabilities, _ alphas: UnsafePointer<Double>, _ beta: UnsafeMutablePointer<Double>, _ total: Double,
    _ gradient: UnsafeMutablePointer<Float>, _ stride: Int
  ) {
    for frame in (0..<scores.frameCount).reversed() {
      if frame == scores.frameCount - 1 {
        for state in max(0, stateCount - 2)..<stateCount { beta[state] = 0 }
      } else {
        // Upwards: a state needs the next frame's values of itself and of the states after it.
        for state in 0..<stateCount {
          var sum = beta[state] + scores(label(of: state), frame + 1)
          if state + 1 < stateCount {
            sum = logSum(sum, beta[state + 1] + scores(label(of: state + 1), frame + 1))
          }
          if state + 2 < stateCount, canSkip(to: state + 2) {
            sum = logSum(sum, beta[state + 2] + scores(label(of: state + 2), frame + 1))
          }
          beta[state] = sum
        }
      }
      let row = gradient + frame * stride
      let alpha = alphas + frame * stateCount
      for label in 0..<scores.classCount { row[label] = Float(exp(scores(label, frame))) }
      for state in states(at: frame, of: scores.frameCount) {
        row[label(of: state)] -= Float(exp(alpha[state] + beta[state] - total))
      }
    }
  }
}
