import Plans
import Tensors

/// The axes from the outermost in memory to the innermost; row-major order for views that repeat elements.
func memoryOrder(of operand: Operand) -> [Int] {
  var fixed: [Int] = []
  var moving: [Int] = []
  for axis in 0..<operand.rank {
    if operand.shape[axis] == 1 {
      fixed.append(axis)
      continue
    }
    guard operand.strides[axis] != 0 else { return Array(0..<operand.rank) }
    var position = moving.count
    let stride = operand.strides[axis].magnitude
    while position > 0, operand.strides[moving[position - 1]].magnitude < stride { position -= 1 }
    moving.insert(axis, at: position)
  }
  return fixed + moving
}

/// The permutation that undoes `permutation`.
func inverse(_ permutation: [Int]) -> [Int] {
  var result = permutation
  for (position, axis) in permutation.enumerated() { result[axis] = position }
  return result
}

extension PlanBuilder {
  /// New memory in which the axes lie in `order`, outermost first.
  func allocate(_ type: ElementType, _ shape: Shape, order: [Int]) throws(Failure) -> Operand {
    let memory = try allocate(type, order.map { shape[$0] })
    return memory.transposed(inverse(order))
  }

  /// New memory of the operand's shape and memory order.
  func allocate(_ type: ElementType, like operand: Operand) throws(Failure) -> Operand {
    try allocate(type, operand.shape, order: memoryOrder(of: operand))
  }

  /// The operand without gaps or repetition, in its own memory order; copies only when it has some.
  func dense(_ operand: Operand) throws(Failure) -> Operand {
    let order = memoryOrder(of: operand)
    if operand.isDense(inOrder: order) { return operand }
    return try contiguous(operand.transposed(order)).transposed(inverse(order))
  }

  /// In another element type, by ONNX's Cast, in the same memory order.
  func cast(_ operand: Operand, to type: ElementType) throws(Failure) -> Operand {
    if operand.type == type { return operand }
    let order = memoryOrder(of: operand)
    return try converted(operand.transposed(order), to: type).transposed(inverse(order))
  }
}
