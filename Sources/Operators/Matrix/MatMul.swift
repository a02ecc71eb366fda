import Graphs
import KernelTable
import Plans
import Tensors

/// MatMul of ONNX: numpy's matmul, ranks 1 and up, leading dimensions broadcast.
final class MatMul: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    [try matrixProduct(inputs.required(0), inputs.required(1), builder)]
  }
}

/// numpy's matmul of operands of one type.
func matrixProduct(_ left: Operand, _ right: Operand, _ builder: PlanBuilder) throws(Failure) -> Operand {
  guard left.rank >= 1, right.rank >= 1 else { throw Failure(.invalidInput, "the operands must not be scalars") }
  let a = left.rank == 1 ? left.unsqueezed(at: 0) : left
  let b = right.rank == 1 ? right.unsqueezed(at: 1) : right
  guard a.shape[a.rank - 1] == b.shape[b.rank - 2] else {
    throw Failure(
      .invalidInput, "cannot multiply shapes \(describe(left.shape)) and \(describe(right.shape)): inner sizes differ")
  }
  var result: Operand
  if left.type == .float32 {
    result = try product(a, b, builder)
  } else if left.type.isFloatingPoint, left.type != .float64 {
    result = try builder.converted(
      product(builder.converted(a, to: .float32), builder.converted(b, to: .float32), builder), to: left.type)
  } else {
    result = try plainProduct(a, b, builder)
  }
  if right.rank == 1 { result = result.selecting(axis: result.rank - 1, index: 0) }
  if left.rank == 1 { result = result.selecting(axis: result.rank - (right.rank == 1 ? 1 : 2), index: 0) }
  return result
}

private func product(_ a: Operand, _ b: Operand, _ builder: PlanBuilder) throws(Failure) -> Operand {
  if b.rank == 2 {
    return try multiplyRows(a, PackedMatrix(packing: b, builder), bias: nil, .identity, builder)
  }
  return try plainProduct(a, b, builder)
}

/// A `[…, K]` by a packed `[K, N]`: every row of A, whatever its leading dimensions.
func multiplyRows(
  _ a: Operand, _ b: PackedMatrix, bias: Operand?, _ activation: Activation, _ builder: PlanBuilder
) throws(Failure) -> Operand {
  let lead = Array(a.shape.dropLast())
  let rows = try elementCount(of: lead)
  let depth = b.depth
  let columns = b.columns
  let target = try builder.allocate(.float32, lead + [columns])
  var source = a
  // Rows may lie apart, by one stride; anything else is copied.
  if let flat = a.viewed(as: [rows, depth]), depth <= 1 || flat.strides[1] == 1 {
    source = flat
  } else {
    source = try builder.reshaped(builder.contiguous(a), [rows, depth])
  }
  let stride = rows > 1 ? source.strides[0] : depth
  let matrix = b.panels
  builder.emit(
    "MatMul", reads: [source, matrix] + (bias.map { [$0] } ?? []), writes: [target],
    flops: 2 &* rows &* columns &* depth
  ) { execution in
    multiply(
      Gemm(
        rows: rows, columns: columns, depth: depth, a: execution.floats(source), aStride: stride,
        b: execution.floats(matrix), panelStride: depth * panelColumns, c: execution.floats(target), cStride: columns,
        bias: bias.map { UnsafePointer(execution.floats($0)) }, activation: activation), execution)
  }
  return target
}

