import Graphs
import Plans
import Tensors

/// DynamicQuantizeLinear: float32 to uint8 by a scale and a zero point that fit the content.
final class DynamicQuantizeLinear: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let results = try builder.dynamicallyQuantized(inputs.required(0))
    return [results[0], results[1], results[2]]
  }
}

extension PlanBuilder {
  /// A float32 tensor as uint8; its scale, float32; its zero point, uint8; scalars both.
  func dynamicallyQuantized(_ x: Operand) throws(Failure) -> [Operand] {
    let source = try dense(x)
    let scale = try allocate(.float32, [])
    let zero = try allocate(.uint8, [])
    let count = source.count
    emit("DynamicRange", reads: [source], writes: [scale, zero]) { execution in
      var range = DynamicRange()
      range.include(execution.floats(source), count: count)
      execution.floats(scale)[0] = range.scale
      execution.pointer(zero, as: UInt8.self)[0] = UInt8(range.zero)
    }
    return [try quantized(source, scale: scale, zero: zero, to: .uint8), scale, zero]
  }
}
