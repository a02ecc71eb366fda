import Graphs
import Tensors

/// ONNX NonZero: the indices of elements other than zero, row-major, [rank, found]; [0, found] of a scalar.
final class NonZero: Operator {
  override var isImmediate: Bool { true }

  override func compute(_ inputs: [Tensor?], _ bodies: Bodies) throws(Failure) -> [Tensor?] {
    guard let input = inputs.first ?? nil else { throw Failure(.invalidModel, "input 0 is missing") }
    let shape = input.shape
    let strides = contiguousStrides(of: shape)
    var found = 0
    for index in 0..<input.count where !input.isZero(index) { found += 1 }
    let result = try Tensor(.int64, [shape.count, found])
    let indices = result.mutableElements(as: Int64.self)
    var column = 0
    for index in 0..<input.count where !input.isZero(index) {
      for axis in shape.indices { indices[axis * found + column] = Int64(index / strides[axis] % shape[axis]) }
      column += 1
    }
    return [result]
  }
}

extension Tensor {
  /// Whether an element is zero, as both zeros of floating point are.
  fileprivate func isZero(_ index: Int) -> Bool {
    let (size, bytes) = (type.size, bytes)
    var isZero = true
    for byte in 0..<size {
      let isSign = byte == size - 1 && type.isFloatingPoint
      isZero = isZero && bytes[index * size + byte] & (isSign ? 0x7F : 0xFF) == 0
    }
    return isZero
  }
}
