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
    var chosen: [Int] = []
    for (position, flag) in condition.bytes.enumerated() where flag != 0 && position < input.shape[axis] {
      chosen.append(position)
    }
    var shape = input.shape
    shape[axis] = chosen.count
    let result = try Tensor(input.type, shape)
    let sliceBytes = contiguousStrides(of: input.shape)[axis] * input.type.size
    var target = result.storage.base
    guard result.count > 0 else { return [result] }
    for outer in 0..<(result.byteCount / (chosen.count * sliceBytes)) {
      for position in chosen {
        target.copyMemory(
          from: input.storage.base + (outer * input.shape[axis] + position) * sliceBytes, byteCount: sliceBytes)
        target += sliceBytes
      }
    }
    return [result]
  }
}