/// Products of stacks of matrices, and of types that the kernels do not have.
func plainProduct(_ a: Operand, _ b: Operand, _ builder: PlanBuilder) throws(Failure) -> Operand {
  let (rows, depth, columns) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
  let stack = try broadcastShape(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
  guard let left = a.broadcast(to: stack + [rows, depth]), let right = b.broadcast(to: stack + [depth, columns])
  else { throw Failure(.invalidInput, "shapes \(describe(a.shape)) and \(describe(b.shape)) do not broadcast") }
  let target = try builder.allocate(a.type, stack + [rows, columns])
  if target.count == 0 { return target }
  if a.type == .float32 {
    let packed = try builder.scratch(floats: packedCount(depth: depth, columns: columns))
    let dense = try depth <= 1 || left.strides[left.rank - 1] == 1 ? left : builder.contiguous(left)
    let pairs = MatrixPairs(dense, right, stack)
    let (rowStride, depthStride, columnStride) = (
      dense.strides[dense.rank - 2], right.strides[right.rank - 2], right.strides[right.rank - 1]
    )
    builder.emit("MatMul", reads: [dense, right], writes: [target, packed], flops: 2 &* target.count &* depth) {
      execution in
      var packedMatrix: Int?
      pairs.forEach { index, first, second in
        if second != packedMatrix {
          packedMatrix = second
          packPanels(
            execution.floats(right) + second, depth: depth, columns: columns, depthStride: depthStride,
            columnOffset: { $0 * columnStride }, to: execution.floats(packed))
        }
        multiply(
          Gemm(
            rows: rows, columns: columns, depth: depth, a: execution.floats(dense) + first, aStride: rowStride,
            b: execution.floats(packed), panelStride: depth * panelColumns,
            c: execution.floats(target) + index * rows * columns, cStride: columns), execution)
      }
    }
    return target
  }
  let pairs = MatrixPairs(left, right, stack)
  let steps = PlainSteps(
    rows: rows, depth: depth, columns: columns, aRow: left.strides[left.rank - 2], aDepth: left.strides[left.rank - 1],
    bDepth: right.strides[right.rank - 2], bColumn: right.strides[right.rank - 1])
  switch a.type {
  case .float64:
    builder.emit("MatMul", reads: [left, right], writes: [target], flops: 2 &* target.count &* depth) { execution in
      pairs.forEach { index, first, second in
        plainMultiply(
          execution.pointer(left, as: Double.self) + first, execution.pointer(right, as: Double.self) + second,
          execution.pointer(target, as: Double.self) + index * rows * columns, steps, zero: 0, { $0 + $1 * $2 })
      }
    }
  case .int32, .uint32:
    builder.emit("MatMul", reads: [left, right], writes: [target], flops: 2 &* target.count &* depth) { execution in
      pairs.forEach { index, first, second in
        plainMultiply(
          execution.pointer(left, as: UInt32.self) + first, execution.pointer(right, as: UInt32.self) + second,
          execution.pointer(target, as: UInt32.self) + index * rows * columns, steps, zero: 0, { $0 &+ $1 &* $2 })
      }
    }
  case .int64, .uint64:
    builder.emit("MatMul", reads: [left, right], writes: [target], flops: 2 &* target.count &* depth) { execution in
      pairs.forEach { index, first, second in
        plainMultiply(
          execution.pointer(left, as: UInt64.self) + first, execution.pointer(right, as: UInt64.self) + second,
          execution.pointer(target, as: UInt64.self) + index * rows * columns, steps, zero: 0, { $0 &+ $1 &* $2 })
      }
    }
  default: throw Failure(.unsupported, "MatMul of \(a.type.name) is not supported")
  }
  return target
}

private struct PlainSteps {
  let rows, depth, columns, aRow, aDepth, bDepth, bColumn: Int
}

@inline(__always)
private func plainMultiply<Element>(
  _ a: UnsafeMutablePointer<Element>, _ b: UnsafeMutablePointer<Element>, _ c: UnsafeMutablePointer<Element>,
  _ steps: PlainSteps, zero: Element, _ multiplyAdd: (Element, Element, Element) -> Element
) {
  for row in 0..<steps.rows {
    for column in 0..<steps.columns {
      var sum = zero
      for k in 0..<steps.depth {
        sum = multiplyAdd(sum, a[row * steps.aRow + k * steps.aDepth], b[k * steps.bDepth + column * steps.bColumn])
      }
      c[row * steps.columns + column] = sum
    }
  }
}

/// The matrices of two operands' stacks, `stack` in all, one after the other.
private struct MatrixPairs {
  private let stack: Shape
  private let left, right: [Int]

  init(_ left: Operand, _ right: Operand, _ stack: Shape) {
    self.stack = stack
    self.left = left.strides
    self.right = right.strides
  }

  /// Calls `body` with the number of each pair and where its matrices begin, from the operands' first elements.
  func forEach(_ body: (_ index: Int, _ left: Int, _ right: Int) -> Void) {
    var count = 1
    for size in stack { count *= size }
    for index in 0..<count {
      var (rest, first, second) = (index, 0, 0)
      for axis in stack.indices.reversed() {
        let place = rest % stack[axis]
        rest /= stack[axis]
        first += place * left[axis]
        second += place * right[axis]
      }
      body(index, first, second)
    }
  }
}
