import CSystem
import Graphs
import KernelTable
import Plans
import Tensors

/// Softmax and LogSoftmax. Up to operator set 12 all axes from `axis` on count as one; from 13 on `axis` alone is
/// normalised. bfloat16 is computed in float32. Softmax of float16 rounds after each step of the function that defines
/// the operator from 13 on.
final class Softmax: Operator {
  private let name: String
  private let isLogarithm: Bool
  private let axis: Int
  private let flattens: Bool

  init(_ node: Node, logarithm: Bool) throws(Failure) {
    name = node.type
    isLogarithm = logarithm
    flattens = node.opset < 13
    axis = try node.int("axis", default: flattens ? 1 : -1)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let x = try builder.cast(input, to: input.type.computed)
    if flattens {
      let axis = self.axis == x.rank ? x.rank : try normalize(axis: self.axis, rank: max(x.rank, 1))
      if axis < x.rank - 1 || axis == x.rank {
        let outer = try elementCount(of: Array(x.shape[..<axis]))
        let inner = try elementCount(of: Array(x.shape[axis...]))
        let flat = try normalizeRows(builder.reshaped(x, [outer, inner]), axis: 1, builder)
        return [try builder.cast(builder.reshaped(flat, x.shape), to: input.type)]
      }
    }
    if x.rank == 0 {
      _ = try normalize(axis: axis, rank: 1)
      let row = try normalizeRows(builder.reshaped(x, [1]), axis: 0, builder)
      return [try builder.cast(builder.reshaped(row, []), to: input.type)]
    }
    let axis = try normalize(axis: self.axis, rank: x.rank)
    if input.type == .float16, !isLogarithm, !flattens { return [try byDefinition(input, axis, builder)] }
    return [try builder.cast(normalizeRows(x, axis: axis, builder), to: input.type)]
  }

  private func byDefinition(_ x: Operand, _ axis: Int, _ builder: PlanBuilder) throws(Failure) -> Operand {
    let largest = try builder.reduce(name, .maximum, x, axes: [axis], keepsAxes: true)
    let powers = try builder.unary(name, [Activation(.exp)], builder.binary(name, .subtract, x, largest))
    return try builder.binary(
      name, .divide, powers, builder.reduce(name, .sum, powers, axes: [axis], keepsAxes: true))
  }

  private func normalizeRows(_ x: Operand, axis: Int, _ builder: PlanBuilder) throws(Failure) -> Operand {
    if x.strides[axis] != 1, x.shape[axis] != 1 {
      let order = (0..<x.rank).filter { $0 != axis } + [axis]
      let copy = try builder.contiguous(x.transposed(order))
      return try normalizeRows(copy, axis: x.rank - 1, builder).transposed(inverse(order))
    }
    var order = memoryOrder(of: x)
    order.removeAll { $0 == axis }
    let result = try builder.allocate(x.type, x.shape, order: order + [axis])
    var (from, to) = (x, result)
    from.shape[axis] = 1
    to.shape[axis] = 1
    let rows = StridedLoop(from.shape, to, from)
    let length = x.shape[axis]
    if length == 0 { return result }
    builder.emit(name, reads: [x], writes: [result]) { [isLogarithm] execution in
      rows.run(execution, cost: 10 * min(length, 1 << 40)) { count, offset in
        for index in 0..<count {
          let source = offset[1] &+ index &* rows.stride[1]
          let target = offset[0] &+ index &* rows.stride[0]
          if x.type == .float32 {
            execution.kernels.softmax(
              execution.floats(x) + source, execution.floats(result) + target, length, isLogarithm)
          } else {
            softmax(
              execution.pointer(x, as: Double.self) + source, execution.pointer(result, as: Double.self) + target,
              length, isLogarithm)
          }
        }
      }
    }
    return result
  }
}

private func softmax(_ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ count: Int, _ logarithm: Bool) {
  var largest = -Double.infinity
  for index in 0..<count { largest = Double.larger(largest, x[index]) }
  var sum = 0.0
  for index in 0..<count {
    y[index] = exp(x[index] - largest)
    sum += y[index]
  }
  let scale = 1 / sum
  let shift = largest + log(sum)
  for index in 0..<count { y[index] = logarithm ? x[index] - shift : y[index] * scale }
}
