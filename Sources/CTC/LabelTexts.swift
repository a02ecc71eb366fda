import Tensors

/// The texts of the classes of a network as a search reads them, the blank's being empty. Immutable.
final class LabelTexts {
  private let storage: Storage
  /// The texts, one after the other, and where each begins.
  let bytes: UnsafeMutablePointer<UInt8>
  let starts: UnsafeMutablePointer<Int32>
  /// The word of a character model at each byte that begins a character.
  private let characters: UnsafeMutablePointer<UInt32>
  let classCount: Int
  /// The most bytes, characters and spaces that a text has.
  private(set) var mostBytes = 0
  private(set) var mostCharacters = 0
  private(set) var mostSpaces = 0

  /// - Parameter model: a character model whose words are to be looked up; nil for none.
  init(_ labels: Labels, blank: Int, model: LanguageModel?) throws(Failure) {
    classCount = labels.count + 1
    var byteCount = 0
    for index in 0..<classCount { byteCount += labels.text(ofClass: index, blank: blank).count }
    guard byteCount <= Int(Int32.max) else { throw Failure(.invalidArgument, "the labels' texts are too long") }
    let startBytes = (classCount + 1) * MemoryLayout<Int32>.stride
    let characterBytes = (model == nil ? 0 : byteCount) * MemoryLayout<UInt32>.stride
    storage = try Storage(byteCount: startBytes + characterBytes + byteCount)
    starts = storage.base.bindMemory(to: Int32.self, capacity: classCount + 1)
    characters = (storage.base + startBytes).bindMemory(to: UInt32.self, capacity: model == nil ? 0 : byteCount)
    bytes = (storage.base + startBytes + characterBytes).bindMemory(to: UInt8.self, capacity: byteCount)
    var end = 0
    for index in 0..<classCount {
      let text = labels.text(ofClass: index, blank: blank)
      starts[index] = Int32(end)
      var (characters, spaces) = (0, 0)
      for byte in text {
        bytes[end] = byte
        characters += isCharacterStart(end) ? 1 : 0
        spaces += byte == UInt8(ascii: " ") ? 1 : 0
        end += 1
      }
      mostBytes = max(mostBytes, text.count)
      mostCharacters = max(mostCharacters, characters)
      mostSpaces = max(mostSpaces, spaces)
    }
    starts[classCount] = Int32(end)
    guard let model else { return }
    for index in 0..<end where isCharacterStart(index) {
      characters[index] = model.word(UnsafeBufferPointer(start: bytes + index, count: length(ofCharacterAt: index)))
    }
  }

  @inline(__always)
  func isCharacterStart(_ index: Int) -> Bool { bytes[index] & 0xC0 != 0x80 }

  /// Bytes of the character that begins here.
  func length(ofCharacterAt index: Int) -> Int {
    var end = index + 1
    while end < min(index + 4, Int(starts[classCount])), !isCharacterStart(end) { end += 1 }
    return end - index
  }

  func character(at index: Int) -> UInt32 { characters[index] }
}
