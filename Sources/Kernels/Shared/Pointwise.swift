import KernelTable

// Activations without transcendental functions. NaN stays NaN in all of them.

@inline(always)
func relu(_ x: Vector) -> Vector { atLeast(0, x) }

@inline(always)
func leakyRelu(_ x: Vector, _ alpha: Float) -> Vector { select(0 .< x, x, x * alpha) }

@inline(always)
func affine(_ x: Vector, _ alpha: Float, _ beta: Float) -> Vector {
  multiplyAdd(Vector(repeating: beta), x, alpha)
}

@inline(always)
func hardSigmoid(_ x: Vector, _ alpha: Float, _ beta: Float) -> Vector { clamp(affine(x, alpha, beta), 0, 1) }

/// 0 at -∞, where the product would be undefined.
@inline(always)
func hardSwish(_ x: Vector) -> Vector { atLeast(-3, x) * clamp(affine(x, 1 / 6, 0.5), 0, 1) }

/// The bounds of an activation that only bounds its argument, as the micro-kernels do in registers.
@inline(always)
func bounds(_ activation: Activation) -> (lower: Float, upper: Float)? {
  switch activation.function {
  case .relu: (0, .infinity)
  case .clip: (activation.alpha, activation.beta)
  default: nil
  }
}
