import Plans
import Tensors

/// The shape that both broadcast to, by numpy's rules.
func broadcastShape(_ a: Shape, _ b: Shape) throws(Failure) -> Shape {
  let rank = max(a.count, b.count)
  var shape = Shape(repeating: 1, count: rank)
  for axis in 0..<rank {
    let first = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
    let second = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
    guard first == second || first == 1 || second == 1 else {
      throw Failure(.invalidInput, "shapes \(describe(a)) and \(describe(b)) do not broadcast")
    }
    shape[axis] = first == 1 ? second : first
  }
  return try checked(shape)
}

/// The operand as a view of a shape that it must broadcast to.
func broadcast(_ operand: Operand, to shape: Shape) throws(Failure) -> Operand {
  guard let view = operand.broadcast(to: shape) else {
    throw Failure(.invalidInput, "shape \(describe(operand.shape)) does not broadcast to \(describe(shape))")
  }
  return view
}

/// The shape, if its rank and size are within limits.
func checked(_ shape: Shape) throws(Failure) -> Shape {
  guard shape.count <= maximumRank else {
    throw Failure(.unsupported, "rank \(shape.count) is more than \(maximumRank)")
  }
  _ = try elementCount(of: shape)
  return shape
}

/// The axes' memory order for a result that is computed from these views of its shape: that of the first one which
/// repeats nothing and is not a constant, else of any which repeats nothing.
func resultOrder(_ views: [Operand], _ builder: PlanBuilder) -> [Int] {
  var fallback: [Int]?
  for view in views {
    let repeats = view.shape.indices.contains { view.shape[$0] != 1 && view.strides[$0] == 0 }
    if repeats { continue }
    let order = memoryOrder(of: view)
    if !builder.isKnown(view) { return order }
    if fallback == nil { fallback = order }
  }
  return fallback ?? Array(0..<(views.first?.rank ?? 0))
}
