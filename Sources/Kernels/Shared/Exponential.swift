import CSystem

/// 1.5 · 2²³: a number of magnitude below 2²² added to it is rounded to an integer.
private let roundingShift: Float = 12_582_912

/// x = n · ln 2 + r with integral n and |r| ≤ ln 2 / 2, for |x| < 2¹⁵.
@inline(always)
private func reduce(_ x: Vector) -> (n: Vector, r: Vector) {
  let n = multiplyAdd(roundingShift, x, 1.442_695_04) - roundingShift
  // ln 2 in two parts (Cody and Waite): the product with the first, of 9 bits, is exact.
  let r = multiplyAdd(multiplyAdd(x, n, -0.693_359_375), n, 2.121_944_4e-4)
  return (n, r)
}

/// (eʳ - 1 - r) / r² on |r| ≤ ln 2 / 2 (Moshier, Cephes).
@inline(always)
private func exponentialTail(_ r: Vector) -> Vector {
  var p = multiplyAdd(1.398_199_950_7e-3, r, 1.987_569_15e-4)
  p = multiplyAdd(8.333_451_907_3e-3, p, r)
  p = multiplyAdd(4.166_579_589_4e-2, p, r)
  p = multiplyAdd(1.666_666_545_9e-1, p, r)
  return multiplyAdd(5.000_000_120_1e-1, p, r)
}

/// eˣ, within 1.5 units in the last place. Overflow gives infinity, underflow denormals and then 0.
@inline(always)
func exponential(_ x: Vector) -> Vector {
  let (n, r) = reduce(clamp(x, -104, 89))
  let p = multiplyAdd(1 + r, exponentialTail(r), r * r)
  return Vector(native: vector_scale(p.native, n.native))
}

/// eˣ - 1 for x ≤ 0 or NaN, without cancellation near 0: within 1 unit in the last place.
@inline(always)
func exponentialMinusOne(nonPositive x: Vector) -> Vector {
  let (n, r) = reduce(atLeast(-40, x))
  let p = multiplyAdd(r, exponentialTail(r), r * r)
  let scale = Vector(native: vector_power_of_two(n.native))
  return multiplyAdd(scale - 1, p, scale)
}

/// 1 / (1 + e⁻ˣ), within 4 units in the last place; 0 where that would be denormal.
@inline(always)
func sigmoid(_ x: Vector) -> Vector { 1 / (1 + exponential(-x)) }

/// tanh |x| = -t / (2 + t) with t = e^-2|x| - 1, and the sign of x. Within 3 units in the last place.
@inline(always)
func hyperbolicTangent(_ x: Vector) -> Vector {
  let size = magnitude(x)
  let t = exponentialMinusOne(nonPositive: -(size + size))
  return copySign(t / (t + 2), from: x)
}

/// log(1 + u) for 0 ≤ u ≤ 1, by 2 · artanh(u / (2 + u)).
@inline(always)
private func logarithmOfOnePlus(_ u: Vector) -> Vector {
  let s = u / (2 + u)
  let z = s * s
  var p = multiplyAdd(1 / 13, z, 1 / 15)
  p = multiplyAdd(1 / 11, p, z)
  p = multiplyAdd(1 / 9, p, z)
  p = multiplyAdd(1 / 7, p, z)
  p = multiplyAdd(1 / 5, p, z)
  p = multiplyAdd(1 / 3, p, z)
  let twice = s + s
  return multiplyAdd(twice, twice * z, p)
}

/// log(1 + eˣ) = max(x, 0) + log(1 + e^-|x|), within 3 units in the last place.
@inline(always)
func softplus(_ x: Vector) -> Vector {
  atLeast(0, x) + logarithmOfOnePlus(exponential(-magnitude(x)))
}

/// x · sigmoid(αx), within 4 units in the last place for α = 1; 0 in the limit where the sigmoid vanishes.
@inline(always)
func swish(_ x: Vector, _ alpha: Float) -> Vector {
  let s = sigmoid(x * alpha)
  return select(s .== 0, Vector(), x * s)
}

/// x · tanh(log(1 + eˣ)) = x · (w² + 2w) / (w² + 2w + 2) with w = eˣ, and x where that quotient is 1.
/// Within 5 units in the last place.
@inline(always)
func mish(_ x: Vector) -> Vector {
  let bounded = clamp(x, -104, 20)
  let w = exponential(bounded)
  let n = w * (w + 2)
  return select(20 .< x, x, bounded * (n / (n + 2)))
}
