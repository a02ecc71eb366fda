import Graphs
import KernelTable
import Plans
import Tensors

/// Add, Sub, Mul, Div, And, Or, Xor, Equal, Less, LessOrEqual, Greater, GreaterOrEqual.
final class Binary: Operator {
  private let name: String
  private let operation: BinaryOperation
  private let oldAxis: Int?

  init(_ node: Node, _ operation: BinaryOperation) throws(Failure) {
    name = node.type
    self.operation = operation
    oldAxis = try node.oldAxis()
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let first = try inputs.required(0)
    return [try builder.binary(name, operation, first, inputs.required(1).aligned(to: first, at: oldAxis))]
  }
}

extension Node {
  /// Before opset 7, the axis of the first operand where the second one's shape begins.
  fileprivate func oldAxis() throws(Failure) -> Int? {
    guard opset < 7, try flag("broadcast") else { return nil }
    return try int("axis")
  }
}

extension Operand {
  /// With axes of size 1 after its own, so that they lie at `axis` of the other operand.
  fileprivate func aligned(to other: Operand, at axis: Int?) throws(Failure) -> Operand {
    guard let axis else { return self }
    let first = try normalize(axis: axis, rank: other.rank)
    guard first + rank <= other.rank else {
      throw Failure(
        .invalidInput, "shape \(describe(shape)) does not fit into \(describe(other.shape)) at axis \(axis)")
    }
    var view = self
    for _ in (first + rank)..<other.rank { view = view.unsqueezed(at: view.rank) }
    return view
  }
}

/// Sum, Mean, Max, Min of one or more inputs.
final class Variadic: Operator {
  private let name: String
  private let operation: BinaryOperation
  private let averages: Bool

  init(_ node: Node, _ operation: BinaryOperation, averages: Bool = false) throws(Failure) {
    name = node.type
    self.operation = operation
    self.averages = averages
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    var result = try inputs.required(0)
    let type = result.type
    for index in 1..<max(inputs.count, 1) {
      result = try builder.binary(name, operation, result, inputs.required(index))
    }
    if averages, inputs.count > 1 {
      let count = try builder.constant(.float32([Float(inputs.count)], shape: []))
      result = try builder.binary(name, .divide, result, builder.cast(count, to: type))
    }
    return [result]
  }
}

/// Pow. The exponent may have another type than the base; the result has the base's.
final class Power: Operator {
  private let oldAxis: Int?

  override init(_ node: Node) throws(Failure) {
    oldAxis = try node.oldAxis()
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let base = try inputs.required(0)
    let exponent = try inputs.required(1).aligned(to: base, at: oldAxis)
    if base.type.computed == .float32, exponent.count == 1, exponent.rank <= base.rank,
      let number = try builder.tensor(exponent)?.numbers("the exponent").first
    {
      if number == 1 { return [base] }
      if number == 2 { return [try builder.unary("Pow", [Activation(.square)], base)] }
    }
    // Neither type may hold the other's numbers: 2³¹ - 1 is even in single precision.
    if exponent.type != base.type, exponent.type.isFloatingPoint || base.type.isFloatingPoint {
      let power = try builder.binary(
        "Pow", .power, builder.cast(base, to: .float64), builder.cast(exponent, to: .float64))
      return [try builder.cast(power, to: base.type)]
    }
    return [try builder.binary("Pow", .power, base, builder.cast(exponent, to: base.type))]
  }
}

/// Mod: with the divisor's sign, or with the dividend's when `fmod` is set.
final class Modulo: Operator {
  private let truncates: Bool

  override init(_ node: Node) throws(Failure) {
    truncates = try node.flag("fmod")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    [try builder.binary("Mod", truncates ? .remainder : .modulo, inputs.required(0), inputs.required(1))]
  }
}
