import CTC
import Tensors
import Testing

@testable import Recognition

@Suite struct DescriptionTests {
  @Test func defaults() throws {
    let recognizer = try description()
    #expect(recognizer.labels.count == 3)
    #expect(recognizer.blank == 0)
    #expect(recognizer.image.height == 32)
    #expect(recognizer.image.width == nil)
    #expect(recognizer.image.layout == .nchw)
    #expect(recognizer.image.mean == [0] && recognizer.image.scale == [1])
    #expect(recognizer.input == nil && recognizer.output == nil && recognizer.outputLayout == nil)
    #expect(recognizer.outputKind == .probabilities)
  }

  @Test func everyKey() throws {
    let recognizer = try description([
      "crnn.blank": "3", "crnn.image.height": "60", "crnn.image.width": "160", "crnn.image.channels": "bgr",
      "crnn.image.layout": "NHWC", "crnn.image.mean": "1, 2.5,-3e1", "crnn.image.scale": "0.5",
      "crnn.output.kind": "logits", "crnn.output.layout": "TNC", "crnn.input": "image", "crnn.output": "scores",
    ])
    #expect(recognizer.blank == 3)
    #expect(recognizer.image.height == 60)
    #expect(recognizer.image.width == 160)
    #expect(recognizer.image.channels == .bgr)
    #expect(recognizer.image.layout == .nhwc)
    #expect(recognizer.image.mean == [1, 2.5, -30])
    #expect(recognizer.image.scale == [0.5, 0.5, 0.5])
    #expect(recognizer.outputKind == .logits)
    #expect(recognizer.outputLayout == .tnc)
    #expect(recognizer.input == "image" && recognizer.output == "scores")
  }

  @Test(arguments: ["crnn.kind", "crnn.labels", "crnn.image.height", "crnn.image.channels", "crnn.output.kind"])
  func missingKeys(key: String) {
    let error = failure { _ = try description([key: nil as String?]) }
    #expect(error?.status == .invalidMetadata)
    #expect(error?.message.contains("no '\(key)', expected") == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("crnn.kind", "audio", "'image'"),
    ("crnn.labels", "", "the text of every class"),
    ("crnn.blank", "4", "from 0 to 3"),
    ("crnn.blank", "-1", "from 0 to 3"),
    ("crnn.blank", "first", "from 0 to 3"),
    ("crnn.image.height", "0", "from 1 to 16384"),
    ("crnn.image.height", "32.5", "from 1 to 16384"),
    ("crnn.image.height", "99999999999999999999", "from 1 to 16384"),
    ("crnn.image.height", "", "from 1 to 16384"),
    ("crnn.image.width", "0", "from 1 to 1000000"),
    ("crnn.image.width", "auto", "from 1 to 1000000"),
    ("crnn.image.channels", "RGB", "'gray', 'rgb' or 'bgr'"),
    ("crnn.image.layout", "nchw", "'NCHW' or 'NHWC'"),
    ("crnn.image.mean", "1,2", "a number"),
    ("crnn.image.mean", "x", "a number"),
    ("crnn.image.mean", "", "a number"),
    ("crnn.image.scale", "1e39", "a number"),
    ("crnn.image.scale", "nan", "a number"),
    ("crnn.output.kind", "softmax", "'probabilities', 'log_probabilities' or 'logits'"),
    ("crnn.output.layout", "NCT", "'NTC' or 'TNC'"),
  ])
  func wrongValues(key: String, value: String, expected: String) {
    let error = failure { _ = try description([key: value]) }
    #expect(error?.status == .invalidMetadata)
    #expect(error?.message.contains("'\(key)' is '\(value)', expected ") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
  }

  @Test func numbersPerChannel() {
    for value in ["1,2", "1,2,3,4", "1,,3", "1,2,3,", ",1", "1;2;3"] {
      let error = failure { _ = try description(["crnn.image.channels": "rgb", "crnn.image.mean": value]) }
      #expect(error?.message.contains("a number or 3 numbers separated by commas") == true, "\(value)")
    }
  }

  @Test func longValuesAreCutInMessages() {
    let value = String(repeating: "é", count: 100_000)
    let error = failure { _ = try description(["crnn.image.height": value]) }
    #expect((error?.message.utf8.count ?? .max) < 300)
  }
}
