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
    let computed = type.computed == .float32 ? .float32 : type
    let a = try builder.converted(transposeA ? left.transposed([1, 0]) : left, to: computed)
    let b = try builder.converted(transposeB ? right.transposed([1, 0]) : right, to: computed)
    guard a.shape[1] == b.shape[0] else {
      throw Failure(
        .invalidInput, "cannot multiply shapes \(describe(a.shape)) and \(describe(b.shape)): inner sizes differ")
    }
    let product =
      try computed == .float32
      ? multiplyRows(a, PackedMatrix(packing: b, builder), bias: nil, .identity, builder) : plainProduct(a, b, builder)
    var result = try scaled(product, by: alpha, builder)
    if let addend = inputs.optional(2) {
      let c = try broadcast(builder.converted(addend, to: computed), to: product.shape)
      result = try builder.binary("Gemm", .add, result, scaled(c, by: beta, builder))
    }
    return [try builder.converted(result, to: type)]
  }

  private func scaled(_ x: Operand, by factor: Float, _ builder: PlanBuilder) throws(Failure) -> Operand {
    if factor == 1 { return x }
    let number = try builder.constant(Tensor.float32([factor], shape: []).converted(to: x.type))
    return try builder.binary("Gemm", .multiply, x, number)
  }
}
