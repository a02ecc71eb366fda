import CSystem

/// As many numbers as a register of the instruction set holds.
struct Vector: BitwiseCopyable {
  var native: vector_float

  @inline(always) init(native: vector_float) { self.native = native }
  @inline(always) init(repeating x: Float) { native = vector_splat(x) }
  @inline(always) init() { native = vector_splat(0) }
  @inline(always) init(_ bits: Bits) { native = vector_from_bits(bits.native) }

  @inline(always) static func + (a: Self, b: Self) -> Self { Self(native: vector_add(a.native, b.native)) }
  @inline(always) static func - (a: Self, b: Self) -> Self { Self(native: vector_subtract(a.native, b.native)) }
  @inline(always) static func * (a: Self, b: Self) -> Self { Self(native: vector_multiply(a.native, b.native)) }
  @inline(always) static func / (a: Self, b: Self) -> Self { Self(native: vector_divide(a.native, b.native)) }
  @inline(always) static func + (a: Self, b: Float) -> Self { a + Self(repeating: b) }
  @inline(always) static func - (a: Self, b: Float) -> Self { a - Self(repeating: b) }
  @inline(always) static func * (a: Self, b: Float) -> Self { a * Self(repeating: b) }
  @inline(always) static func + (a: Float, b: Self) -> Self { Self(repeating: a) + b }
  @inline(always) static func * (a: Float, b: Self) -> Self { Self(repeating: a) * b }
  @inline(always) static func / (a: Float, b: Self) -> Self { Self(repeating: a) / b }
  @inline(always) static func += (a: inout Self, b: Self) { a = a + b }
  @inline(always) static prefix func - (x: Self) -> Self { Self(Bits(x) ^ Int32.min) }

  @inline(always) static func .< (a: Self, b: Self) -> Bits { Bits(native: vector_less(a.native, b.native)) }
  @inline(always) static func .<= (a: Self, b: Self) -> Bits { Bits(native: vector_less_or_equal(a.native, b.native)) }
  @inline(always) static func .== (a: Self, b: Self) -> Bits { Bits(native: vector_equal(a.native, b.native)) }
  @inline(always) static func .< (a: Self, b: Float) -> Bits { a .< Self(repeating: b) }
  @inline(always) static func .< (a: Float, b: Self) -> Bits { Self(repeating: a) .< b }
  @inline(always) static func .<= (a: Float, b: Self) -> Bits { Self(repeating: a) .<= b }
  @inline(always) static func .== (a: Self, b: Float) -> Bits { a .== Self(repeating: b) }
}

/// The lanes' bit patterns, or the result of a comparison: all bits set where it holds.
struct Bits: BitwiseCopyable {
  var native: vector_int

  @inline(always) init(native: vector_int) { self.native = native }
  @inline(always) init(repeating x: Int32) { native = vector_splat_int(x) }
  @inline(always) init(_ x: Vector) { native = vector_bits(x.native) }

  @inline(always) static func &+ (a: Self, b: Self) -> Self { Self(native: vector_add_int(a.native, b.native)) }
  @inline(always) static func &- (a: Self, b: Self) -> Self { Self(native: vector_subtract_int(a.native, b.native)) }
  @inline(always) static func &+ (a: Self, b: Int32) -> Self { a &+ Self(repeating: b) }
  @inline(always) static func &- (a: Self, b: Int32) -> Self { a &- Self(repeating: b) }
  @inline(always) static func | (a: Self, b: Self) -> Self { Self(native: vector_or(a.native, b.native)) }
  @inline(always) static func & (a: Self, b: Int32) -> Self {
    Self(native: vector_and(a.native, vector_splat_int(b)))
  }
  @inline(always) static func ^ (a: Self, b: Int32) -> Self {
    Self(native: vector_xor(a.native, vector_splat_int(b)))
  }
  @inline(always) static func &<< (a: Self, count: Int32) -> Self { Self(native: vector_shift_left(a.native, count)) }
  @inline(always) static func &>> (a: Self, count: Int32) -> Self { Self(native: vector_shift_right(a.native, count)) }
}

/// Lanes of a vector.
@inline(always) var lanes: Int { MemoryLayout<Vector>.size / MemoryLayout<Float>.size }

@inline(always)
func load(_ p: UnsafePointer<Float>) -> Vector { Vector(native: vector_load(p)) }

@inline(always)
func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) { vector_store(v.native, p) }

/// The first `count` lanes from memory, the others `padding`; nothing past them is read.
@inline(always)
func load(_ p: UnsafePointer<Float>, count: Int, padding: Float = 0) -> Vector {
  Vector(native: vector_load_partial(p, count, padding))
}

/// The first `count` lanes to memory; nothing past them is written.
@inline(always)
func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>, count: Int) { vector_store_partial(v.native, p, count) }

@inline(always)
func select(_ mask: Bits, _ yes: Vector, _ no: Vector) -> Vector {
  Vector(native: vector_select(mask.native, yes.native, no.native))
}

/// a · b + c, rounded once where the instruction set can.
@inline(always)
func multiplyAdd(_ c: Vector, _ a: Vector, _ b: Vector) -> Vector {
  Vector(native: vector_multiply_add(c.native, a.native, b.native))
}

@inline(always)
func squareRoot(_ x: Vector) -> Vector { Vector(native: vector_square_root(x.native)) }

/// The greater of each pair, NaN if either is.
@inline(always)
func larger(_ a: Vector, _ b: Vector) -> Vector { Vector(native: vector_larger(a.native, b.native)) }

/// The lesser of each pair, NaN if either is.
@inline(always)
func smaller(_ a: Vector, _ b: Vector) -> Vector { Vector(native: vector_smaller(a.native, b.native)) }

/// x, but at least `bound`; NaN stays NaN.
@inline(always)
func atLeast(_ bound: Float, _ x: Vector) -> Vector {
  Vector(native: vector_at_least(vector_splat(bound), x.native))
}

/// x, but at most `bound`; NaN stays NaN.
@inline(always)
func atMost(_ bound: Float, _ x: Vector) -> Vector {
  Vector(native: vector_at_most(vector_splat(bound), x.native))
}

/// Both bounds; the upper one wins where they cross.
@inline(always)
func clamp(_ x: Vector, _ lower: Float, _ upper: Float) -> Vector { atMost(upper, atLeast(lower, x)) }

@inline(always)
func magnitude(_ x: Vector) -> Vector { Vector(Bits(x) & 0x7fff_ffff) }

/// The magnitude of `x` with the sign of `sign`.
@inline(always)
func copySign(_ x: Vector, from sign: Vector) -> Vector {
  Vector((Bits(x) & 0x7fff_ffff) | (Bits(sign) & Int32.min))
}

/// a · b + c with a constant c.
@inline(always)
func multiplyAdd(_ c: Float, _ a: Vector, _ b: Vector) -> Vector { multiplyAdd(Vector(repeating: c), a, b) }

/// a · b + c with a constant b.
@inline(always)
func multiplyAdd(_ c: Vector, _ a: Vector, _ b: Float) -> Vector { multiplyAdd(c, a, Vector(repeating: b)) }

/// a · b + c with constants b and c.
@inline(always)
func multiplyAdd(_ c: Float, _ a: Vector, _ b: Float) -> Vector {
  multiplyAdd(Vector(repeating: c), a, Vector(repeating: b))
}
