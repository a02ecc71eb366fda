import CSystem
import KernelTable
import Plans
import Tensors

extension PlanBuilder {
  /// One function after the other, element by element. Half precision is computed in float32; integers where a
  /// function leaves them in float64.
  func unary(_ name: String, _ functions: [Activation], _ operand: Operand) throws(Failure) -> Operand {
    switch operand.type {
    case .float32: return try unaryFloat32(name, functions, operand)
    case .float16, .bfloat16:
      return try cast(unaryFloat32(name, functions, cast(operand, to: .float32)), to: operand.type)
    case .float64: return try unaryLoop(name, functions, operand, as: Double.self) { evaluate($0, $1) }
    default: break
    }
    for function in functions {
      switch function.function {
      case .absolute, .relu, .negate, .sign, .square, .identity: break
      default: return try cast(unary(name, functions, cast(operand, to: .float64)), to: operand.type)
      }
    }
    if operand.type == .uint64 {
      return try unaryLoop(name, functions, operand, as: UInt64.self) { evaluate($0, $1) }
    }
    let result = try unaryLoop(name, functions, cast(operand, to: .int64), as: Int64.self) { evaluate($0, $1) }
    return try cast(result, to: operand.type)
  }

  private func unaryFloat32(_ name: String, _ functions: [Activation], _ operand: Operand) throws(Failure) -> Operand {
    guard let first = functions.first else { return operand }
    let others = functions.dropFirst()
    let result = try allocate(.float32, like: operand)
    var source = operand
    var loop = StridedLoop(result.shape, result, source)
    if loop.stride[1] != 1 {
      source = try dense(operand)
      loop = StridedLoop(result.shape, result, source)
    }
    let from = source
    let walk = loop
    emit(name, reads: [from], writes: [result]) { execution in
      let x = execution.floats(from)
      let y = execution.floats(result)
      walk.run(execution, cost: 8) { count, offset in
        execution.kernels.unary(first, x + offset[1], y + offset[0], count)
        for function in others { execution.kernels.unary(function, y + offset[0], y + offset[0], count) }
      }
    }
    return result
  }

  private func unaryLoop<Element>(
    _ name: String, _ functions: [Activation], _ operand: Operand, as _: Element.Type,
    _ evaluate: @escaping (Activation, Element) -> Element
  ) throws(Failure) -> Operand {
    let result = try allocate(operand.type, like: operand)
    let loop = StridedLoop(result.shape, result, operand)
    emit(name, reads: [operand], writes: [result]) { execution in
      let x = execution.pointer(operand, as: Element.self)
      let y = execution.pointer(result, as: Element.self)
      loop.forEachRow { offset in
        for index in 0..<loop.count {
          var value = x[offset[1] &+ index &* loop.stride[1]]
          for function in functions { value = evaluate(function, value) }
          y[offset[0] &+ index &* loop.stride[0]] = value
        }
      }
    }
    return result
  }
}

private func evaluate<Integer: FixedWidthInteger>(_ function: Activation, _ x: Integer) -> Integer {
  switch function.function {
  case .absolute: x < 0 ? 0 &- x : x
  case .relu: max(x, 0)
  case .negate: 0 &- x
  case .sign: x.signum()
  case .square: x &* x
  default: x
  }
}

private func evaluate(_ function: Activation, _ x: Double) -> Double {
  let alpha = Double(function.alpha)
  let beta = Double(function.beta)
  switch function.function {
  case .identity: return x
  case .relu: return x > 0 || x.isNaN ? x : 0
  case .leakyRelu: return x < 0 ? alpha * x : x
  case .clip: return x < alpha ? alpha : x > beta ? beta : x
  case .sigmoid: return sigmoid(x)
  case .tanh: return tanh(x)
  case .hardSigmoid: return bounded(alpha * x + beta)
  case .hardSwish: return x * bounded(x / 6 + 0.5)
  case .exp: return exp(x)
  case .log: return log(x)
  case .sqrt: return x.squareRoot()
  case .reciprocal: return 1 / x
  case .negate: return -x
  case .absolute: return abs(x)
  case .elu: return x > 0 ? x : alpha * expm1(x)
  case .selu: return beta * (x > 0 ? x : alpha * expm1(x))
  case .softplus: return softplus(x)
  case .softsign: return x / (1 + abs(x))
  case .erf: return erf(x)
  case .gelu: return 0.5 * x * (1 + erf(x * 0.707_106_781_186_547_5))
  case .geluTanh: return 0.5 * x * (1 + tanh(0.797_884_560_802_865_4 * (x + 0.044715 * x * x * x)))
  case .affine: return alpha * x + beta
  case .scaledTanh: return alpha * tanh(beta * x)
  case .thresholdedRelu: return x >= alpha ? x : 0
  case .swish: return x * sigmoid(alpha * x)
  case .mish: return x * tanh(softplus(x))
  case .floor: return x.rounded(.down)
  case .ceil: return x.rounded(.up)
  case .round: return x.rounded(.toNearestOrEven)
  case .sin: return sin(x)
  case .cos: return cos(x)
  case .square: return x * x
  case .reciprocalSqrt: return 1 / x.squareRoot()
  case .sign: return x > 0 ? 1 : x < 0 ? -1 : x
  }
}

private func bounded(_ x: Double) -> Double { x < 0 ? 0 : x > 1 ? 1 : x }
private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
private func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
