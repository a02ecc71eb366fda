import CCRNN

/// Random inputs for trial runs. The same seed gives the same inputs.
enum Trial {
  /// Inputs with more elements than this are not tried.
  private static let maximumCount: Int64 = 1 << 26

  /// Several choices of a shape for every input; open dimensions differ from one choice to the next.
  static func shapes(for inputs: [TensorSpec], height: Int?, layout: ImageLayout?) -> [[[Int64]]] {
    let layout = layout ?? .NCHW
    let trials = [(batch: 1, size: 100), (batch: 2, size: 64), (batch: 1, size: 333)].map { trial in
      inputs.map { input in
        guard let shape = input.shape else { return [Int64(trial.size)] }
        return shape.enumerated().map { axis, dimension in
          guard dimension < 0 else { return dimension }
          if axis == 0 { return Int64(trial.batch) }
          guard shape.count == 4 else { return Int64(trial.size) }
          switch (axis, layout) {
          case (1, .NCHW), (3, .NHWC): return 1
          case (2, .NCHW), (1, .NHWC): return Int64(height ?? 32)
          default: return Int64(trial.size)
          }
        }
      }
    }
    return trials.filter { $0.allSatisfy(isReasonable) }
  }

  private static func isReasonable(_ shape: [Int64]) -> Bool {
    var count: Int64 = 1
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(dimension, 1))
      guard !overflow, product <= maximumCount else { return false }
      count = product
    }
    return true
  }

  static func inputs(_ specs: [TensorSpec], _ shapes: [[Int64]], seed: UInt64) -> [TensorData] {
    var random = SplitMix(state: seed)
    return zip(specs, shapes).map { spec, shape in
      let count = shape.reduce(1) { $0 * Int(max($1, 0)) }
      var bytes: [UInt8] = []
      for _ in 0..<count { append(spec.type, &random, to: &bytes) }
      return TensorData(name: spec.name, type: spec.type, shape: shape, bytes: bytes)
    }
  }

  /// Numbers with a fraction lie in −1 to 1, bytes in 0 to 255; other integers, which are often lengths, are 1.
  private static func append(_ type: crnn_type, _ random: inout SplitMix, to bytes: inout [UInt8]) {
    func append<Number>(_ number: Number) { withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) } }
    switch type {
    case CRNN_FLOAT32: append(Float.random(in: -1...1, using: &random))
    case CRNN_FLOAT64: append(Double.random(in: -1...1, using: &random))
    case CRNN_FLOAT16: append(Float16(Float.random(in: -1...1, using: &random)))
    case CRNN_BFLOAT16: append(UInt16(truncatingIfNeeded: Float.random(in: -1...1, using: &random).bitPattern >> 16))
    case CRNN_UINT8: append(UInt8.random(in: 0...255, using: &random))
    case CRNN_INT8: append(Int8.random(in: -128...127, using: &random))
    case CRNN_BOOL: append(UInt8.random(in: 0...1, using: &random))
    default:
      let size = crnn_type_size(type)
      for byte in 0..<size { bytes.append(byte == 0 ? 1 : 0) }
    }
  }
}

/// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
