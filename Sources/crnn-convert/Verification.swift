import CCRNN

/// Runs two models on the same random inputs and compares what they give.
enum Verification {
  /// Throws when an output differs by more than `tolerance`, or nothing could be run.
  static func compare(
    _ original: Model, _ converted: Model, layout: ImageLayout?, tolerance: Double, _ console: Console
  ) throws {
    let inputs = try original.inputs
    let layout = layout ?? original.metadata("crnn.image.layout").flatMap(ImageLayout.init)
    let trials = Trial.shapes(for: inputs, height: original.imageHeight, layout: layout)
    let first = try Session(original)
    let second = try Session(converted)
    var largest = 0.0
    var identical = true
    var refusal: String?
    var ran = 0
    var tried = Set<[[Int64]]>()
    for (number, shapes) in trials.enumerated() where tried.insert(shapes).inserted {
      let data = Trial.inputs(inputs, shapes, seed: UInt64(number) + 1)
      let expected = Result { try first.run(data) }
      let actual = Result { try second.run(data) }
      let place = "on inputs of shape \(shapes.map { "\($0)" }.joined(separator: ", "))"
      switch (expected, actual) {
      case (.failure(let problem), .failure): refusal = "\(problem)"
      case (.failure(let problem), .success): throw Problem("--verify: only the original fails \(place): \(problem)")
      case (.success, .failure(let problem)): throw Problem("--verify: only the new file fails \(place): \(problem)")
      case (.success(let expected), .success(let actual)):
        let difference = try maximumDifference(expected, actual, place)
        largest = max(largest, difference.largest)
        identical = identical && difference.identical
        ran += 1
        console.step("verified \(place): " + (difference.identical ? "identical" : "differs by \(difference.largest)"))
      }
    }
    guard ran > 0 else {
      throw Problem("--verify: the network could not be tried: \(refusal ?? "its inputs are too large")")
    }
    guard identical || largest <= tolerance else {
      throw Problem("--verify: outputs differ by up to \(largest), expected at most \(tolerance)")
    }
    console.result(
      "verified: \(counted(ran, "run")), maximum difference \(largest)\(identical ? ", bit-identical" : "")")
  }

  private static func maximumDifference(
    _ expected: [TensorData], _ actual: [TensorData], _ place: String
  ) throws -> (largest: Double, identical: Bool) {
    guard expected.count == actual.count else { throw Problem("--verify: the numbers of outputs differ \(place)") }
    var largest = 0.0
    var identical = true
    for (left, right) in zip(expected, actual) {
      guard left.type == right.type, left.shape == right.shape else {
        throw Problem("--verify: output '\(left.name)' has another type or shape \(place)")
      }
      guard left.bytes != right.bytes else { continue }
      identical = false
      for (a, b) in zip(numbers(left), numbers(right)) where a.bitPattern != b.bitPattern {
        // A NaN on one side alone is as different as can be.
        if a.isNaN && b.isNaN { continue }
        largest = max(largest, a.isNaN || b.isNaN ? .infinity : abs(a - b))
      }
    }
    return (largest, identical)
  }

  private static func numbers(_ tensor: TensorData) -> [Double] {
    func list<Number>(_: Number.Type, _ convert: (Number) -> Double) -> [Double] {
      tensor.bytes.withUnsafeBytes { bytes in
        (0..<bytes.count / MemoryLayout<Number>.size).map {
          convert(bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.size, as: Number.self))
        }
      }
    }
    switch tensor.type {
    case CRNN_FLOAT32: return list(UInt32.self) { Double(Float(bitPattern: $0)) }
    case CRNN_FLOAT64: return list(UInt64.self) { Double(bitPattern: $0) }
    case CRNN_FLOAT16: return list(UInt16.self) { Double(Float16(bitPattern: $0)) }
    case CRNN_BFLOAT16: return list(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case CRNN_INT8: return list(Int8.self) { Double($0) }
    case CRNN_INT16: return list(Int16.self) { Double($0) }
    case CRNN_UINT16: return list(UInt16.self) { Double($0) }
    case CRNN_INT32: return list(Int32.self) { Double($0) }
    case CRNN_UINT32: return list(UInt32.self) { Double($0) }
    case CRNN_INT64: return list(Int64.self) { Double($0) }
    case CRNN_UINT64: return list(UInt64.self) { Double($0) }
    default: return list(UInt8.self) { Double($0) }
    }
  }
}
