import CTC
import Foundation
import Tensors
import Testing

/// The definition, word for word: the best class of each frame; runs of one class merged; blanks dropped.
private func oracle(_ frames: [[Float]], blank: Int, kind: ScoreKind) -> (labels: [DecodedLabel], confidence: Float) {
  let best = frames.map { frame in frame.firstIndex(of: frame.max()!)! }
  let probabilities = zip(frames, best).map { frame, label -> Double in
    switch kind {
    case .probabilities: Double(frame[label])
    case .logProbabilities: exp(Double(frame[label]))
    case .logits: exp(Double(frame[label])) / frame.reduce(0) { $0 + exp(Double($1)) }
    }
  }
  var labels: [DecodedLabel] = []
  var start = 0
  while start < best.count {
    var end = start
    while end < best.count, best[end] == best[start] { end += 1 }
    if best[start] != blank {
      labels.append(
        DecodedLabel(
          label: Int32(best[start]), firstFrame: Int32(start), frameCount: Int32(end - start),
          confidence: Float(probabilities[start..<end].max()!)))
    }
    start = end
  }
  let shares = labels.isEmpty ? probabilities : labels.map { Double($0.confidence) }
  return (labels, Float(shares.reduce(0, +) / Double(max(shares.count, 1))))
}

@Suite struct GreedyTests {
  @Test(arguments: [ScoreKind.logProbabilities, .probabilities, .logits])
  func agreesWithTheDefinition(kind: ScoreKind) throws {
    var random = random("GreedyTests \(kind)")
    for _ in 0..<400 {
      let classes = Int.random(in: 1...41, using: &random)
      let stride = classes + Int.random(in: 0...3, using: &random)
      let blank = Int.random(in: 0..<classes, using: &random)
      let frameCount = Int.random(in: 0...24, using: &random)
      // Few distinct values, so that there are many ties; runs, so that there are repeats.
      var frames: [[Float]] = []
      for _ in 0..<frameCount {
        if let last = frames.last, Int.random(in: 0..<3, using: &random) == 0 {
          frames.append(last)
          continue
        }
        let levels = Int.random(in: 0..<2, using: &random) == 0 ? 3 : 1000
        frames.append(
          (0..<classes).map { _ in
            let value = Float(Int.random(in: 0...levels, using: &random)) / Float(levels)
            return kind == .probabilities ? value : kind == .logProbabilities ? logf(value) : 40 * value - 20
          })
      }
      let padding = [Float](repeating: .nan, count: stride - classes)
      var values = [Float](frames.map { $0 + padding }.joined())
      values.removeLast(frames.isEmpty ? 0 : padding.count)

      let path = try decoded(values, classes: classes, stride: stride, kind: kind, blank: blank)
      let expected = oracle(frames, blank: blank, kind: kind)
      #expect(path.frameCount == frameCount)
      #expect(path.labels.count == expected.labels.count)
      for (label, other) in zip(path.labels, expected.labels) {
        #expect(label.label == other.label)
        #expect(label.firstFrame == other.firstFrame)
        #expect(label.frameCount == other.frameCount)
        #expect(abs(label.confidence - other.confidence) < 1e-5)
      }
      #expect(abs(path.confidence - expected.confidence) < 1e-5)
    }
  }

  @Test func lowestOfEqualClassesWins() throws {
    for classes in 1...40 {
      for first in 0..<classes {
        for second in first..<classes {
          var scores = [Float](repeating: -.infinity, count: classes)
          scores[first] = 0.5
          scores[second] = 0.5
          let path = try decoded(scores, classes: classes, blank: first)
          #expect(path.labels.isEmpty, "classes \(first) and \(second) of \(classes)")
        }
      }
      let path = try decoded([Float](repeating: -.infinity, count: classes), classes: classes, kind: .logProbabilities)
      #expect(path.labels.isEmpty)
    }
  }

