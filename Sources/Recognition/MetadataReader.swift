import Tensors

/// A model's metadata, with the errors that its readers need: each names the key, what it holds and what was expected.
struct MetadataReader {
  let lookup: (String) -> String?

  func failure(_ key: String, expected: String) -> Failure {
    guard let value = lookup(key) else {
      return Failure(.invalidMetadata, "the model's metadata has no '\(key)', expected \(expected)")
    }
    return Failure(.invalidMetadata, "metadata '\(key)' is '\(excerpt(value))', expected \(expected)")
  }

  func string(_ key: String, expected: String) throws(Failure) -> String {
    guard let value = lookup(key) else { throw failure(key, expected: expected) }
    return value
  }

  /// A whole number; `fallback` when the key is absent, an error when there is no fallback.
  func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) throws(Failure) -> Int {
    if let fallback, lookup(key) == nil { return fallback }
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let text = try string(key, expected: expected)
    guard let number = decimalNumber(text.utf8), let integer = Int(exactly: number), range.contains(integer) else {
      throw failure(key, expected: expected)
    }
    return integer
  }

  /// One of a few words; `fallback` when the key is absent, an error when there is no fallback.
  func choice<Value>(
    _ key: String, _ choices: [(name: String, value: Value)], default fallback: Value? = nil
  ) throws(Failure) -> Value {
    if let fallback, lookup(key) == nil { return fallback }
    return choices[try place(key, choices.map { $0.name })].value
  }

  /// The place among a few words of the one that is there.
  private func place(_ key: String, _ names: [String]) throws(Failure) -> Int {
    var expected = ""
    for (index, name) in names.enumerated() {
      if index > 0 { expected += index == names.count - 1 ? " or " : ", " }
      expected += "'\(name)'"
    }
    let text = try string(key, expected: expected)
    for (index, name) in names.enumerated() where text == name { return index }
    throw failure(key, expected: expected)
  }

  /// `count` numbers: as many, separated by commas, or one that stands for all.
  func numbers(_ key: String, count: Int, default fallback: Float) throws(Failure) -> [Float] {
    guard let text = lookup(key) else { return [Float](repeating: fallback, count: count) }
    let expected = count == 1 ? "a number" : "a number or \(count) numbers separated by commas"
    var numbers: [Float] = []
    var part: [UInt8] = []
    for byte in text.utf8 {
      if byte == UInt8(ascii: ",") {
        numbers.append(try number(part, key, expected))
        part.removeAll(keepingCapacity: true)
      } else {
        part.append(byte)
      }
    }
    numbers.append(try number(part, key, expected))
    if numbers.count == 1 { return [Float](repeating: numbers[0], count: count) }
    guard numbers.count == count else { throw failure(key, expected: expected) }
    return numbers
  }

  private func number(_ text: [UInt8], _ key: String, _ expected: String) throws(Failure) -> Float {
    guard let number = decimalNumber(text), Float(number).isFinite else { throw failure(key, expected: expected) }
    return Float(number)
  }
}

/// The beginning of a text that may be long.
private func excerpt(_ text: String) -> String {
  var start = String.UnicodeScalarView()
  for (index, scalar) in text.unicodeScalars.enumerated() {
    if index == 60 { return String(start) + "…" }
    start.append(scalar)
  }
  return text
}
