import CTC
import Tensors
import Testing

@testable import Recognition

@Suite struct DecodeTests {
  /// Four frames: a, a, blank, c.
  private let scores: [Float] = [0, 0.8, 0.1, 0.1, 0, 0.9, 0.1, 0, 1, 0, 0, 0, 0.2, 0.1, 0.1, 0.6]

  @Test(arguments: [([1, 4, 4], nil), ([4, 1, 4], nil), ([4, 4], nil), ([1, 4, 4], "NTC"), ([4, 1, 4], "TNC")])
  func shapes(shape: [Int], layout: String?) throws {
    let reading = try decode(
      .float32(scores, shape: shape), as: description(["crnn.output.layout": layout]), imageWidth: 200)
    #expect(String(decoding: reading.text, as: UTF8.self) == "ac")
    #expect(reading.frameCount == 4)
    #expect(reading.confidence == 0.75)
    let labels = Array(reading.labels)
    #expect(labels.map { String(decoding: reading.text(of: $0), as: UTF8.self) } == ["a", "c"])
    #expect(reading.span(of: labels[0]) == (0, 100))
    #expect(reading.span(of: labels[1]) == (150, 50))
  }

  @Test func oneFrameOfOneImage() throws {
    let reading = try decode(.float32([0, 1, 0, 0], shape: [1, 1, 4]), as: description(), imageWidth: 10)
    #expect(String(decoding: reading.text, as: UTF8.self) == "a")
  }

  @Test func noFrames() throws {
    let reading = try decode(Tensor(.float32, [1, 0, 4]), as: description(), imageWidth: 10)
    #expect(reading.text.isEmpty && reading.confidence == 0 && reading.frameCount == 0)
  }

  @Test(arguments: [
    ([2, 2, 4], nil, "expected [1, T, C], [T, 1, C] or [T, C]"),
    ([16], nil, "expected [1, T, C]"),
    ([1, 1, 4, 4], nil, "expected [1, T, C]"),
    ([4, 1, 4], "NTC", "[1, T, C] or [T, C], as metadata 'crnn.output.layout' says"),
    ([1, 4, 4], "TNC", "[T, 1, C] or [T, C], as metadata 'crnn.output.layout' says"),
    ([1, 2, 8], nil, "has 8 classes, expected 4: metadata 'crnn.labels' has 3"),
    ([1, 16, 0], nil, "has 0 classes"),
  ])
  func wrongShapes(shape: [Int], layout: String?, message: String) throws {
    let tensor = try Tensor(.float32, shape)
    let error = failure {
      _ = try decode(tensor, as: description(["crnn.output.layout": layout]), imageWidth: 1)
    }
    #expect(error?.status == .invalidMetadata)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(describe(shape)) == true)
  }

  @Test func otherTypes() throws {
    let tensor = try Tensor(.int64, [1, 4, 4])
    let error = failure { _ = try decode(tensor, as: description(), imageWidth: 1) }
    #expect(error?.status == .invalidMetadata)
    #expect(error?.message.contains("int64 [1, 4, 4], cannot be decoded, expected a floating-point type") == true)
  }

  @Test func givenTexts() throws {
    try scores.withUnsafeBufferPointer {
      let view = try Scores($0.baseAddress, frameCount: 4, classCount: 4, kind: .probabilities)
      let numbers = try decode(view, texts: nil, blank: 0)
      #expect(numbers.text.isEmpty && numbers.labels.map(\.label) == [1, 3])
      #expect(numbers.span(of: numbers.labels[1]) == (0, 0))
      let error = failure { _ = try decode(view, texts: try Labels(lines: "a\nb"), blank: 0) }
      #expect(error?.status == .invalidArgument)
      #expect(error?.message.contains("2 labels for 4 classes, expected 3") == true)
    }
  }
}
