import Graphs
import KernelTable
import Plans
import Tensors

/// FusedMatMul of com.microsoft: alpha · A' · B' of stacks of matrices. transA and transB swap the last two axes;
/// transBatchA and transBatchB move the first axis before the last, ahead of that.
final class FusedMatMul: Operator {
  private let alpha: Float
  private let transposeA, transposeB, transposeBatchA, transposeBatchB: Bool

  override init(_ node: Node) throws(Failure) {
    alpha = try node.float("alpha", default: 1)
    transposeA = try node.flag("transA")
    transposeB = try node.flag("transB")
    transposeBatchA = try node.flag("transBatchA")
    transposeBatchB = try node.flag("transBatchB")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let product = try matrixProduct(
      view(inputs.required(0), transposeA, transposeBatchA), view(inputs.required(1), transposeB, transposeBatchB),
      builder)
    return [try builder.unary("FusedMatMul", [Activation(.affine, alpha: alpha)], product)]
  }

  private func view(_ operand: Operand, _ transposes: Bool, _ transposesBatch: Bool) -> Operand {
    guard operand.rank >= 2 else { return operand }
    var order = Array(0..<operand.rank)
    if transposesBatch { order.insert(order.removeFirst(), at: order.count - 1) }
    if transposes { order.swapAt(order.count - 1, order.count - 2) }
    return operand.transposed(order)
  }
}
