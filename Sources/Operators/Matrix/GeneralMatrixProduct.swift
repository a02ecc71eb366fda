import Graphs
import KernelTable
import Plans
import Tensors

/// Gemm of ONNX: alpha · A' · B' + beta · C, where a prime is a transposition on request and C broadcasts.
final class GeneralMatrixProduct: Operator {
  private let alpha, beta: Float
  private let transposeA, transposeB: Bool

  override init(_ node: Node) throws(Failure) {
    alpha = try node.float("alpha", default: 1)
    beta = try node.float("beta", default: 1)
    transposeA = try node.flag("transA")
    transposeB = try node.flag("transB")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let left = try inputs.required(0, ranks: 2...2)
    let right = try inputs.required(1, ranks: 2...2)
    let type = left.type
    guard type.isFloatingPoint, right.type == type else {
      throw Failure(.unsupported, "operands are \(type.name) and \(right.type.name), expected one floating-point type")
    }
    let a = try builder.converted(transposeA ? left.transposed([1, 0]) : left, to: .float32)
    let b = try builder.converted(transposeB ? right.transposed([1, 0]) : right, to: .float32)
    guard a.shape[1] == b.shape[0] else {
      throw Failure(
        .invalidInput, "cannot multiply shapes \(describe(a.shape)) and \(describe(b.shape)): inner sizes differ")
    }
    let shape = [a.shape[0], b.shape[1]]
    let product = try multiplyRows(a, PackedMatrix(packing: b, builder), bias: nil, .identity, builder)
    let scaled = Activation(.affine, alpha: alpha, beta: 0)
    let (alpha, beta) = (alpha, beta)
    guard let addend = inputs.optional(2) else {
      if alpha != 1 {
        let count = product.count
        builder.emit("Gemm", reads: [], writes: [product]) { execution in
          execution.kernels.unary(scaled, execution.floats(product), execution.floats(product), count)
        }
      }
      return [try builder.converted(product, to: type)]
    }
    guard let c = try builder.converted(addend, to: .float32).broadcast(to: shape) else {
      throw Failure(.invalidInput, "C has shape \(describe(addend.shape)), expected one that broadcasts to \(describe(shape))")
    }
    builder.emit("Gemm", reads: [c], writes: [product]) { execution in
      let sums = execution.floats(product)
      let terms = execution.floats(c)
      for row in 0..<shape[0] {
        for column in 0..<shape[1] {
          let index = row * shape[1] + column
          sums[index] = alpha * sums[index] + beta * terms[row * c.strides[0] + column * c.strides[1]]
        }
      }
    }
    return [try builder.converted(product, to: type)]
  }
}
