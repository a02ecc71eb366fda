import CSystem
import Tensors

/// What texts are compared by.
public enum TextUnit: Int32, Sendable {
  /// Unicode code points.
  case character = 1
  /// Runs of bytes other than ASCII white space.
  case word = 2
}

/// The fewest units to insert, delete and replace that turn one UTF-8 text into the other (Levenshtein 1966), and the
/// units of the first: their quotient is the character or word error rate.
public func editDistance(
  from reference: UnsafeBufferPointer<UInt8>, to hypothesis: UnsafeBufferPointer<UInt8>, by unit: TextUnit
) throws(Failure) -> (distance: Int, referenceLength: Int) {
  let first = try Units(reference, unit)
  let second = try Units(hypothesis, unit)
  let storage = try Storage(byteCount: (second.count + 1) * MemoryLayout<Int32>.stride)
  let row = storage.base.bindMemory(to: Int32.self, capacity: second.count + 1)
  for column in 0...second.count { row[column] = Int32(column) }
  for line in 0..<first.count {
    var diagonal = row[0]
    row[0] = Int32(line + 1)
    for column in 0..<second.count {
      let replaced = diagonal + (Units.equal(first, line, second, column) ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, min(diagonal, row[column]) + 1)
    }
  }
  let distance = Int(row[second.count])
  withExtendedLifetime(storage) {}
  return (distance, first.count)
}

/// Where each unit of a text begins and ends.
private struct Units {
  private let text: UnsafeBufferPointer<UInt8>
  private let storage: Storage
  private(set) var count = 0

  init(_ text: UnsafeBufferPointer<UInt8>, _ unit: TextUnit) throws(Failure) {
    guard text.count < Int(Int32.max) else { throw Failure(.invalidArgument, "the text is too long") }
    self.text = text
    storage = try Storage(byteCount: (text.count + 1) * 2 * MemoryLayout<Int32>.stride)
    var start: Int?
    for index in 0...text.count {
      let isBoundary: Bool
      switch unit {
      case .character: isBoundary = index == text.count || text[index] & 0xC0 != 0x80
      case .word: isBoundary = index == text.count || text[index] == 32 || (9...13).contains(text[index])
      }
      if isBoundary, let begin = start {
        ends[2 * count] = Int32(begin)
        ends[2 * count + 1] = Int32(index)
        count += 1
        start = nil
      }
      if start == nil, unit == .character || !isBoundary { start = index }
    }
  }

  private var ends: UnsafeMutablePointer<Int32> { storage.base.assumingMemoryBound(to: Int32.self) }

  static func equal(_ a: Units, _ i: Int, _ b: Units, _ j: Int) -> Bool {
    let (start, length) = (Int(a.ends[2 * i]), Int(a.ends[2 * i + 1] - a.ends[2 * i]))
    guard length == Int(b.ends[2 * j + 1] - b.ends[2 * j]), let x = a.text.baseAddress, let y = b.text.baseAddress else {
      return false
    }
    return memcmp(x + start, y + Int(b.ends[2 * j]), length) == 0
  }
}
