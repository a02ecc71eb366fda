import CSystem
import Tensors

/// The different words of a text that has one a line, sorted by their bytes. Lines may end in CR LF; empty ones do not
/// count. The words are views of the text.
struct WordList {
  struct Word {
    /// The first eight bytes, the first one highest, which mostly tell two words apart.
    let start: UInt64
    let bytes: UnsafeBufferPointer<UInt8>
  }

  private let storage: Storage
  private(set) var count = 0
  /// Bytes of all words together, and of the longest one.
  private(set) var byteCount = 0
  private(set) var longest = 0

  /// - Throws: `invalidInput` for what is not UTF-8, naming the line, and for a text without words.
  init(lines text: UnsafeBufferPointer<UInt8>) throws(Failure) {
    let newline = UInt8(ascii: "\n")
    var lineCount = 1
    for byte in text where byte == newline { lineCount += 1 }
    storage = try Storage(byteCount: lineCount * MemoryLayout<Word>.stride)
    let isValid = isUTF8(text)
    // A byte order mark belongs to no word.
    let hasMark = text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF
    var rest = UnsafeBufferPointer(rebasing: text[(hasMark ? 3 : 0)...])
    for line in 1...lineCount {
      let end = rest.firstIndex(of: newline) ?? rest.count
      let isCarriageReturn = end > 0 && rest[end - 1] == UInt8(ascii: "\r")
      let word = UnsafeBufferPointer(rebasing: rest[..<(isCarriageReturn ? end - 1 : end)])
      rest = UnsafeBufferPointer(rebasing: rest[min(end + 1, rest.count)...])
      guard isValid || isUTF8(word) else { throw Failure(.invalidInput, "line \(line) is not UTF-8") }
      if !word.isEmpty { append(word) }
    }
    guard count > 0, count < Int(UInt32.max) else { throw Failure(.invalidInput, "\(count) words, expected 1 or more") }
    sort()
  }

  subscript(index: Int) -> UnsafeBufferPointer<UInt8> { words[index].bytes }

  private var words: UnsafeMutablePointer<Word> { storage.base.assumingMemoryBound(to: Word.self) }

  private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    var start: UInt64 = 0
    for index in 0..<8 { start = start << 8 | (index < bytes.count ? UInt64(bytes[index]) : 0) }
    words[count] = Word(start: start, bytes: bytes)
    count += 1
    byteCount += bytes.count
    longest = max(longest, bytes.count)
  }

  /// Sorts, and keeps one of equal words.
  private mutating func sort() {
    qsort(words, count, MemoryLayout<Word>.stride) { first, second in
      guard let first, let second else { return 0 }
      return WordList.compare(first.assumingMemoryBound(to: Word.self), second.assumingMemoryBound(to: Word.self))
    }
    var kept = 1
    for index in 1..<max(count, 1) where WordList.compare(words + (kept - 1), words + index) != 0 {
      words[kept] = words[index]
      kept += 1
    }
    count = kept
  }

  private static func compare(_ first: UnsafePointer<Word>, _ second: UnsafePointer<Word>) -> Int32 {
    let (a, b) = (first.pointee, second.pointee)
    if a.start != b.start { return a.start < b.start ? -1 : 1 }
    if let x = a.bytes.baseAddress, let y = b.bytes.baseAddress {
      let order = memcmp(x, y, min(a.bytes.count, b.bytes.count))
      if order != 0 { return order }
    }
    return a.bytes.count < b.bytes.count ? -1 : a.bytes.count > b.bytes.count ? 1 : 0
  }
}
