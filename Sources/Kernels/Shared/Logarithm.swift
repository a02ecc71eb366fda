/// The natural logarithm (Moshier, Cephes), within 1 unit in the last place: -∞ at 0, NaN below.
@inline(always)
func logarithm(_ x: Vector) -> Vector {
  // Denormals are brought into the range of normal numbers first.
  let small = x .< Float.leastNormalMagnitude
  let scaled = select(small, x * 8_388_608, x)
  // x = 2ⁿ · m with √½ ≤ m < √2.
  let offset = Int32(0x3f35_04f3)
  let b = Bits(scaled) &- offset
  let power = b &>> 23
  let m = Vector((b & 0x7f_ffff) &+ offset) - 1
  // An integer below 2²² becomes a float in the low bits of 1.5 · 2²³.
  var n = Vector(power &+ 0x4b40_0000) - 12_582_912
  n = select(small, n - 23, n)

  var p = multiplyAdd(-1.151_461_031_0e-1, m, 7.037_683_629_2e-2)
  p = multiplyAdd(1.167_699_874_0e-1, p, m)
  p = multiplyAdd(-1.242_014_084_6e-1, p, m)
  p = multiplyAdd(1.424_932_278_7e-1, p, m)
  p = multiplyAdd(-1.666_805_766_5e-1, p, m)
  p = multiplyAdd(2.000_071_476_5e-1, p, m)
  p = multiplyAdd(-2.499_999_399_3e-1, p, m)
  p = multiplyAdd(3.333_333_117_4e-1, p, m)
  let square = m * m
  var y = multiplyAdd(p * m * square, n, -2.121_944_40e-4)
  y = multiplyAdd(y, square, -0.5)
  y = multiplyAdd(m + y, n, 0.693_359_375)

  y = select(x .== Float.infinity, x, y)
  y = select(x .== 0, Vector(repeating: -.infinity), y)
  return select(0 .<= x, y, Vector(repeating: .nan))
}
