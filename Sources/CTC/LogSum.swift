import CSystem

/// ln(exp(a) + exp(b)).
@inline(__always)
func logSum(_ a: Double, _ b: Double) -> Double {
  let (high, low) = a > b ? (a, b) : (b, a)
  return low == -.infinity ? high : high + log1p(exp(low - high))
}

/// ln(exp(a) + exp(b)).
@inline(__always)
func logSum(_ a: Float, _ b: Float) -> Float {
  let (high, low) = a > b ? (a, b) : (b, a)
  return low == -.infinity ? high : high + log1pf(expf(low - high))
}
