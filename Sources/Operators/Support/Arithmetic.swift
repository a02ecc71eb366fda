import CSystem
import Tensors

/// What the generic loops need of a number. Integers wrap around; nothing traps.
///
/// Loops are compiled for four types. Smaller integers are computed in Int64 and cut down, which is exact; half
/// precision is computed in Float.
protocol Arithmetic: Comparable {
  /// The type that sums are kept in.
  associatedtype Wide: Arithmetic
  static var zero: Self { get }
  static var one: Self { get }
  static var lowest: Self { get }
  static var highest: Self { get }
  var isNotANumber: Bool { get }
  var wide: Wide { get }
  var double: Double { get }
  init(narrowing value: Wide)
  init(rounding value: Double)
  static func plus(_ a: Self, _ b: Self) -> Self
  static func minus(_ a: Self, _ b: Self) -> Self
  static func times(_ a: Self, _ b: Self) -> Self
  /// Towards zero. Dividing an integer by zero sets `invalid`.
  static func quotient(_ a: Self, _ b: Self, _ invalid: inout Bool) -> Self
  /// With the sign of `a`, as C's fmod. Dividing an integer by zero sets `invalid`.
  static func remainder(_ a: Self, _ b: Self, _ invalid: inout Bool) -> Self
  static func power(_ a: Self, _ b: Self) -> Self
}

extension Arithmetic {
  /// NaN if either is NaN.
  @inline(__always)
  static func larger(_ a: Self, _ b: Self) -> Self { a > b || a.isNotANumber ? a : b }

  /// NaN if either is NaN.
  @inline(__always)
  static func smaller(_ a: Self, _ b: Self) -> Self { a < b || a.isNotANumber ? a : b }
}

extension Float: Arithmetic {
  static var one: Float { 1 }
  static var lowest: Float { -.infinity }
  static var highest: Float { .infinity }
  var isNotANumber: Bool { isNaN }
  var wide: Double { Double(self) }
  var double: Double { Double(self) }
  init(narrowing value: Double) { self = Float(value) }
  init(rounding value: Double) { self = Float(value) }
  static func plus(_ a: Float, _ b: Float) -> Float { a + b }
  static func minus(_ a: Float, _ b: Float) -> Float { a - b }
  static func times(_ a: Float, _ b: Float) -> Float { a * b }
  static func quotient(_ a: Float, _ b: Float, _ invalid: inout Bool) -> Float { a / b }
  static func remainder(_ a: Float, _ b: Float, _ invalid: inout Bool) -> Float { fmodf(a, b) }
  static func power(_ a: Float, _ b: Float) -> Float { powf(a, b) }
}

extension Double: Arithmetic {
  static var one: Double { 1 }
  static var lowest: Double { -.infinity }
  static var highest: Double { .infinity }
  var isNotANumber: Bool { isNaN }
  var wide: Double { self }
  var double: Double { self }
  init(narrowing value: Double) { self = value }
  init(rounding value: Double) { self = value }
  static func plus(_ a: Double, _ b: Double) -> Double { a + b }
  static func minus(_ a: Double, _ b: Double) -> Double { a - b }
  static func times(_ a: Double, _ b: Double) -> Double { a * b }
  static func quotient(_ a: Double, _ b: Double, _ invalid: inout Bool) -> Double { a / b }
  static func remainder(_ a: Double, _ b: Double, _ invalid: inout Bool) -> Double { fmod(a, b) }
  static func power(_ a: Double, _ b: Double) -> Double { pow(a, b) }
}

extension Arithmetic where Self: FixedWidthInteger {
  static var one: Self { 1 }
  static var lowest: Self { min }
  static var highest: Self { max }
  var isNotANumber: Bool { false }
  var wide: Self { self }
  var double: Double { Double(self) }
  init(narrowing value: Self) { self = value }
  init(rounding value: Double) {
    if value.isNaN {
      self = 0
    } else if value >= Double(Self.max) {
      self = .max
    } else if value <= Double(Self.min) {
      self = .min
    } else {
      self = Self(value)
    }
  }
  static func plus(_ a: Self, _ b: Self) -> Self { a &+ b }
  static func minus(_ a: Self, _ b: Self) -> Self { a &- b }
  static func times(_ a: Self, _ b: Self) -> Self { a &* b }

  static func quotient(_ a: Self, _ b: Self, _ invalid: inout Bool) -> Self {
    if b == 0 {
      invalid = true
      return 0
    }
    return a.dividedReportingOverflow(by: b).partialValue
  }

  static func remainder(_ a: Self, _ b: Self, _ invalid: inout Bool) -> Self {
    if b == 0 {
      invalid = true
      return 0
    }
    return a.remainderReportingOverflow(dividingBy: b).partialValue
  }

  static func power(_ a: Self, _ b: Self) -> Self {
    if b < 0 {
      // The reciprocal, towards zero.
      if a == 1 { return 1 }
      if Self.isSigned, a == 0 &- 1 { return b & 1 == 0 ? 1 : a }
      return 0
    }
    var result: Self = 1
    var base = a
    var exponent = b
    while exponent > 0 {
      if exponent & 1 == 1 { result = result &* base }
      base = base &* base
      exponent >>= 1
    }
    return result
  }
}

extension Int64: Arithmetic {}
extension UInt64: Arithmetic {}

extension ElementType {
  /// The type that elements of this type are computed in: Float, Double, Int64 or UInt64.
  var computed: ElementType {
    switch self {
    case .float32, .float16, .bfloat16: .float32
    case .float64: .float64
    case .uint64: .uint64
    default: .int64
    }
  }
}
