import Graphs
import Plans
import Tensors

/// ArgMax and ArgMin: the first (or last) place of the extreme value along an axis.
final class ArgExtreme: Operator {
  private let name: String
  private let findsLargest: Bool
  private let axis: Int
  private let keepsAxis: Bool
  private let takesLast: Bool

  init(_ node: Node, largest: Bool) throws(Failure) {
    name = node.type
    findsLargest = largest
    axis = try node.int("axis", default: 0)
    keepsAxis = try node.flag("keepdims", default: true)
    takesLast = try node.flag("select_last_index")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let axis = try normalize(axis: self.axis, rank: input.rank)
    guard input.shape[axis] > 0 || input.count == 0 && keptCount(input, axis) == 0 else {
      throw Failure(.invalidInput, "the input has shape \(describe(input.shape)), expected elements along axis \(axis)")
    }
    let places = try builder.placesOfExtremes(name, input, axis: axis, largest: findsLargest, last: takesLast)
    return [keepsAxis ? places.unsqueezed(at: axis) : places]
  }

  private func keptCount(_ operand: Operand, _ axis: Int) -> Int {
    var shape = operand.shape
    shape[axis] = 1
    return shape.contains(0) ? 0 : 1
  }
}

extension PlanBuilder {
  /// The first (or last) place of the largest (or smallest) element along an axis, which must not be empty, as int64.
  func placesOfExtremes(
    _ name: String, _ operand: Operand, axis: Int, largest: Bool, last: Bool
  ) throws(Failure) -> Operand {
    let x = try cast(operand, to: operand.type.computed)
    let kept = x.selecting(axis: axis, index: 0)
    let result = try allocate(.int64, like: kept)
    let search = ExtremeSearch(
      x: x, result: result, loop: StridedLoop(kept.shape, result, kept), length: x.shape[axis], step: x.strides[axis],
      largest: largest, last: last)
    switch x.type {
    case .float32: search.emit(name, self, as: Float.self)
    case .float64: search.emit(name, self, as: Double.self)
    case .uint64: search.emit(name, self, as: UInt64.self)
    default: search.emit(name, self, as: Int64.self)
    }
    return result
  }
}

private struct ExtremeSearch {
  let x, result: Operand
  let loop: StridedLoop
  let length, step: Int
  let largest, last: Bool

  func emit<Element: Arithmetic>(_ name: String, _ builder: PlanBuilder, as _: Element.Type) {
    builder.emit(name, reads: [x], writes: [result]) { execution in
      let from = execution.pointer(x, as: Element.self)
      let to = execution.pointer(result, as: Int64.self)
      loop.run(execution, cost: length) { count, offset in
        for index in 0..<count {
          let first = from + (offset[1] &+ index &* loop.stride[1])
          to[offset[0] &+ index &* loop.stride[0]] = Int64(
            placeOfExtreme(first, length, step, largest: largest, last: last))
        }
      }
    }
  }
}

/// NaN counts as more extreme than anything else.
@inline(never) @_optimize(size)
private func placeOfExtreme<Element: Arithmetic>(
  _ x: UnsafePointer<Element>, _ count: Int, _ stride: Int, largest: Bool, last: Bool
) -> Int {
  var best = 0
  var extreme = x[0]
  for position in 1..<max(count, 1) {
    let value = x[position &* stride]
    let isBetter = largest ? value > extreme : value < extreme
    if isBetter || last && value == extreme || value.isNotANumber && !extreme.isNotANumber {
      extreme = value
      best = position
    }
  }
  return best
}
