/// Reads a decimal number, "-12", "0.5", ".5" or "1e-3", whatever the locale; spaces around it are allowed.
///
/// Nil for anything else: no digits, further text, "nan", "inf", hexadecimal, or a number beyond the range of Double.
/// The result is exact for up to 15 digits and powers of ten up to 22, else within 1e-14 of the number, relatively.
/// What is smaller than the least normal Double may come out less exactly, or as zero.
func decimalNumber(_ text: some Sequence<UInt8>) -> Double? {
  var parser = DecimalParser()
  for byte in text { guard parser.take(byte) else { return nil } }
  return parser.value
}

/// Takes a number byte by byte.
private struct DecimalParser {
  private enum Place { case start, sign, whole, point, fraction, exponentMark, exponentSign, exponent, end }

  private var place = Place.start
  private var digits: UInt64 = 0
  private var hasDigits = false
  private var negative = false
  private var negativeExponent = false
  /// Power of ten that the position of the point asks for.
  private var shift = 0
  /// The written exponent; held at a value beyond which every number overflows or vanishes.
  private var exponent = 0

  /// False when the byte cannot follow.
  mutating func take(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return takeDigit(byte - UInt8(ascii: "0"))
    case UInt8(ascii: " "):
      if place != .start {
        guard isComplete else { return false }
        place = .end
      }
      return true
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      let minus = byte == UInt8(ascii: "-")
      if place == .start {
        negative = minus
        place = .sign
      } else if place == .exponentMark {
        negativeExponent = minus
        place = .exponentSign
      } else {
        return false
      }
      return true
    case UInt8(ascii: "."):
      guard place == .start || place == .sign || place == .whole else { return false }
      place = .point
      return true
    case UInt8(ascii: "e"), UInt8(ascii: "E"):
      guard hasDigits, place == .whole || place == .point || place == .fraction else { return false }
      place = .exponentMark
      return true
    default: return false
    }
  }

  private mutating func takeDigit(_ digit: UInt8) -> Bool {
    switch place {
    case .end: return false
    case .start, .sign: place = .whole
    case .point: place = .fraction
    case .exponentMark, .exponentSign: place = .exponent
    case .whole, .fraction, .exponent: break
    }
    if place == .exponent {
      exponent = min(exponent &* 10 &+ Int(digit), 1_000_000)
      return true
    }
    hasDigits = true
    // Digits beyond the 18th only move the point.
    let keeps = digits < 100_000_000_000_000_000
    if keeps { digits = digits &* 10 &+ UInt64(digit) }
    if place == .fraction, keeps { shift -= 1 }
    if place == .whole, !keeps { shift += 1 }
    return true
  }

  private var isComplete: Bool {
    switch place {
    case .whole, .fraction, .exponent, .end: true
    case .point: hasDigits
    case .start, .sign, .exponentMark, .exponentSign: false
    }
  }

  var value: Double? {
    guard isComplete else { return nil }
    var magnitude = Double(digits)
    var power = (negativeExponent ? -exponent : exponent) &+ shift
    while power != 0, magnitude != 0, magnitude.isFinite {
      let step = max(min(power, 22), -22)
      magnitude = step > 0 ? magnitude * powerOfTen(step) : magnitude / powerOfTen(-step)
      power -= step
    }
    guard magnitude.isFinite else { return nil }
    return negative ? -magnitude : magnitude
  }
}

/// 10 to the power of 0 to 22, each of which a Double holds exactly.
private func powerOfTen(_ exponent: Int) -> Double {
  var power = 1.0
  for _ in 0..<exponent { power *= 10 }
  return power
}
