import Graphs
import Tensors

/// ONNX NonZero: the indices of elements other than zero, row-major, [rank, found]; [0, found] of a scalar.
final class NonZero: Operator {
  override var isImmediate: Bool { true }

  override func compute(_ inputs: [Tensor?], _ bodies: Bodies) throws(Failure) -> [Tensor?] {
    guard let input = inputs.first ?? nil else { throw Failure(.invalidModel, "input 0 is missing") }
    let positions = input.nonZeroPositions()
    let shape = input.shape
    let strides = contiguousStrides(of: shape)
    let result = try Tensor(.int64, [shape.count, positions.count])
    let indices = result.mutableElements(as: Int64.self)
    for (column, position) in positions.enumerated() {
      for axis in shape.indices {
        indices[axis * positions.count + column] = Int64(position / strides[axis] % shape[axis])
      }
    }
    return [result]
  }
}

extension Tensor {
  /// Where elements other than zero are. Both zeros of floating point are zero.
  fileprivate func nonZeroPositions() -> [Int] {
    let (size, bytes) = (type.size, bytes)
    var positions: [Int] = []
    for index in 0..<count {
      var isZero = true
      for byte in 0..<size {
        let isSign = byte == size - 1 && type.isFloatingPoint
        isZero = isZero && bytes[index * size + byte] & (isSign ? 0x7F : 0xFF) == 0
      }
      if !isZero { positions.append(index) }
    }
    return positions
  }
}
