import CSystem
import Graphs
import Plans
import Tensors

/// LRN: x / (bias + alpha / size · Σ x²) ^ beta, the sum over `size` neighbouring channels. Computed in float64.
final class LocalResponseNormalization: Operator {
  private let alpha, beta, bias: Double
  private let size: Int

  override init(_ node: Node) throws(Failure) {
    alpha = Double(try node.float("alpha", default: 1e-4))
    beta = Double(try node.float("beta", default: 0.75))
    bias = Double(try node.float("bias", default: 1))
    size = try node.int("size", default: 0)
    guard size > 0 else { throw Failure(.invalidModel, "attribute 'size' is missing or not positive") }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0, ranks: 2...maximumRank)
    let x = try builder.cast(input, to: .float64)
    let result = try builder.allocate(.float64, like: x)
    let (from, to) = (x.selecting(axis: 1, index: 0), result.selecting(axis: 1, index: 0))
    let loop = StridedLoop(from.shape, to, from)
    let channels = x.shape[1]
    let (step, stride) = (x.strides[1], result.strides[1])
    let before = min((size - 1) / 2, channels)
    let after = min(size / 2, channels)
    builder.emit("LRN", reads: [x], writes: [result]) { [alpha = alpha / Double(size), beta, bias] execution in
      loop.run(execution, cost: 64) { count, offset in
        for index in 0..<count {
          let source = execution.pointer(x, as: Double.self) + (offset[1] &+ index &* loop.stride[1])
          let target = execution.pointer(result, as: Double.self) + (offset[0] &+ index &* loop.stride[0])
          for channel in 0..<channels {
            var squares = 0.0
            for other in max(0, channel - before)...min(channels - 1, channel + after) {
              squares += source[other &* step] * source[other &* step]
            }
            target[channel &* stride] = source[channel &* step] / pow(bias + alpha * squares, beta)
          }
        }
      }
    }
    return [try builder.cast(result, to: input.type)]
  }
}
