import CSystem
import KernelTable

/// The functions in double precision, by the C library.
func exact(_ f: Activation, _ x: Double) -> Double {
  let alpha = Double(f.alpha), beta = Double(f.beta)
  switch f.function {
  case .identity: return x
  case .relu: return x < 0 ? 0 : x
  case .leakyRelu: return x > 0 ? x : alpha * x
  case .clip: return x.isNaN ? x : min(max(x, alpha), beta)
  case .sigmoid: return 1 / (1 + exp(-x))
  case .tanh: return tanh(x)
  case .hardSigmoid: return x.isNaN ? x : max(0, min(1, alpha * x + beta))
  case .hardSwish: return x.isNaN ? x : x <= -3 ? 0 : x * min(1, x / 6 + 0.5)
  case .exp: return exp(x)
  case .log: return log(x)
  case .sqrt: return sqrt(x)
  case .reciprocal: return 1 / x
  case .negate: return -x
  case .absolute: return abs(x)
  case .elu: return x > 0 ? x : alpha * expm1(x)
  case .selu: return beta * (x > 0 ? x : alpha * expm1(x))
  case .softplus: return x > 40 ? x : log1p(exp(x))
  case .softsign: return x.isInfinite ? (x > 0 ? 1 : -1) : x / (1 + abs(x))
  case .erf: return erf(x)
  case .gelu: return x == -.infinity ? 0 : 0.5 * x * erfc(-x / 2.0.squareRoot())
  case .geluTanh:
    return x == -.infinity ? 0 : 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  case .affine: return alpha * x + beta
  case .scaledTanh: return alpha * tanh(beta * x)
  case .thresholdedRelu: return x >= alpha ? x : 0
  case .swish: return x == -.infinity ? 0 : x / (1 + exp(-alpha * x))
  case .mish: return x == -.infinity ? 0 : x > 40 ? x : x * tanh(log1p(exp(x)))
  case .floor: return x.rounded(.down)
  case .ceil: return x.rounded(.up)
  case .round: return x.rounded(.toNearestOrEven)
  case .sin: return sin(x)
  case .cos: return cos(x)
  case .square: return x * x
  case .reciprocalSqrt: return 1 / sqrt(x)
  case .sign: return x > 0 ? 1 : x < 0 ? -1 : x
  }
}
