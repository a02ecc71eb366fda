import Graphs
import Plans
import Tensors

/// Pad: with a constant, the edge's elements, or the input mirrored or repeated. Negative pads crop. Attributes before
/// operator set 11, inputs from then on.
final class Pad: Operator {
  private enum Mode { case constant, reflect, edge, wrap }

  private let mode: Mode
  private let pads: [Int]?
  private let value: Float

  override init(_ node: Node) throws(Failure) {
    let name = try node.string("mode", default: "constant")
    switch name {
    case "constant": mode = .constant
    case "reflect": mode = .reflect
    case "edge": mode = .edge
    case "wrap": mode = .wrap
    default: throw Failure(.invalidModel, "attribute 'mode' is '\(name)', expected constant, reflect, edge or wrap")
    }
    if node.opset < 11 {
      let paddings = try node.ints("paddings")
      pads = try node.ints("pads") ?? paddings
      guard pads != nil else { throw Failure(.invalidModel, "attribute 'pads' is missing") }
      value = try node.float("value", default: 0)
    } else {
      pads = nil
      value = 0
    }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    var x = try inputs.required(0)
    let (begin, end) = try amounts(inputs, rank: x.rank, builder)
    for axis in 0..<x.rank where begin[axis] < 0 || end[axis] < 0 {
      let first = max(0, -begin[axis])
      let count = x.shape[axis] - first - max(0, -end[axis])
      guard count >= 0 else {
        throw Failure(.invalidInput, "axis \(axis) of shape \(describe(x.shape)) is cropped by more than it has")
      }
      x = x.sliced(axis: axis, start: first, count: count)
    }
    if mode == .constant { return [try surrounded(x, begin, end, fill(inputs, x.type, builder), builder)] }
    for axis in 0..<x.rank where begin[axis] > 0 || end[axis] > 0 {
      x = try continued(x, axis, max(0, begin[axis]), max(0, end[axis]), builder)
    }
    return [x]
  }

  private func amounts(
    _ inputs: Inputs, rank: Int, _ builder: PlanBuilder
  ) throws(Failure) -> (begin: [Int], end: [Int]) {
    let values: [Int]
    if let pads { values = pads } else { values = try builder.integers(inputs.required(1), "the pads") }
    var axes = Array(0..<rank)
    if pads == nil, let input = inputs.optional(3) {
      axes = try normalize(axes: builder.integers(input, "the axes"), rank: rank)
    }
    guard values.count == 2 * axes.count, values.allSatisfy({ $0.magnitude < 1 << 40 }) else {
      throw Failure(.invalidInput, "pads \(describe(values)) do not fit \(axes.count) axes")
    }
    var begin = [Int](repeating: 0, count: rank)
    var end = begin
    for (index, axis) in axes.enumerated() {
      begin[axis] = values[index]
      end[axis] = values[axes.count + index]
    }
    return (begin, end)
  }

  private func fill(_ inputs: Inputs, _ type: ElementType, _ builder: PlanBuilder) throws(Failure) -> Operand {
    if pads == nil, let input = inputs.optional(2) {
      guard input.count == 1 else {
        throw Failure(.invalidInput, "the value has shape \(describe(input.shape)), expected one number")
      }
      return try builder.reshaped(input, [])
    }
    return builder.constant(try Tensor.float32([value], shape: []).converted(to: type))
  }

  /// The input within `fill`, of which only the rim is written.
  private func surrounded(
    _ x: Operand, _ begin: [Int], _ end: [Int], _ fill: Operand, _ builder: PlanBuilder
  ) throws(Failure) -> Operand {
    let before = begin.map { max(0, $0) }
    let after = end.map { max(0, $0) }
    var shape = x.shape
    for axis in shape.indices { shape[axis] += before[axis] + after[axis] }
    if shape == x.shape { return x }
    let result = try builder.allocate(x.type, checked(shape), order: memoryOrder(of: x))
    var rest = result
    for axis in shape.indices {
      for (start, count) in [(0, before[axis]), (before[axis] + x.shape[axis], after[axis])] where count > 0 {
        let rim = rest.sliced(axis: axis, start: start, count: count)
        if rim.count > 0 { builder.copy(try broadcast(fill, to: rim.shape), to: rim) }
      }
      rest = rest.sliced(axis: axis, start: before[axis], count: x.shape[axis])
    }
    if rest.count > 0 { builder.copy(x, to: rest) }
    return result
  }

  /// Padded along one axis with elements of the input itself, as often as it takes.
  private func continued(
    _ x: Operand, _ axis: Int, _ before: Int, _ after: Int, _ builder: PlanBuilder
  ) throws(Failure) -> Operand {
    let size = x.shape[axis]
    guard size > 0 else { throw Failure(.invalidInput, "axis \(axis) of shape \(describe(x.shape)) has nothing to pad with") }
    let total = before + size + after
    let period = mode == .reflect ? max(1, 2 * size - 2) : size
    let taps = try Taps(count: 1, size: total)
    for position in -before..<(size + after) {
      let turn = (position % period + period) % period
      taps.indices[before + position] =
        mode == .edge ? max(0, min(position, size - 1)) : mode == .reflect && turn >= size ? period - turn : turn
    }
    return try builder.resampled("Pad", x, axis, total, taps)
  }
}