  @Test func mergesRepeatsAndKeepsThoseApartByABlank() throws {
    // Blank 1: a a - a b b, with confidences of their best frames.
    let path = try decoded(
      [0.6, 0.2, 0.2, 0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.9, 0.05, 0.05, 0.1, 0.1, 0.8, 0.2, 0.2, 0.6], classes: 3,
      blank: 1)
    #expect(
      Array(path.labels) == [
        DecodedLabel(label: 0, firstFrame: 0, frameCount: 2, confidence: 0.7),
        DecodedLabel(label: 0, firstFrame: 3, frameCount: 1, confidence: 0.9),
        DecodedLabel(label: 2, firstFrame: 4, frameCount: 2, confidence: 0.8),
      ])
    #expect(path.confidence == 0.8)
  }

  @Test func emptyTextHasTheBlanksConfidence() throws {
    let path = try decoded([0.5, 0.25, 0.25, 0.75, 0.25, 0], classes: 3)
    #expect(path.labels.isEmpty)
    #expect(path.confidence == 0.625)
  }

  @Test func noFramesGiveNoText() throws {
    let path = try decoded([], classes: 5)
    #expect(path.labels.isEmpty)
    #expect(path.frameCount == 0)
    #expect(path.confidence == 0)
  }

  @Test func manyLabels() throws {
    let frames = 100_000
    var scores = [Float](repeating: 0, count: frames * 3)
    for frame in 0..<frames { scores[frame * 3 + 1 + frame % 2] = 1 }
    let path = try decoded(scores, classes: 3)
    #expect(path.labels.count == frames)
    #expect(path.labels.enumerated().allSatisfy { $1.firstFrame == Int32($0) && $1.label == Int32(1 + $0 % 2) })
  }

  @Test func confidencesStayWithinZeroAndOne() throws {
    #expect(try decoded([0, 7], classes: 2).confidence == 1)
    #expect(try decoded([-9, -7], classes: 2).confidence == 0)
    #expect(try decoded([0, 3], classes: 2, kind: .logProbabilities).confidence == 1)
    #expect(try decoded([0, .infinity], classes: 2, kind: .logProbabilities).confidence == 1)
    #expect(try decoded([.infinity, 0], classes: 2, kind: .logits).confidence == 1)
    #expect(try decoded([.infinity, .infinity], classes: 2, kind: .logits).confidence == 0.5)
    #expect(try decoded([-.infinity, -.infinity], classes: 2, kind: .logits).confidence == 0.5)
    #expect(try decoded([1e30, -1e30], classes: 2, kind: .logits).confidence == 1)
  }

  @Test func notANumberIsRefusedWhereverItIs() throws {
    for classes in 1...35 {
      for label in 0..<classes {
        var scores = [Float](repeating: 0, count: classes * 3)
        scores[classes + label] = label % 2 == 0 ? .nan : -.nan
        let error = failure { _ = try decoded(scores, classes: classes) }
        #expect(error?.status == .invalidInput)
        #expect(error?.message.contains("class \(label) in frame 1") == true)
      }
    }
  }

  @Test func wrongSizesAreRefused() {
    let scores: [Float] = [0, 0, 0, 0]
    let sizes = [
      (1, 0, nil), (1, -1, nil), (-1, 2, nil), (2, 2, 1), (2, 2, -4), (Int.max, 2, nil), (2, Int.max, nil),
      (1 << 30, 1 << 30, Int.max),
    ]
    for (frames, classes, stride) in sizes as [(Int, Int, Int?)] {
      let error = failure {
        _ = try Scores(scores, frameCount: frames, classCount: classes, frameStride: stride, kind: .logits)
      }
      #expect(error?.status == .invalidArgument)
    }
    for blank in [-1, 2, Int.min, Int.max] {
      let error = failure { _ = try decoded(scores, classes: 2, blank: blank) }
      #expect(error?.status == .invalidArgument)
      #expect(error?.message.contains("expected 0 to 1") == true)
    }
    #expect(
      failure { _ = try Scores(nil, frameCount: 1, classCount: 2, kind: .logits) }?.status == .invalidArgument)
  }
}

@Suite struct LabelsTests {
  @Test func linesAreLabels() throws {
    let labels = try Labels(lines: "a\n \néß\n\n語")
    #expect((0..<labels.count).map { String(decoding: labels[$0], as: UTF8.self) } == ["a", " ", "éß", "", "語"])
    #expect(labels[-1].isEmpty && labels[5].isEmpty)
  }

  @Test func classesSkipTheBlank() throws {
    let labels = try Labels(lines: "x\ny\nz")
    for blank in 0...3 {
      let texts = (0...3).map { String(decoding: labels.text(ofClass: $0, blank: blank), as: UTF8.self) }
      var expected = ["x", "y", "z"]
      expected.insert("", at: blank)
      #expect(texts == expected)
    }
    #expect(labels.text(ofClass: 4, blank: 0).isEmpty && labels.text(ofClass: -1, blank: 2).isEmpty)
  }
}
