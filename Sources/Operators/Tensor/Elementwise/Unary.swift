import Graphs
import KernelTable
import Plans
import Tensors

/// Every operator that is a function of one number: Relu, Sigmoid, Exp, …
final class Unary: Operator {
  private let name: String
  private let functions: [Activation]

  init(_ node: Node, _ functions: Activation...) throws(Failure) {
    name = node.type
    self.functions = functions
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    [try builder.unary(name, functions, inputs.required(0))]
  }
}

extension Unary {
  /// max(0, x) + min(0, alpha · (exp(x / alpha) - 1)) as selu on x / alpha.
  static func celu(_ node: Node) throws(Failure) -> Unary {
    let alpha = try node.float("alpha", default: 1)
    guard alpha > 0 else { throw Failure(.unsupported, "attribute 'alpha' is not positive") }
    return try Unary(node, Activation(.affine, alpha: 1 / alpha), Activation(.selu, alpha: 1, beta: alpha))
  }

  static func gelu(_ node: Node) throws(Failure) -> Unary {
    let approximation = try node.string("approximate", default: "none")
    guard approximation == "none" || approximation == "tanh" else {
      throw Failure(.invalidModel, "attribute 'approximate' is '\(approximation)', expected 'none' or 'tanh'")
    }
    return try Unary(node, Activation(approximation == "tanh" ? .geluTanh : .gelu))
  }

  /// The operator keeps x > alpha, the kernel x >= alpha.
  static func thresholdedRelu(_ node: Node) throws(Failure) -> Unary {
    try Unary(node, Activation(.thresholdedRelu, alpha: node.float("alpha", default: 1).nextUp))
  }
}

/// Clip: bounds are attributes before operator set 11, inputs from then on.
final class Clip: Operator {
  private let low: Float?
  private let high: Float?

  override init(_ node: Node) throws(Failure) {
    low = node.opset < 11 ? try node.float("min") : nil
    high = node.opset < 11 ? try node.float("max") : nil
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0)
    let lowest = try bound(low, inputs.optional(1), x, builder)
    let highest = try bound(high, inputs.optional(2), x, builder)
    if x.type == .float32 || x.type == .float16 || x.type == .bfloat16 {
      let known = try (number(lowest, builder) ?? -.infinity, number(highest, builder) ?? .infinity)
      let fixed = (lowest.map { builder.isKnown($0) } ?? true) && (highest.map { builder.isKnown($0) } ?? true)
      if fixed, known.0 <= known.1 {
        return [try builder.unary("Clip", [Activation(.clip, alpha: known.0, beta: known.1)], x)]
      }
    }
    var result = x
    if let lowest { result = try builder.binary("Clip", .maximum, result, lowest) }
    if let highest { result = try builder.binary("Clip", .minimum, result, highest) }
    return [result]
  }

  private func bound(
    _ attribute: Float?, _ input: Operand?, _ x: Operand, _ builder: PlanBuilder
  ) throws(Failure) -> Operand? {
    if let attribute { return try builder.cast(builder.constant(.float32([attribute], shape: [])), to: x.type) }
    guard let input else { return nil }
    guard input.count == 1 else {
      throw Failure(.invalidInput, "a bound has shape \(describe(input.shape)), expected a scalar")
    }
    return try builder.reshaped(input, [])
  }

  private func number(_ operand: Operand?, _ builder: PlanBuilder) throws(Failure) -> Float? {
    guard let operand, let tensor = try builder.tensor(operand) else { return nil }
    return try tensor.numbers("a bound").first.map { Float($0) }
  }
}

/// Not, IsNaN and IsInf: a truth value for each element.
final class Predicate: Operator {
  enum Question {
    case isFalse, isNaN
    case isInfinite(positive: Bool, negative: Bool)
  }

  private let name: String
  private let question: Question

  init(_ node: Node, _ question: Question) throws(Failure) {
    name = node.type
    self.question = question
    try super.init(node)
  }

  static func isInfinite(_ node: Node) throws(Failure) -> Predicate {
    let positive = try node.flag("detect_positive", default: true)
    let negative = try node.flag("detect_negative", default: true)
    return try Predicate(node, .isInfinite(positive: positive, negative: negative))
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0)
    let source: Operand
    if case .isFalse = question {
      source = x
    } else {
      source = try builder.cast(x, to: .float64)
    }
    let result = try builder.allocate(.bool, like: source)
    let loop = StridedLoop(result.shape, result, source)
    builder.emit(name, reads: [source], writes: [result]) { [question] execution in
      let y = execution.pointer(result, as: UInt8.self)
      loop.forEachRow { offset in
        for index in 0..<loop.count {
          let from = offset[1] &+ index &* loop.stride[1]
          let answer: Bool
          switch question {
          case .isFalse: answer = execution.pointer(source, as: UInt8.self)[from] == 0
          case .isNaN: answer = execution.pointer(source, as: Double.self)[from].isNaN
          case .isInfinite(let positive, let negative):
            let value = execution.pointer(source, as: Double.self)[from]
            answer = value.isInfinite && (value > 0 ? positive : negative)
          }
          y[offset[0] &+ index &* loop.stride[0]] = answer ? 1 : 0
        }
      }
    }
    return [result]
  }
}
