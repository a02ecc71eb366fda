import Graphs
import Plans
import Tensors

/// Slice: a view of every `step`-th element from `start` to before `end` of some axes. Attributes before operator set
/// 10, inputs from then on.
final class Slice: Operator {
  private let attributes: (starts: [Int], ends: [Int], axes: [Int]?)?

  override init(_ node: Node) throws(Failure) {
    if node.opset < 10 {
      guard let starts = try node.ints("starts"), let ends = try node.ints("ends") else {
        throw Failure(.invalidModel, "attributes 'starts' and 'ends' are missing")
      }
      attributes = (starts, ends, try node.ints("axes"))
    } else {
      attributes = nil
    }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    var x = try inputs.required(0)
    let starts: [Int]
    let ends: [Int]
    var axes = attributes?.axes
    var steps: [Int]?
    if let attributes {
      (starts, ends) = (attributes.starts, attributes.ends)
    } else {
      starts = try builder.integers(inputs.required(1), "the starts")
      ends = try builder.integers(inputs.required(2), "the ends")
      if let input = inputs.optional(3) { axes = try builder.integers(input, "the axes") }
      if let input = inputs.optional(4) { steps = try builder.integers(input, "the steps") }
    }
    let named = try normalize(axes: axes ?? Array(starts.indices), rank: x.rank)
    guard ends.count == starts.count, named.count == starts.count, steps?.count ?? starts.count == starts.count else {
      throw Failure(.invalidInput, "starts, ends, axes and steps differ in length")
    }
    for (index, axis) in named.enumerated() {
      let step = steps?[index] ?? 1
      guard step != 0 else { throw Failure(.invalidInput, "the step of axis \(axis) is 0") }
      let (start, count) = range(starts[index], ends[index], step, x.shape[axis])
      x = x.sliced(axis: axis, start: start, step: count > 1 ? step : 1, count: count)
    }
    return [x]
  }

  /// The first element and the number of elements of an axis of `size`.
  private func range(_ start: Int, _ end: Int, _ step: Int, _ size: Int) -> (start: Int, count: Int) {
    let first = start < 0 ? start + size : start
    let last = end < 0 ? end + size : end
    if step > 0 {
      let from = max(0, min(first, size))
      let to = max(0, min(last, size))
      return (from, from < to ? (to - from - 1) / step + 1 : 0)
    }
    if size == 0 { return (0, 0) }
    // A start before the first element is moved to it, other than in Python.
    let from = max(0, min(first, size - 1))
    let to = max(-1, min(last, size - 1))
    return (from, from > to ? Int((from - to - 1).magnitude / step.magnitude) + 1 : 0)
  }
}
