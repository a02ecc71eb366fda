/// The channels that a network takes, in order.
public enum Channels: Sendable {
  case gray, rgb, bgr

  public var count: Int { self == .gray ? 1 : 3 }
}

/// Brightness of a colour by ITU-R BT.601, rounded, in the fixed point of Pillow's `convert("L")`.
@inline(__always)
private func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
  let sum = UInt32(red) &* 19595 &+ UInt32(green) &* 38470 &+ UInt32(blue) &* 7471 &+ 0x8000
  return UInt8(truncatingIfNeeded: sum >> 16)
}

/// A colour value on white: (value·alpha + 255·(255 − alpha)) / 255, rounded.
@inline(__always)
private func onWhite(_ value: UInt8, _ alpha: UInt8) -> UInt8 {
  let sum = UInt32(value) &* UInt32(alpha) &+ 255 &* (255 &- UInt32(alpha)) &+ 128
  return UInt8(truncatingIfNeeded: (sum &+ sum >> 8) >> 8)
}

/// Converts `width` pixels of a row to interleaved `channels`.
func convertRow(
  _ source: UnsafePointer<UInt8>, _ format: PixelFormat, to target: UnsafeMutablePointer<UInt8>,
  _ channels: Channels, width: Int
) {
  switch format {
  case .gray where channels == .gray:
    target.update(from: source, count: width)
  case .gray:
    put(target, .rgb, width) { x in (source[x], source[x], source[x]) }
  case .rgb:
    put(target, channels, width) { x in (source[3 &* x], source[3 &* x &+ 1], source[3 &* x &+ 2]) }
  case .bgr:
    put(target, channels, width) { x in (source[3 &* x &+ 2], source[3 &* x &+ 1], source[3 &* x]) }
  case .rgba:
    put(target, channels, width) { x in
      let alpha = source[4 &* x &+ 3]
      return (
        onWhite(source[4 &* x], alpha), onWhite(source[4 &* x &+ 1], alpha), onWhite(source[4 &* x &+ 2], alpha)
      )
    }
  }
}

/// Writes a row whose pixel x has the given red, green and blue.
@inline(__always)
private func put(
  _ target: UnsafeMutablePointer<UInt8>, _ channels: Channels, _ width: Int,
  _ colour: (_ x: Int) -> (UInt8, UInt8, UInt8)
) {
  switch channels {
  case .gray:
    for x in 0..<width {
      let (red, green, blue) = colour(x)
      target[x] = luma(red, green, blue)
    }
  case .rgb:
    for x in 0..<width {
      let (red, green, blue) = colour(x)
      (target[3 &* x], target[3 &* x &+ 1], target[3 &* x &+ 2]) = (red, green, blue)
    }
  case .bgr:
    for x in 0..<width {
      let (red, green, blue) = colour(x)
      (target[3 &* x], target[3 &* x &+ 1], target[3 &* x &+ 2]) = (blue, green, red)
    }
  }
}
