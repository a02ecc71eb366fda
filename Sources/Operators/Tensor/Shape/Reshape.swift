import Graphs
import Plans
import Tensors

/// Reshape: 0 keeps the input's dimension (unless `allowzero`), -1 takes what is left. The shape is an attribute
/// before operator set 5.
final class Reshape: Operator {
  private let shape: [Int]?
  private let allowsZero: Bool

  override init(_ node: Node) throws(Failure) {
    shape = node.opset < 5 ? try node.ints("shape") : nil
    allowsZero = try node.flag("allowzero")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0)
    let wish: [Int]
    if let shape { wish = shape } else { wish = try builder.integers(inputs.required(1), "the shape") }
    var target = wish
    var open: Int?
    for (axis, dimension) in wish.enumerated() {
      if dimension == 0, !allowsZero {
        guard axis < x.rank else {
          throw Failure(.invalidInput, "the shape keeps dimension \(axis) of an input of rank \(x.rank)")
        }
        target[axis] = x.shape[axis]
      } else if dimension == -1 {
        guard open == nil else { throw Failure(.invalidModel, "more than one dimension of the shape is -1") }
        open = axis
        target[axis] = 1
      }
    }
    let rest = try elementCount(of: checked(target))
    if let open {
      guard rest > 0, x.count % rest == 0 else { throw mismatch(x, wish) }
      target[open] = x.count / rest
    }
    guard try elementCount(of: target) == x.count else { throw mismatch(x, wish) }
    return [try builder.reshaped(x, target)]
  }

  private func mismatch(_ x: Operand, _ wish: [Int]) -> Failure {
    Failure(.invalidInput, "the input of shape \(describe(x.shape)) cannot be reshaped to \(describe(wish))")
  }
}

/// Flatten: the axes before `axis` become one, and those from it on.
final class Flatten: Operator {
  private let axis: Int

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: 1)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0)
    let axis = self.axis == x.rank ? x.rank : try normalize(axis: self.axis, rank: x.rank)
    let outer = try elementCount(of: Array(x.shape[..<axis]))
    let inner = try elementCount(of: Array(x.shape[axis...]))
    return [try builder.reshaped(x, [outer, inner])]
  }
}

/// Axes as an attribute before operator set 13, as an input from then on.
private func axes(_ attribute: [Int]?, _ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Int]? {
  if let attribute { return attribute }
  guard let input = inputs.optional(1) else { return nil }
  return try builder.integers(input, "the axes")
}

/// Squeeze: without the axes named, which must have size 1, or without all that have.
final class Squeeze: Operator {
  private let attribute: [Int]?

  override init(_ node: Node) throws(Failure) {
    attribute = try node.ints("axes")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    var x = try inputs.required(0)
    let named = try axes(attribute, inputs, builder) ?? x.shape.indices.filter { x.shape[$0] == 1 }
    for axis in try normalize(axes: named, rank: x.rank).ascending().reversed() {
      guard x.shape[axis] == 1 else {
        throw Failure(.invalidInput, "axis \(axis) of shape \(describe(x.shape)) cannot be squeezed")
      }
      x = x.selecting(axis: axis, index: 0)
    }
    return [x]
  }
}

/// Unsqueeze: with new axes of size 1 at the places named in the result.
final class Unsqueeze: Operator {
  private let attribute: [Int]?

  override init(_ node: Node) throws(Failure) {
    attribute = try node.ints("axes")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    var x = try inputs.required(0)
    guard let named = try axes(attribute, inputs, builder) else { throw Failure(.invalidModel, "axes are missing") }
    guard named.count + x.rank <= maximumRank else {
      throw Failure(.unsupported, "rank \(named.count + x.rank) is more than \(maximumRank)")
    }
    for axis in try normalize(axes: named, rank: x.rank + named.count).ascending() { x = x.unsqueezed(at: axis) }
    return [x]
  }
}

/// Transpose; without `perm` the axes are reversed.
final class Transpose: Operator {
  private let permutation: [Int]?

  override init(_ node: Node) throws(Failure) {
    permutation = try node.ints("perm")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0)
    guard let permutation else { return [x.transposed(Array((0..<x.rank).reversed()))] }
    guard permutation.count == x.rank else {
      throw Failure(.invalidInput, "the permutation has \(permutation.count) axes, the input \(x.rank)")
    }
    return [x.transposed(try normalize(axes: permutation, rank: x.rank))]
  }
}
