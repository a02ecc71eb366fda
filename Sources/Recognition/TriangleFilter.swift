import CSystem
import Tensors

/// Bilinear resampling of one axis, antialiased: a triangle of one pixel's half width, which widens with the scale when
/// shrinking. Every output is a weighted sum of a run of inputs.
///
/// Weights are the fixed-point ones of Pillow's `Image.resize(size, Image.BILINEAR)` for 8-bit channels
/// (libImaging/Resample.c), so that what a network trained on is what it reads.
struct TriangleFilter {
  /// Bits of a weight after the point; sums of 255 times all weights fit into 32 bits.
  static let precisionBits: Int32 = 32 - 8 - 2

  /// Most inputs that an output depends on.
  private let taps: Int
  private let starts: Storage
  private let weights: Storage

  /// - Throws: `outOfMemory`.
  init(from inputSize: Int, to outputSize: Int) throws(Failure) {
    let scale = Double(inputSize) / Double(outputSize)
    let support = max(scale, 1)
    let taps = Int(ceil(support)) * 2 + 1
    self.taps = taps
    starts = try Storage(byteCount: outputSize * 2 * MemoryLayout<Int32>.stride)
    weights = try Storage(byteCount: outputSize * taps * MemoryLayout<Int32>.stride)
    let starts = starts.base.assumingMemoryBound(to: Int32.self)
    let weights = weights.base.assumingMemoryBound(to: Int32.self)
    for output in 0..<outputSize {
      let center = (Double(output) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let count = min(Int(center + support + 0.5), inputSize) - start
      starts[2 * output] = Int32(start)
      starts[2 * output + 1] = Int32(count)
      func weight(_ tap: Int) -> Double {
        max(1 - abs((Double(tap + start) - center + 0.5) * (1 / support)), 0)
      }
      var sum = 0.0
      for tap in 0..<count { sum += weight(tap) }
      for tap in 0..<count {
        let share = sum == 0 ? weight(tap) : weight(tap) / sum
        weights[output * taps + tap] = Int32(0.5 + share * Double(1 << TriangleFilter.precisionBits))
      }
    }
  }

  /// The inputs that output number `index` depends on, and their weights.
  @inline(__always)
  func run(_ index: Int) -> (start: Int, count: Int, weights: UnsafePointer<Int32>) {
    let runs = starts.base.assumingMemoryBound(to: Int32.self)
    return (
      Int(runs[2 &* index]), Int(runs[2 &* index &+ 1]),
      UnsafePointer(weights.base.assumingMemoryBound(to: Int32.self) + index &* taps)
    )
  }

  /// What a weighted sum starts with, so that the shift back rounds.
  static let rounding: Int32 = 1 << (precisionBits - 1)

  @inline(__always)
  static func pixel(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(max(sum >> precisionBits, 0), 255))
  }
}
