import Graphs
import Plans
import Tensors

/// Expand: repeated by broadcasting with a shape, without a copy.
final class Expand: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0)
    let shape = try checked(builder.integers(inputs.required(1), "the shape"))
    return [try broadcast(x, to: broadcastShape(x.shape, shape))]
  }
}

/// Tile: the whole input `repeats` times along each axis.
final class Tile: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0)
    let repeats = try builder.integers(inputs.required(1), "the repeats")
    guard repeats.count == x.rank, repeats.allSatisfy({ $0 >= 0 }) else {
      throw Failure(.invalidInput, "repeats \(describe(repeats)) do not fit an input of shape \(describe(x.shape))")
    }
    var shape = x.shape
    for axis in shape.indices {
      let (size, overflow) = shape[axis].multipliedReportingOverflow(by: repeats[axis])
      guard !overflow else { throw Failure(.outOfMemory, "the result is too large") }
      shape[axis] = size
    }
    shape = try checked(shape)
    // Every repeated axis as an outer one of stride 0 and an inner one, merged again by the copy.
    var view = x
    var split: Shape = []
    for axis in x.shape.indices.reversed() where repeats[axis] != 1 {
      if x.shape[axis] == 1 {
        view.shape[axis] = repeats[axis]
        view.strides[axis] = 0
      } else {
        view = view.unsqueezed(at: axis)
        view.shape[axis] = repeats[axis]
      }
    }
    split = view.shape
    if split.count == x.rank { return [view] }
    var result = try builder.allocate(x.type, shape)
    let dense = result
    result.shape = split
    result.strides = contiguousStrides(of: split)
    builder.copy(view, to: result)
    return [dense]
  }
}
