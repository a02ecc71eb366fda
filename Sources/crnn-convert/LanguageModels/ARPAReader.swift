import Foundation

/// An n-gram of an ARPA file: its words by their bytes, log10 of its probability and of its back-off weight.
struct ARPAEntry {
  var probability = 0.0
  var words: [UnsafeRawBufferPointer] = []
  var backOff = 0.0
}

/// Reads ARPA files, as SRILM and KenLM write them: fields may be parted by any spaces and tabs, and missing back-off
/// weights are 0.
final class ARPAReader {
  let lines: LineReader
  /// The number of n-grams of each length that the file's header gives.
  private(set) var counts: [Int] = []
  /// The length of the longest n-grams.
  var order: Int { (counts.lastIndex { $0 > 0 } ?? 0) + 1 }

  private var fields: [UnsafeRawBufferPointer] = []
  /// The line that was read ahead.
  private var isPending = false

  /// SRILM's way of writing the logarithm of 0.
  static let logZero = -99.0

  init(_ path: String) throws {
    lines = try LineReader(path)
    try readHeader()
  }

  /// Calls `body` with each of the n-grams of `order`, which come after those that are shorter.
  func read(order: Int, _ body: (ARPAEntry) throws -> Void) throws {
    guard try nextFields() else { throw lines.problem("the file ends before '\\\(order)-grams:'") }
    guard fields.count == 1, text(0) == "\\\(order)-grams:" else {
      throw lines.problem("expected '\\\(order)-grams:', found \(quotedLine)")
    }
    var entry = ARPAEntry()
    var count = 0
    while try nextFields() {
      if fields[0].first == UInt8(ascii: "\\"), fields.count == 1 {
        isPending = true
        break
      }
      count += 1
      guard count <= counts[order - 1] else {
        throw lines.problem("there are more \(order)-grams than the \(counts[order - 1]) that the header gives")
      }
      try parse(order, &entry)
      try body(entry)
    }
    guard count == counts[order - 1] else {
      throw lines.problem("there are \(count) \(order)-grams; the header gives \(counts[order - 1])")
    }
  }

  /// Reads the mark at the file's end.
  func readEnd() throws {
    guard try nextFields(), fields.count == 1, text(0) == "\\end\\" else {
      throw lines.problem("expected '\\end\\'\(fields.isEmpty ? "" : ", found \(quotedLine)")")
    }
  }

  // MARK: Parts

  private func readHeader() throws {
    repeat {
      guard try nextFields() else {
        throw lines.problem("expected '\\data\\', found nothing: is this an ARPA file?")
      }
    } while fields[0].first == UInt8(ascii: "#")
    guard fields.count == 1, text(0) == "\\data\\" else {
      throw lines.problem("expected '\\data\\', found \(quotedLine): is this an ARPA file?")
    }
    while try nextFields(), text(0) == "ngram" {
      let parts = fields.dropFirst().map { String(decoding: $0, as: UTF8.self) }.joined().split(
        separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, let order = Int(parts[0]), let count = Int(parts[1]), count >= 0 else {
        throw lines.problem("expected 'ngram ORDER=COUNT', found \(quotedLine)")
      }
      guard order == counts.count + 1 else {
        throw lines.problem("the count of \(order)-grams, expected that of \(counts.count + 1)-grams")
      }
      counts.append(count)
    }
    isPending = true
    guard let words = counts.first else { throw lines.problem("expected 'ngram 1=COUNT'") }
    guard words > 0 else { throw lines.problem("the model has no words") }
  }

  private func parse(_ order: Int, _ entry: inout ARPAEntry) throws {
    guard fields.count == order + 1 || fields.count == order + 2 else {
      throw lines.problem(
        "expected a probability, \(counted(order, "word")) and a back-off weight, found \(quotedLine)")
    }
    entry.probability = try number(0, "log10 of a probability")
    guard entry.probability <= 0 else {
      throw lines.problem("log10 of a probability is \(entry.probability), expected 0 or less")
    }
    if entry.probability == -.infinity { entry.probability = Self.logZero }
    entry.words.removeAll(keepingCapacity: true)
    entry.words.append(contentsOf: fields[1...order])
    entry.backOff = fields.count > order + 1 ? try number(order + 1, "log10 of a back-off weight") : 0
    guard abs(entry.backOff) <= 1000 else {
      throw lines.problem("log10 of a back-off weight is \(entry.backOff), expected -1000 to 1000")
    }
    guard order < self.order || entry.backOff == 0 else {
      throw lines.problem("a back-off weight for one of the longest n-grams, which have none")
    }
  }

  private func number(_ field: Int, _ what: String) throws -> Double {
    let bytes = fields[field]
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return 0 }
    var end: UnsafeMutablePointer<CChar>?
    // A zero follows the line, and white space the field. Hexadecimal numbers and "nan(...)" are none here.
    let number = strtod(start, &end)
    let isWhole = end.map { UnsafePointer($0) - start == bytes.count } ?? false
    guard isWhole, !number.isNaN, number < .infinity, !bytes.contains(where: { $0 == 0x78 || $0 == 0x58 }) else {
      throw lines.problem("expected \(what), found '\(text(field))'")
    }
    return number
  }

  // MARK: Fields

  /// The fields of the next line that has any.
  private func nextFields() throws -> Bool {
    if isPending {
      isPending = false
      return !fields.isEmpty
    }
    fields.removeAll(keepingCapacity: true)
    while fields.isEmpty {
      guard let line = try lines.next() else { return false }
      split(UnsafeRawBufferPointer(line))
    }
    return true
  }

  private func split(_ line: UnsafeRawBufferPointer) {
    var start: Int?
    for index in 0...line.count {
      let isSpace = index == line.count || line[index] == 32 || (9...13).contains(line[index])
      if isSpace, let first = start {
        fields.append(UnsafeRawBufferPointer(rebasing: line[first..<index]))
        start = nil
      } else if !isSpace, start == nil {
        start = index
      }
    }
  }

  private func text(_ field: Int) -> String { String(decoding: fields[field], as: UTF8.self) }

  private var quotedLine: String {
    let line = fields.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    return "'\(line.count > 60 ? line.prefix(60) + "…" : line)'"
  }
}
