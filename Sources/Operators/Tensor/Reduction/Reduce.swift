import Graphs
import KernelTable
import Plans
import Tensors

/// ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceL1, ReduceL2, ReduceLogSum, ReduceLogSumExp and
/// ReduceSumSquare: a function of every element, a reduction, a function of the result.
final class Reduce: Operator {
  private let name: String
  private let before: [Activation]
  private let reduction: Reduction
  private let after: [Activation]
  private let axes: [Int]?
  private let keepsAxes: Bool
  private let emptyMeansNone: Bool

  init(
    _ node: Node, _ reduction: Reduction, before: [Activation] = [], after: [Activation] = []
  ) throws(Failure) {
    name = node.type
    self.before = before
    self.reduction = reduction
    self.after = after
    axes = try node.ints("axes")
    keepsAxes = try node.flag("keepdims", default: true)
    emptyMeansNone = try node.flag("noop_with_empty_axes")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    var x = try inputs.required(0)
    var axes = self.axes ?? []
    if let input = inputs.optional(1) { axes = try builder.integers(input, "the axes") }
    axes = try normalize(axes: axes, rank: x.rank)
    if axes.isEmpty, !emptyMeansNone { axes = Array(0..<x.rank) }
    // Half precision is rounded once, at the end: the squares of what it holds are beyond it.
    let type = x.type
    if type.isFloatingPoint { x = try builder.cast(x, to: type.computed) }
    if !before.isEmpty { x = try builder.unary(name, before, x) }
    x = try builder.reduce(name, reduction, x, axes: axes, keepsAxes: keepsAxes)
    if !after.isEmpty { x = try builder.unary(name, after, x) }
    return [try builder.cast(x, to: type)]
  }
}
