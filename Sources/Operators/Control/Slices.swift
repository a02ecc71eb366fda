import Graphs
import Plans
import Tensors

extension Tensor {
  /// The tensor at a position of an axis, without that axis.
  func slice(axis: Int, _ position: Int) throws(Failure) -> Tensor {
    var shape = shape
    shape.remove(at: axis)
    let result = try Tensor(type, shape)
    var strides = contiguousStrides(of: self.shape)
    let stride = strides.remove(at: axis)
    StridedCopy(shape: shape, from: strides, to: contiguousStrides(of: shape), elementSize: type.size)
      .run(from: storage.base + position * stride * type.size, to: result.storage.base)
    return result
  }
}

/// Tensors of one type and shape along a new axis, counted from either end; `declared` says what an empty stack is of.
func stack(_ slices: [Tensor], axis: Int, reversed: Bool = false, declared: Value) throws(Failure) -> Tensor {
  guard let first = slices.first else {
    let shape = (declared.shape ?? []).map { max($0, 0) }
    let axis = try normalize(axis: axis, rank: shape.count + 1)
    return try Tensor(declared.type ?? .float32, Array(shape[..<axis]) + [0] + shape[axis...])
  }
  for slice in slices where slice.shape != first.shape || slice.type != first.type {
    throw Failure(
      .invalidInput,
      "scan output '\(declared.name)' has shape \(describe(first.shape)) at first and \(describe(slice.shape)) later")
  }
  let axis = try normalize(axis: axis, rank: first.shape.count + 1)
  let result = try Tensor(first.type, Array(first.shape[..<axis]) + [slices.count] + first.shape[axis...])
  var strides = contiguousStrides(of: result.shape)
  let stride = strides.remove(at: axis) * first.type.size
  let copy = StridedCopy(
    shape: first.shape, from: contiguousStrides(of: first.shape), to: strides, elementSize: first.type.size)
  for (index, slice) in slices.enumerated() {
    let position = reversed ? slices.count - 1 - index : index
    copy.run(from: slice.storage.base, to: result.storage.base + position * stride)
  }
  return result
}
