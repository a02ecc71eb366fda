import Tensors

/// Interleaved 8-bit channels, rows without padding.
struct PixelBuffer {
  let width: Int
  let height: Int
  let channels: Channels
  private let storage: Storage

  /// Not cleared.
  init(width: Int, height: Int, channels: Channels) throws(Failure) {
    let (rowBytes, overflow) = width.multipliedReportingOverflow(by: channels.count)
    let (byteCount, tooLarge) = rowBytes.multipliedReportingOverflow(by: height)
    guard !overflow, !tooLarge else {
      throw Failure(.outOfMemory, "cannot allocate an image of \(width)x\(height) pixels")
    }
    self.width = width
    self.height = height
    self.channels = channels
    storage = try Storage(byteCount: byteCount)
  }

  var rowBytes: Int { width * channels.count }

  var bytes: UnsafeMutablePointer<UInt8> { storage.base.assumingMemoryBound(to: UInt8.self) }

  func row(_ index: Int) -> UnsafeMutablePointer<UInt8> { bytes + index * rowBytes }
}

/// Converts an image to `channels` and scales it, to the same bytes as Pillow's `convert` and `resize` with BILINEAR:
/// rows first, then columns, rounded to 8 bits in between; an axis that keeps its size is left untouched. (Pillow 13
/// takes columns first where the height shrinks much more than the width, and differs there in the rounding.)
/// - Throws: `outOfMemory`.
func resized(_ image: ImageView, _ channels: Channels, width: Int, height: Int) throws(Failure) -> PixelBuffer {
  let wide = try PixelBuffer(width: width, height: image.height, channels: channels)
  if width == image.width {
    for y in 0..<image.height { convertRow(image.row(y), image.format, to: wide.row(y), channels, width: width) }
  } else {
    let filter = try TriangleFilter(from: image.width, to: width)
    let converted = try PixelBuffer(width: image.width, height: 1, channels: channels)
    for y in 0..<image.height {
      convertRow(image.row(y), image.format, to: converted.bytes, channels, width: image.width)
      if channels == .gray {
        resampleGrayRow(of: converted, to: wide.row(y), width: width, filter)
      } else {
        resampleColourRow(of: converted, to: wide.row(y), width: width, filter)
      }
    }
  }
  if height == image.height { return wide }

  let filter = try TriangleFilter(from: image.height, to: height)
  let result = try PixelBuffer(width: width, height: height, channels: channels)
  for y in 0..<height { resampleColumns(of: wide, to: result.row(y), y, filter) }
  return result
}

/// Each output pixel is the weighted sum of a run of pixels.
private func resampleGrayRow(
  of source: PixelBuffer, to target: UnsafeMutablePointer<UInt8>, width: Int, _ filter: TriangleFilter
) {
  for x in 0..<width {
    let run = filter.run(x)
    let first = source.bytes + run.start
    var sum = TriangleFilter.rounding
    for tap in 0..<run.count { sum &+= Int32(first[tap]) &* run.weights[tap] }
    target[x] = TriangleFilter.pixel(sum)
  }
}

private func resampleColourRow(
  of source: PixelBuffer, to target: UnsafeMutablePointer<UInt8>, width: Int, _ filter: TriangleFilter
) {
  for x in 0..<width {
    let run = filter.run(x)
    let first = source.bytes + 3 &* run.start
    var sums = (TriangleFilter.rounding, TriangleFilter.rounding, TriangleFilter.rounding)
    for tap in 0..<run.count {
      let weight = run.weights[tap]
      sums.0 &+= Int32(first[3 &* tap]) &* weight
      sums.1 &+= Int32(first[3 &* tap &+ 1]) &* weight
      sums.2 &+= Int32(first[3 &* tap &+ 2]) &* weight
    }
    target[3 &* x] = TriangleFilter.pixel(sums.0)
    target[3 &* x &+ 1] = TriangleFilter.pixel(sums.1)
    target[3 &* x &+ 2] = TriangleFilter.pixel(sums.2)
  }
}

/// Output row `y` is the weighted sum of a run of rows.
private func resampleColumns(
  of source: PixelBuffer, to target: UnsafeMutablePointer<UInt8>, _ y: Int, _ filter: TriangleFilter
) {
  typealias Pixels = SIMD16<UInt8>
  let run = filter.run(y)
  let rowBytes = source.rowBytes
  let first = UnsafePointer(source.row(run.start))
  var x = 0
  while x &+ Pixels.scalarCount <= rowBytes {
    var sum = SIMD16<Int32>(repeating: TriangleFilter.rounding)
    for tap in 0..<run.count {
      let pixels = UnsafeRawPointer(first + (tap &* rowBytes &+ x)).loadUnaligned(as: Pixels.self)
      sum &+= SIMD16<Int32>(truncatingIfNeeded: pixels) &* run.weights[tap]
    }
    let shifted = (sum &>> TriangleFilter.precisionBits).clamped(
      lowerBound: SIMD16(repeating: 0), upperBound: SIMD16(repeating: 255))
    UnsafeMutableRawPointer(target + x).storeBytes(of: Pixels(truncatingIfNeeded: shifted), as: Pixels.self)
    x &+= Pixels.scalarCount
  }
  while x < rowBytes {
    var sum = TriangleFilter.rounding
    for tap in 0..<run.count { sum &+= Int32(first[tap &* rowBytes &+ x]) &* run.weights[tap] }
    target[x] = TriangleFilter.pixel(sum)
    x &+= 1
  }
}
