import Testing

@testable import Recognition

@Suite struct DecimalNumberTests {
  private func parse(_ text: String) -> Double? { decimalNumber(text.utf8) }

  @Test func exactNumbers() {
    let cases = [
      ("0", 0.0), ("-0", -0.0), ("1", 1), ("+7", 7), ("127.5", 127.5), ("-1.25", -1.25), (".5", 0.5), ("5.", 5),
      ("1e-3", 1e-3), ("1E+3", 1000), ("0.00392156862745098", 0.00392156862745098), ("00012", 12), ("  3 ", 3),
      ("0.007843137254902", 0.007843137254902), ("1e22", 1e22), ("0e999999999999999999999", 0), ("1e-400", 0),
    ]
    for (text, number) in cases { #expect(parse(text) == number, "\(text)") }
  }

  @Test func othersAreRefused() {
    let texts = [
      "", " ", "-", ".", "+.", "e5", ".e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "nan", "inf", "--1", "1-", "1 2",
      "1_0", "١", "1e5.0", "1e400", "- 1", "1\n", "1\0",
    ]
    for text in texts { #expect(parse(text) == nil, "\(text)") }
  }

  /// What the library promises of numbers that Swift itself reads correctly rounded.
  @Test func agreesWithSwift() {
    var random = random("DecimalNumberTests")
    for _ in 0..<20_000 {
      var text = ["", "-", "+"].randomElement(using: &random)!
      for _ in 0..<Int.random(in: 1...25, using: &random) { text += "\(Int.random(in: 0...9, using: &random))" }
      if Bool.random(using: &random) {
        text += "."
        for _ in 0..<Int.random(in: 0...25, using: &random) { text += "\(Int.random(in: 0...9, using: &random))" }
      }
      if Bool.random(using: &random) { text += "e\(Int.random(in: -250...250, using: &random))" }
      let expected = Double(text)!
      guard let number = parse(text) else {
        Issue.record("\(text) was refused")
        continue
      }
      #expect(abs(number - expected) <= 1e-14 * abs(expected), "\(text)")
    }
    for _ in 0..<20_000 {
      let number = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
      if number.isFinite { #expect(parse("\(number)").map { Float($0) } == number, "\(number)") }
    }
  }
}
