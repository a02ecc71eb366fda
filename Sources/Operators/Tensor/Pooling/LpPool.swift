import Graphs
import KernelTable
import Plans
import Tensors

/// LpPool: the p-norm of each window. `p` is a number in operator set 1, an integer from 2 on.
final class LpPool: Operator {
  private let p: Float
  private let sums: Pooling

  override init(_ node: Node) throws(Failure) {
    p = node.opset < 2 ? try node.float("p", default: 2) : Float(try node.int("p", default: 2))
    guard p > 0 else { throw Failure(.invalidModel, "attribute 'p' is not positive") }
    sums = try Pooling(node, .sum)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let x = try builder.unary("LpPool", [Activation(.absolute)], builder.cast(input, to: input.type.computed))
    let powers = try p == 1 ? x : builder.binary("LpPool", .power, x, builder.scalar(p, x.type))
    guard let sums = try self.sums.lower(Inputs([powers]), builder).first, let sums else { return [nil] }
    let norms = try p == 1 ? sums : builder.binary("LpPool", .power, sums, builder.scalar(1 / p, x.type))
    return [try builder.cast(norms, to: input.type)]
  }
}
