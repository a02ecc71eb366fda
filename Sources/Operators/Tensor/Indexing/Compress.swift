import Graphs
import Tensors

/// ONNX Compress: the slices of an axis, or without an axis the elements, whose condition is true. A condition that is
/// shorter than the axis leaves the rest out.
final class Compress: Operator {
  private let axis: Int?

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis")
    try super.init(node)
  }

  override var isImmediate: Bool { true }

  override func compute(_ inputs: [Tensor?], _ bodies: Bodies) throws(Failure) -> [Tensor?] {
    guard inputs.count == 2, var input = inputs[0], let condition = inputs[1] else {
      throw Failure(.invalidModel, "an input is missing")
    }
    if axis == nil { input = try input.reshaped([input.count]) }
    let axis = try normalize(axis: self.axis ?? 0, rank: input.shape.count)
    guard condition.type == .bool, condition.shape.count == 1 else {
      throw Failure(
        .invalidInput, "the condition is \(condition.type.name) \(describe(condition.shape)), expected bool of rank 1")
    }
    let flags = condition.bytes.prefix(input.shape[axis])
    var shape = input.shape
    shape[axis] = flags.reduce(0) { $0 + ($1 != 0 ? 1 : 0) }
    let result = try Tensor(input.type, shape)
    let sliceBytes = contiguousStrides(of: input.shape)[axis] * input.type.size
    var target = result.storage.base
    guard result.count > 0 else { return [result] }
    for outer in 0..<(result.byteCount / (shape[axis] * sliceBytes)) {
      for position in flags.indices where flags[position] != 0 {
        target.copyMemory(
          from: input.storage.base + (outer * input.shape[axis] + position) * sliceBytes, byteCount: sliceBytes)
        target += sliceBytes
      }
    }
    return [result]
  }
}
