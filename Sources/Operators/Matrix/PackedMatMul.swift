import Graphs
import KernelTable
import Plans
import Tensors

/// crnn.MatMul: `activation(A · B + bias)` with B packed ahead, as the passes make it from MatMul and Gemm.
/// Inputs: A `[…, K]`; B `[panels, K, 16]`; bias `[N]`, optional. Attributes: columns = N; rank, of A when but
/// one is allowed; activation.
final class PackedMatMul: Operator {
  private let columns: Int
  private let ranks: ClosedRange<Int>
  private let activation: Activation

  override init(_ node: Node) throws(Failure) {
    columns = try node.int("columns", default: 0)
    let rank = try node.int("rank")
    ranks = max(rank ?? 1, 1)...max(rank ?? maximumRank, 1)
    activation = try Activation(of: node)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let a = try inputs.required(0, ranks: ranks)
    let panels = try inputs.required(1, ranks: 3...3)
    let bias = inputs.optional(2)
    guard a.type == .float32, panels.type == .float32, panels.isContiguous, panels.shape[2] == panelColumns,
      columns > 0, panels.shape[0] == panelCount(columns: columns),
      bias.map({ $0.type == .float32 && $0.isContiguous && $0.count == columns }) ?? true
    else { throw Failure(.invalidModel, "the packed matrix does not have the announced shape") }
    guard a.shape[a.rank - 1] == panels.shape[1] else {
      throw Failure(
        .invalidInput, "shape \(describe(a.shape)) cannot be multiplied by a matrix of \(panels.shape[1]) rows")
    }
    let matrix = PackedMatrix(panels: panels, depth: panels.shape[1], columns: columns)
    return [try multiplyRows(a, matrix, bias: bias, activation, builder)]
  }
}
