import CSystem
import KernelTable

/// y[i] = f(x[i]); in place allowed. Every element's result depends on its value alone.
@inline(never)
func unary(_ activation: Activation, _ block: Block) {
  let alpha = activation.alpha, beta = activation.beta
  switch activation.function {
  case .identity: if UnsafePointer(block.y) != block.x { map(block) { $0 } }
  case .relu: map(block) { relu($0) }
  case .leakyRelu: map(block) { leakyRelu($0, alpha) }
  case .clip: map(block) { clamp($0, alpha, beta) }
  case .sigmoid: map(block) { sigmoid($0) }
  case .tanh: map(block) { hyperbolicTangent($0) }
  case .hardSigmoid: map(block) { hardSigmoid($0, alpha, beta) }
  case .hardSwish: map(block) { hardSwish($0) }
  case .exp: map(block) { exponential($0) }
  case .log: map(block) { logarithm($0) }
  case .sqrt: map(block) { squareRoot($0) }
  case .reciprocal: map(block) { 1 / $0 }
  case .negate: map(block) { -$0 }
  case .absolute: map(block) { magnitude($0) }
  case .elu: map(block) { elu($0, alpha) }
  case .selu: map(block) { elu($0, alpha) * beta }
  case .softplus: map(block) { softplus($0) }
  case .softsign: map(block) { softsign($0) }
  case .erf: map(block) { errorFunction($0) }
  case .gelu: map(block) { gaussianError($0) }
  case .geluTanh: map(block) { gaussianErrorByTanh($0) }
  case .affine: map(block) { affine($0, alpha, beta) }
  case .scaledTanh: map(block) { hyperbolicTangent($0 * beta) * alpha }
  case .thresholdedRelu: map(block) { select(alpha .<= $0, $0, Vector()) }
  case .swish: map(block) { swish($0, alpha) }
  case .mish: map(block) { mish($0) }
  case .floor: map(block) { integerBelow($0) }
  case .ceil: map(block) { integerAbove($0) }
  case .round: map(block) { nearestInteger($0) }
  case .sin: mapLanes(block, sinf)
  case .cos: mapLanes(block, cosf)
  case .square: map(block) { $0 * $0 }
  case .reciprocalSqrt: map(block) { 1 / squareRoot($0) }
  case .sign: map(block) { sign($0) }
  }
}

/// One element at a time, by the C library.
@inline(always)
private func mapLanes(_ block: Block, _ f: (Float) -> Float) {
  for row in 0..<block.rows {
    let x = block.x + row * block.stride, y = block.y + row * block.stride
    for i in 0..<block.columns { y[i] = f(x[i]) }
  }
}

/// x > 0 ? x : α · (eˣ - 1)
@inline(always)
private func elu(_ x: Vector, _ alpha: Float) -> Vector {
  select(0 .< x, x, exponentialMinusOne(nonPositive: atMost(0, x)) * alpha)
}

/// x / (1 + |x|), and its limits ±1 at infinity.
@inline(always)
private func softsign(_ x: Vector) -> Vector {
  let bounded = clamp(x, -.greatestFiniteMagnitude, .greatestFiniteMagnitude)
  return bounded / (1 + magnitude(bounded))
}

/// -1, 0 or 1; NaN for NaN.
@inline(always)
private func sign(_ x: Vector) -> Vector {
  select(0 .< magnitude(x), copySign(Vector(repeating: 1), from: x), x)
}
