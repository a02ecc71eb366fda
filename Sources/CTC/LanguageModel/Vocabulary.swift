import CSystem
import Tensors

/// The words of a language model: their texts, one after the other, and a hash table of their numbers.
struct Vocabulary {
  private let text: UnsafePointer<UInt8>
  /// Where each word's text begins, and where the last one's ends.
  private let starts: UnsafePointer<UInt32>
  /// A power of two; 0 in an empty slot, since word 0, the unknown one, is never looked for.
  private let slots: UnsafeBufferPointer<UInt32>

  init(_ tables: MappedTables, wordCount: Int) throws(Failure) {
    typealias Layout = LanguageModel.Layout
    let text = try tables.table(Layout.text, elementSize: 1)
    starts = try tables.table(Layout.textStarts, elementSize: 4, count: wordCount + 1).elements(UInt32.self)
    let slots = try tables.table(Layout.slots, elementSize: 4)
    self.text = text.elements(UInt8.self)
    self.slots = UnsafeBufferPointer(start: slots.elements(UInt32.self), count: slots.count / 4)
    guard isAscending(starts, wordCount + 1), Int(starts[wordCount]) <= text.count else {
      throw tables.failure(Layout.textStarts, "is inconsistent")
    }
    let count = self.slots.count
    guard count > 0, count & (count - 1) == 0 else { throw tables.failure(Layout.slots, "does not fit") }
    for word in self.slots where Int(word) >= wordCount { throw tables.failure(Layout.slots, "names no word") }
  }

  /// Where the search for a word begins among so many slots.
  static func slot(of utf8: UnsafeRawBufferPointer, slotCount: Int) -> Int {
    Int(truncatingIfNeeded: xxHash64(utf8)) & (slotCount - 1)
  }

  @inline(never)
  func find(_ utf8: UnsafeBufferPointer<UInt8>) -> UInt32 {
    guard let address = utf8.baseAddress else { return 0 }
    var slot = Vocabulary.slot(of: UnsafeRawBufferPointer(utf8), slotCount: slots.count)
    for _ in 0..<slots.count {
      let word = Int(slots[slot])
      if word == 0 { return 0 }
      let (start, end) = (Int(starts[word]), Int(starts[word + 1]))
      if end - start == utf8.count, memcmp(text + start, address, utf8.count) == 0 {
        return UInt32(truncatingIfNeeded: word)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return 0
  }
}
