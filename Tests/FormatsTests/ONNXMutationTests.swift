import Foundation
import Formats
import Tensors
import Testing

/// SplitMix64, so that a seed gives the same damage everywhere.
private struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Every damage to a model is read or refused, never fatal; and what both we and libprotobuf accept, both read alike.
@Suite("ONNX reader on damaged models")
struct ONNXMutationTests {
  /// CRNN_TEST_SEED repeats a run, CRNN_TEST_ROUNDS lengthens it.
  private static let seed =
    ProcessInfo.processInfo.environment["CRNN_TEST_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0..<1 << 32)
  private static let rounds = ProcessInfo.processInfo.environment["CRNN_TEST_ROUNDS"].flatMap(Int.init) ?? 500

  @Test("random damage", arguments: readerFixtures)
  func damage(file: URL) throws {
    let original = try contents(file)
    let others = try readerFixtures.map(contents)
    let folder = file.deletingLastPathComponent().path
    let name = file.lastPathComponent
    let seed = name.utf8.reduce(Self.seed) { $0 &* 31 &+ UInt64($1) }
    print("ONNX mutations of \(name): CRNN_TEST_SEED=\(Self.seed)")
    var random = Random(state: seed)
    var accepted = 0
    for round in 0..<Self.rounds {
      var bytes = original
      for _ in 0..<([1, 1, 2, 4].randomElement(using: &random) ?? 1) { mutate(&bytes, others, &random) }
      let model = ModelBytes(bytes)
      _ = model.isPlausible()
      guard let ours = try? model.dump(folder: folder) else { continue }
      guard let oracle = model.oracleDump(folder: folder) else { continue }
      accepted += 1
      if ours == oracle || ours.sorted() == oracle.sorted() { continue }
      Issue.record("\(name), round \(round), CRNN_TEST_SEED=\(Self.seed):\n\(difference(ours, oracle))")
    }
    print("ONNX mutations of \(name): \(accepted) of \(Self.rounds) read by both")
  }

  private func mutate(_ bytes: inout [UInt8], _ others: [[UInt8]], _ random: inout Random) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    // Mostly in place: where lengths change, hardly anything is read any further.
    switch Int.random(in: 0..<16, using: &random) {
    case 0: bytes.removeSubrange(place...)
    case 1: bytes.remove(at: place)
    case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    case 3...5: bytes[place] = [0, 0x7F, 0x80, 0xFF, 1].randomElement(using: &random) ?? 0
    case 6...8: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 9...13: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    default:
      guard let other = others.randomElement(using: &random), !other.isEmpty else { return }
      let start = Int.random(in: 0..<other.count, using: &random)
      let end = min(other.count, start + Int.random(in: 1..<40, using: &random))
      bytes.replaceSubrange(place..<min(bytes.count, place + end - start), with: other[start..<end])
    }
  }
}
