import CSystem
import CTC
import Tensors
import Testing

@Suite struct PrefixBeamSearchTests {
  @Test(arguments: 0..<5)
  func framesInPartsGiveTheSameAsAllAtOnce(seed: Int) throws {
    let (frames, classes) = (24, 7)
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    let logits = (0..<frames * classes).map { _ -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 22)
    }
    try logits.withUnsafeBufferPointer { logits in
      func part(_ range: Range<Int>) throws -> LogProbabilities {
        try LogProbabilities(
          Scores(
            logits.baseAddress.map { $0 + range.lowerBound * classes }, frameCount: range.count, classCount: classes,
            kind: .logits))
      }
      var settings = PrefixBeamSearch.Settings()
      settings.width = 9
      var whole = try PrefixBeamSearch(settings, classCount: classes)
      try whole.push(part(0..<frames))
      for step in [1, 5, frames - 1] {
        var parts = try PrefixBeamSearch(settings, classCount: classes)
        for first in stride(from: 0, to: frames, by: step) { try parts.push(part(first..<min(first + step, frames))) }
        let (expected, found) = (whole.best(9), parts.best(9))
        #expect(found.map { $0.tokens } == expected.map { $0.tokens }, "seed \(seed), step \(step)")
        #expect(found.map { $0.score } == expected.map { $0.score }, "seed \(seed), step \(step)")
      }
    }
  }
}
