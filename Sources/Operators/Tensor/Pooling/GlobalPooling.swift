import Graphs
import Plans
import Tensors

/// GlobalAveragePool and GlobalMaxPool: over all spatial axes, each of which keeps a size of 1.
final class GlobalPooling: Operator {
  private let name: String
  private let reduction: Reduction

  init(_ node: Node, _ reduction: Reduction) throws(Failure) {
    name = node.type
    self.reduction = reduction
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0, ranks: 2...maximumRank)
    return [try builder.reduce(name, reduction, x, axes: Array(2..<x.rank), keepsAxes: true)]
  }
}
