import Graphs
import Plans
import Tensors

/// TopK: the k largest (or smallest) elements along an axis, sorted, and their indices; of equals the first ones.
final class TopK: Operator {
  private let axis: Int
  private let k: Int?
  private let findsLargest: Bool

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: -1)
    k = node.opset < 10 ? try node.int("k") : nil
    findsLargest = try node.flag("largest", default: true)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let axis = try normalize(axis: self.axis, rank: input.rank)
    let wish: [Int]
    if let k { wish = [k] } else { wish = try builder.integers(inputs.required(1), "k") }
    guard wish.count == 1, wish[0] >= 0, wish[0] <= input.shape[axis] else {
      throw Failure(.invalidInput, "k is \(describe(wish)), expected at most \(input.shape[axis])")
    }
    let k = wish[0]
    let order = (0..<input.rank).filter { $0 != axis } + [axis]
    let x = try builder.contiguous(builder.cast(input, to: input.type.computed).transposed(order))
    let shape = Array(x.shape.dropLast()) + [k]
    let values = try builder.allocate(x.type, shape)
    let places = try builder.allocate(.int64, shape)
    let scratch = try builder.allocate(.int64, [x.shape[x.rank - 1]])
    switch x.type {
    case .float32: emit(builder, x, k, values, places, scratch, as: Float.self)
    case .float64: emit(builder, x, k, values, places, scratch, as: Double.self)
    case .uint64: emit(builder, x, k, values, places, scratch, as: UInt64.self)
    default: emit(builder, x, k, values, places, scratch, as: Int64.self)
    }
    let back = inverse(order)
    let results: [Operand?] = [try builder.cast(values, to: input.type).transposed(back), places.transposed(back)]
    return Array(results.prefix(max(wanted.count, 1)))
  }

  private func emit<Element: Arithmetic>(
    _ builder: PlanBuilder, _ x: Operand, _ k: Int, _ values: Operand, _ places: Operand, _ scratch: Operand,
    as _: Element.Type
  ) {
    let length = x.shape[x.rank - 1]
    guard length > 0, k > 0 else { return }
    let rows = x.count / length
    builder.emit("TopK", reads: [x], writes: [values, places, scratch]) { [findsLargest] execution in
      let heap = execution.pointer(scratch, as: Int64.self)
      for row in 0..<rows {
        let from = execution.pointer(x, as: Element.self) + row &* length
        let best = execution.pointer(values, as: Element.self) + row &* k
        let indices = execution.pointer(places, as: Int64.self) + row &* k
        /// Whether element `a` comes before element `b`. NaN counts as the largest.
        @inline(__always)
        func precedes(_ a: Int64, _ b: Int64) -> Bool {
          let (first, second) = (from[Int(a)], from[Int(b)])
          if first.isNotANumber || second.isNotANumber {
            if first.isNotANumber && second.isNotANumber { return a < b }
            return first.isNotANumber == findsLargest
          }
          if first == second { return a < b }
          return findsLargest ? first > second : first < second
        }
        func sink(_ start: Int, _ count: Int) {
          var parent = start
          while 2 &* parent &+ 1 < count {
            var child = 2 &* parent &+ 1
            if child &+ 1 < count, precedes(heap[child &+ 1], heap[child]) { child += 1 }
            if !precedes(heap[child], heap[parent]) { return }
            (heap[parent], heap[child]) = (heap[child], heap[parent])
            parent = child
          }
        }
        // A heap of all indices, from which the first is taken k times.
        for index in 0..<length { heap[index] = Int64(index) }
        for start in (0..<(length / 2)).reversed() { sink(start, length) }
        for position in 0..<k {
          let index = heap[0]
          indices[position] = index
          best[position] = from[Int(index)]
          let count = length &- position &- 1
          heap[0] = heap[count]
          sink(0, count)
        }
      }
    }
  }
}
