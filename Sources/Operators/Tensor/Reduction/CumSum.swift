import Graphs
import Plans
import Tensors

/// CumSum: running sums along an axis.
final class CumSum: Operator {
  private let isExclusive: Bool
  private let isReversed: Bool

  override init(_ node: Node) throws(Failure) {
    isExclusive = try node.flag("exclusive")
    isReversed = try node.flag("reverse")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let axes = try builder.integers(inputs.required(1), "the axis")
    guard axes.count == 1 else { throw Failure(.invalidInput, "the axis has \(axes.count) elements, expected 1") }
    let axis = try normalize(axis: axes[0], rank: input.rank)
    var x = try builder.cast(input, to: input.type.computed)
    if isReversed { x = reversed(x, axis) }
    let memory = try builder.allocate(x.type, input.shape)
    let result = isReversed ? reversed(memory, axis) : memory
    switch x.type {
    case .float32: accumulate(builder, x, axis, result, as: Float.self)
    case .float64: accumulate(builder, x, axis, result, as: Double.self)
    default: accumulate(builder, x, axis, result, as: Int64.self)
    }
    return [try builder.cast(memory, to: input.type)]
  }

  private func reversed(_ operand: Operand, _ axis: Int) -> Operand {
    let count = operand.shape[axis]
    return count == 0 ? operand : operand.sliced(axis: axis, start: count - 1, step: -1, count: count)
  }

  private func accumulate<Element: Arithmetic>(
    _ builder: PlanBuilder, _ x: Operand, _ axis: Int, _ result: Operand, as _: Element.Type
  ) {
    var (from, to) = (x, result)
    from.shape[axis] = 1
    to.shape[axis] = 1
    let loop = StridedLoop(from.shape, to, from)
    let length = x.shape[axis]
    let (step, stride) = (x.strides[axis], result.strides[axis])
    builder.emit("CumSum", reads: [x], writes: [result]) { [isExclusive] execution in
      let source = execution.pointer(x, as: Element.self)
      let target = execution.pointer(result, as: Element.self)
      loop.forEachRow { offset in
        for index in 0..<loop.count {
          let first = source + (offset[1] &+ index &* loop.stride[1])
          let y = target + (offset[0] &+ index &* loop.stride[0])
          var sum = Element.Wide.zero
          for position in 0..<length {
            let value = first[position &* step].wide
            if isExclusive { y[position &* stride] = Element(narrowing: sum) }
            sum = Element.Wide.plus(sum, value)
            if !isExclusive { y[position &* stride] = Element(narrowing: sum) }
          }
        }
      }
    }
  }
}
