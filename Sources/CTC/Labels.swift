import CSystem
import Tensors

/// The texts of a network's classes in class order, the blank left out: of C classes C − 1 have one.
///
/// They lie in memory of their own, which the views of them that are handed out do not keep. Immutable once complete.
public final class Labels {
  private let storage: Storage
  /// All texts as UTF-8, one after the other, and where each of them ends.
  private let bytes: UnsafeMutablePointer<UInt8>
  private let ends: UnsafeMutablePointer<Int>
  private let capacity: Int
  public let byteCount: Int
  public private(set) var count = 0

  /// Room for `capacity` texts of `byteCount` bytes together.
  public init(capacity: Int, byteCount: Int) throws(Failure) {
    guard byteCount <= Int(Int32.max) else { throw Failure(.invalidArgument, "the labels' texts are too long") }
    self.capacity = capacity
    self.byteCount = byteCount
    storage = try Storage(byteCount: (capacity &+ 1) &* MemoryLayout<Int>.stride &+ byteCount)
    ends = storage.base.bindMemory(to: Int.self, capacity: capacity &+ 1) + 1
    ends[-1] = 0
    bytes = UnsafeMutableRawPointer(ends + capacity).bindMemory(to: UInt8.self, capacity: byteCount)
  }

  /// One label a line, as metadata holds them: "a\nb\nc". Every line counts, an empty one too, and nothing is trimmed:
  /// a space is a label like any other.
  public convenience init(lines: String) throws(Failure) {
    var lines = lines
    let newline = UInt8(ascii: "\n")
    let breakCount = lines.withUTF8 { text in text.reduce(0) { $0 + ($1 == newline ? 1 : 0) } }
    try self.init(capacity: breakCount + 1, byteCount: lines.utf8.count)
    lines.withUTF8 { text in
      var rest = text
      while let end = rest.firstIndex(of: newline) {
        append(UnsafeBufferPointer(rebasing: rest[..<end]))
        rest = UnsafeBufferPointer(rebasing: rest[(end + 1)...])
      }
      append(rest)
    }
  }

  /// There must be room.
  public func append(_ text: UnsafeBufferPointer<UInt8>) {
    var end = ends[count &- 1]
    precondition(count < capacity && end + text.count <= byteCount)
    for byte in text {
      bytes[end] = byte
      end &+= 1
    }
    ends[count] = end
    count &+= 1
  }

  /// The UTF-8 text of label number `index`; empty when there is no such label.
  @inline(__always)
  public subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    if index < 0 || index >= count { return UnsafeBufferPointer(start: nil, count: 0) }
    let start = ends[index &- 1]
    return UnsafeBufferPointer(start: bytes + start, count: ends[index] &- start)
  }

  /// The text of a class of a network whose blank is class `blank`; empty for the blank itself.
  @inline(__always)
  public func text(ofClass index: Int, blank: Int) -> UnsafeBufferPointer<UInt8> {
    self[index == blank ? -1 : index < blank ? index : index &- 1]
  }

  /// Where a text begins among the bytes of all.
  func start(ofClass index: Int, blank: Int) -> Int { ends[(index < blank ? index : index - 1) - 1] }

  /// - Throws: `invalidArgument` for a text that is not UTF-8, and for one that two classes have. Classes without a text
  ///   may be many.
  func check() throws(Failure) {
    let storage = try Storage(byteCount: 2 * max(count, 1) * MemoryLayout<Candidate>.stride)
    var order = Ranking(storage.base.bindMemory(to: Candidate.self, capacity: 2 * max(count, 1)), capacity: max(count, 1))
    for index in 0..<count {
      guard isUTF8(self[index]) else { throw Failure(.invalidArgument, "label \(index) is not UTF-8") }
      // Equal texts become neighbours.
      let hash = xxHash64(UnsafeRawBufferPointer(self[index]))
      if !self[index].isEmpty { order.offer(Candidate(key: hash, entry: Int32(truncatingIfNeeded: index))) }
    }
    order.sort()
    for place in 1..<max(order.count, 1) {
      let (first, second) = (Int(order.items[place &- 1].entry), Int(order.items[place].entry))
      let (a, b) = (self[first], self[second])
      guard a.count == b.count, let x = a.baseAddress, let y = b.baseAddress, memcmp(x, y, a.count) == 0 else {
        continue
      }
      throw Failure(.invalidArgument, "labels \(min(first, second)) and \(max(first, second)) are the same")
    }
    withExtendedLifetime(storage) {}
  }
}
