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
  /// A float32 tensor as uint8; its scale, float32; its zero point, uint8; scalars both. They fit the first indices of
  /// the first axis only, as many as the greatest of the `lengths`, int32, if they are given.
  func dynamicallyQuantized(_ x: Operand, lengths: Operand? = nil) throws(Failure) -> [Operand] {
    let source = try lengths == nil ? dense(x) : contiguous(x)
    var ends = lengths
    if let lengths { ends = try contiguous(lengths) }
    let scale = try allocate(.float32, [])
    let zero = try allocate(.uint8, [])
    let count = source.count
    emit("DynamicRange", reads: [source] + (ends.map { [$0] } ?? []), writes: [scale, zero]) { execution in
      var used = count
      if let ends {
        let steps = source.shape[0]
        let longest = (0..<ends.count).reduce(0) { max($0, Int(execution.pointer(ends, as: Int32.self)[$1])) }
        used = longest < steps ? count / steps * longest : count
      }
      var range = DynamicRange()
      range.include(execution.floats(source), count: used)
      execution.floats(scale)[0] = range.scale
      execution.pointer(zero, as: UInt8.self)[0] = UInt8(range.zero)
    }
    return [try quantized(source, scale: scale, zero: zero, to: .uint8), scale, zero]
  }
}
