import Graphs
import KernelTable
import Plans
import Tensors

/// RMSNormalization: over all axes from `axis` on, x / √(mean of x² + epsilon), times a scale that broadcasts to it and
/// whose type the result has.
final class RMSNormalization: Operator {
  private let axis: Int
  private let epsilon: Float

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: -1)
    epsilon = try node.float("epsilon", default: 1e-5)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let axes = Array(try normalize(axis: axis, rank: input.rank)..<input.rank)
    let scale = try broadcast(inputs.required(1), to: input.shape)
    let x = try builder.cast(input, to: input.type.computed)
    let squares = try builder.unary("Square", [Activation(.square)], x)
    let mean = try builder.reduce("Mean", .mean, squares, axes: axes, keepsAxes: true)
    let functions = [Activation(.affine, alpha: 1, beta: epsilon), Activation(.reciprocalSqrt)]
    let y = try builder.binary("RMSNormalization", .multiply, x, builder.unary("Root", functions, mean))
    let normalized = try builder.cast(builder.cast(y, to: input.type), to: scale.type)
    return [try builder.binary("RMSNormalization", .multiply, normalized, scale)]
  }
}

/// MeanVarianceNormalization: (x - mean) / (deviation + 10⁻⁹) over the named axes.
final class MeanVarianceNormalization: Operator {
  private let axes: [Int]

  override init(_ node: Node) throws(Failure) {
    axes = try node.ints("axes") ?? [0, 2, 3]
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let axes = try normalize(axes: self.axes.isEmpty ? Array(0..<input.rank) : self.axes, rank: input.rank)
    let x = try builder.cast(input, to: input.type.computed)
    let name = "MeanVarianceNormalization"
    let centered = try builder.binary(
      name, .subtract, x, builder.reduce("Mean", .mean, x, axes: axes, keepsAxes: true))
    let squares = try builder.unary("Square", [Activation(.square)], centered)
    let variance = try builder.reduce("Mean", .mean, squares, axes: axes, keepsAxes: true)
    let functions = [Activation(.sqrt), Activation(.affine, alpha: 1, beta: 1e-9)]
    let y = try builder.binary(name, .divide, centered, builder.unary("Root", functions, variance))
    return [try builder.cast(y, to: input.type)]
  }
}

/// LpNormalization: x divided by its 1- or 2-norm along an axis; zero where the norm is.
final class LpNormalization: Operator {
  private let axis: Int
  private let isEuclidean: Bool

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: -1)
    let p = try node.int("p", default: 2)
    guard p == 1 || p == 2 else { throw Failure(.invalidModel, "attribute 'p' is \(p), expected 1 or 2") }
    isEuclidean = p == 2
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let axis = try normalize(axis: self.axis, rank: input.rank)
    let x = try builder.cast(input, to: input.type.computed)
    let powers = try builder.unary("Power", [Activation(isEuclidean ? .square : .absolute)], x)
    var norm = try builder.reduce("Sum", .sum, powers, axes: [axis], keepsAxes: true)
    if isEuclidean { norm = try builder.unary("Root", [Activation(.sqrt)], norm) }
    let isZero = try builder.binary("Equal", .equal, norm, builder.scalar(0, x.type))
    norm = try builder.binary("Add", .add, norm, builder.cast(isZero, to: x.type))
    return [try builder.cast(builder.binary("LpNormalization", .divide, x, norm), to: input.type)]
  }
}
