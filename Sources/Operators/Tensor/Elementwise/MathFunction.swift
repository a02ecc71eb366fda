import CSystem
import Graphs
import Plans
import Tensors

/// Trigonometric and hyperbolic functions and Shrink, computed by libm in float64 whatever the type.
final class MathFunction: Operator {
  private let name: String
  private let function: @Sendable (Double) -> Double

  init(_ node: Node, _ function: @escaping @Sendable (Double) -> Double) throws(Failure) {
    name = node.type
    self.function = function
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let x = try builder.cast(input, to: .float64)
    let result = try builder.allocate(.float64, like: x)
    let loop = StridedLoop(x.shape, result, x)
    builder.emit(name, reads: [x], writes: [result]) { [function] execution in
      let from = execution.pointer(x, as: Double.self)
      let to = execution.pointer(result, as: Double.self)
      loop.run(execution, cost: 32) { count, offset in
        for index in 0..<count {
          to[offset[0] &+ index &* loop.stride[0]] = function(from[offset[1] &+ index &* loop.stride[1]])
        }
      }
    }
    return [try builder.cast(result, to: input.type)]
  }
}

extension MathFunction {
  /// Shrink: towards zero by a bias, and to zero within lambd of it.
  static func shrink(_ node: Node) throws(Failure) -> MathFunction {
    let bias = Double(try node.float("bias", default: 0))
    let threshold = Double(try node.float("lambd", default: 0.5))
    return try MathFunction(node) { $0 < -threshold ? $0 + bias : $0 > threshold ? $0 - bias : 0 }
  }
}
