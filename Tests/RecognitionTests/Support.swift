import CTC
import Foundation
import Tensors
import Testing

@testable import Recognition

/// SplitMix64 (Steele et al., 2014).
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// A random generator whose seed is printed; the environment variable CRNN_TEST_SEED sets it, to repeat a failure.
func random(_ test: String) -> Random {
  let given = ProcessInfo.processInfo.environment["CRNN_TEST_SEED"].flatMap { UInt64($0) }
  let seed = given ?? UInt64.random(in: 0...UInt64.max)
  print("\(test): CRNN_TEST_SEED=\(seed)")
  return Random(seed: seed)
}

func fixture(_ name: String) throws -> [UInt8] {
  let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return [UInt8](try Data(contentsOf: tests.appendingPathComponent("fixtures/recognition/\(name)")))
}

/// The failure that `body` throws; records an issue and returns nil when it throws none.
func failure(_ body: () throws -> Void) -> Failure? {
  do {
    try body()
    Issue.record("no error was thrown")
    return nil
  } catch let failure as Failure {
    return failure
  } catch {
    Issue.record("\(error)")
    return nil
  }
}

/// Metadata of a good recogniser.
let goodMetadata = [
  "crnn.kind": "image",
  "crnn.labels": "a\nb\nc",
  "crnn.image.height": "32",
  "crnn.image.channels": "gray",
  "crnn.output.kind": "probabilities",
]

/// The description by the good metadata with some keys changed or, by nil, removed.
func description(_ changes: [String: String?] = [:]) throws(Failure) -> RecognizerDescription {
  var metadata = goodMetadata
  for (key, value) in changes { metadata[key] = value }
  return try RecognizerDescription { metadata[$0] }
}

func decoded(
  _ values: [Float], classes: Int, stride: Int? = nil, kind: ScoreKind = .probabilities, blank: Int = 0
) throws -> GreedyPath {
  try values.withUnsafeBufferPointer { values in
    let step = stride ?? classes
    let frames = values.isEmpty ? 0 : (values.count - classes) / step + 1
    return try greedyPath(
      through: Scores(values.baseAddress, frameCount: frames, classCount: classes, frameStride: step, kind: kind),
      blank: blank)
  }
}
