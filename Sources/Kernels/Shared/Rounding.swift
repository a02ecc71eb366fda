/// The nearest integer, half to even.
@inline(always)
func nearestInteger(_ x: Vector) -> Vector {
  // 2²³ added and taken away leaves no fraction; larger numbers have none.
  let size = magnitude(x)
  let rounded = copySign((size + 8_388_608) - 8_388_608, from: x)
  return select(size .< 8_388_608, rounded, x)
}

/// The largest integer that is not above x.
@inline(always)
func integerBelow(_ x: Vector) -> Vector {
  let rounded = nearestInteger(x)
  return select(x .< rounded, rounded - 1, rounded)
}

/// The smallest integer that is not below x.
@inline(always)
func integerAbove(_ x: Vector) -> Vector {
  let rounded = nearestInteger(x)
  return select(rounded .< x, copySign(rounded + 1, from: x), rounded)
}
