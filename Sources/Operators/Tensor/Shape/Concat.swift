import Graphs
import Plans
import Tensors

/// Concat along `axis`, in the memory order of the largest input.
final class Concat: Operator {
  private let axis: Int

  override init(_ node: Node) throws(Failure) {
    guard let axis = try node.int("axis") ?? (node.opset < 4 ? 1 : nil) else {
      throw Failure(.invalidModel, "attribute 'axis' is missing")
    }
    self.axis = axis
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let first = try inputs.required(0)
    let axis = try normalize(axis: self.axis, rank: first.rank)
    var largest = first
    var size = 0
    for index in 0..<inputs.count {
      let input = try inputs.required(index)
      var aligned = input.shape
      if input.rank == first.rank { aligned[axis] = first.shape[axis] }
      guard aligned == first.shape else {
        throw Failure(
          .invalidInput,
          "input \(index) has shape \(describe(input.shape)), which does not fit \(describe(first.shape)) along axis "
            + "\(axis)")
      }
      size = size &+ input.shape[axis]
      if input.count > largest.count { largest = input }
    }
    if inputs.count == 1 { return [first] }
    var shape = first.shape
    shape[axis] = size
    let result = try builder.allocate(first.type, shape, order: memoryOrder(of: largest))
    var start = 0
    for index in 0..<inputs.count {
      let input = try inputs.required(index)
      let length = input.shape[axis]
      if input.count > 0 { builder.copy(input, to: result.sliced(axis: axis, start: start, count: length)) }
      start += length
    }
    return [result]
  }
}

/// Split along `axis` into parts of given sizes, or into equal parts, of which the last may be smaller when
/// `num_outputs` asks for them.
final class Split: Operator {
  private let axis: Int
  private let sizes: [Int]?
  private let parts: Int
  private let mayDiffer: Bool

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: 0)
    mayDiffer = try node.int("num_outputs") != nil
    sizes = try node.ints("split")
    parts = try node.int("num_outputs", default: node.outputs.count)
    guard parts > 0, parts == node.outputs.count else {
      throw Failure(.invalidModel, "attribute 'num_outputs' is \(parts), the node has \(node.outputs.count) outputs")
    }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0)
    let axis = try normalize(axis: self.axis, rank: x.rank)
    let length = x.shape[axis]
    var sizes = self.sizes ?? []
    if let input = inputs.optional(1) {
      sizes = try builder.integers(input, "the sizes")
    } else if sizes.isEmpty {
      guard mayDiffer || length % parts == 0 else {
        throw Failure(.invalidInput, "\(length) elements of axis \(axis) do not split into \(parts) equal parts")
      }
      let size = length / parts + (length % parts > 0 ? 1 : 0)
      sizes = (0..<parts).map { max(0, min(size, length - min($0 * size, length))) }
    }
    var sum = 0
    for size in sizes where size >= 0 && size <= length { sum = sum &+ size }
    guard sizes.count == wanted.count, sum == length, sizes.allSatisfy({ $0 >= 0 && $0 <= length }) else {
      throw Failure(
        .invalidInput,
        "sizes \(describe(sizes)) do not split \(length) elements of axis \(axis) into \(wanted.count) parts")
    }
    var start = 0
    var results: [Operand?] = []
    for size in sizes {
      results.append(x.sliced(axis: axis, start: start, count: size))
      start += size
    }
    return results
  }
}
