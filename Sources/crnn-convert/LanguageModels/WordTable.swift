import CTC
import Foundation

/// The words of a language model in the making, numbered as they come; number 0 is the unknown word.
struct WordTable {
  static let unknown = "<unk>"

  private(set) var text: [UInt8] = []
  /// Where each word's text begins, and where the last one's ends.
  private(set) var starts: [UInt32] = [0]
  /// The hash table that the file's reader searches.
  private(set) var slots = [UInt32](repeating: 0, count: 16)

  init() { append(Array(Self.unknown.utf8)) }

  /// The words of another table, one of them written differently.
  init(_ other: WordTable, renaming word: Int, to name: String) {
    self.init()
    for index in 1..<other.count {
      let bytes = index == word ? Array(name.utf8) : Array(other[index])
      bytes.withUnsafeBytes { _ = add($0) }
    }
  }

  var count: Int { starts.count - 1 }

  subscript(word: Int) -> ArraySlice<UInt8> { text[Int(starts[word])..<Int(starts[word + 1])] }

  func name(_ word: Int) -> String { String(decoding: self[word], as: UTF8.self) }

  /// The number of a word that is in the table; nil for others. Several spellings are used for the unknown word.
  func find(_ utf8: UnsafeRawBufferPointer) -> Int? {
    if utf8.elementsEqual(Self.unknown.utf8) || utf8.elementsEqual("<UNK>".utf8) { return 0 }
    let word = slots[slot(utf8)]
    return word == 0 ? nil : Int(word)
  }

  func find(_ word: String) -> Int? { Array(word.utf8).withUnsafeBytes { find($0) } }

  /// Adds a word; nil when it is there already.
  mutating func add(_ utf8: UnsafeRawBufferPointer) -> Int? {
    let slot = slot(utf8)
    guard slots[slot] == 0 else { return nil }
    slots[slot] = UInt32(count)
    append(utf8)
    if 2 * count > slots.count { grow() }
    return count - 1
  }

  private mutating func append(_ utf8: some Collection<UInt8>) {
    text.append(contentsOf: utf8)
    starts.append(UInt32(text.count))
  }

  /// The slot that holds a word, or the empty one where it belongs.
  private func slot(_ utf8: UnsafeRawBufferPointer) -> Int {
    var slot = LanguageModel.slot(of: utf8, slotCount: slots.count)
    while slots[slot] != 0, !self[Int(slots[slot])].elementsEqual(utf8) { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: 2 * slots.count)
    text.withUnsafeBytes { bytes in
      for word in 1..<count {
        slots[slot(UnsafeRawBufferPointer(rebasing: bytes[Int(starts[word])..<Int(starts[word + 1])]))] = UInt32(word)
      }
    }
  }
}
