import Tensors

/// The texts of a network's classes in class order, the blank left out: of C classes C − 1 have one.
public struct Labels {
  /// All texts as UTF-8, one after the other, and where each of them ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  public init() {}

  /// One label a line, as metadata holds them: "a\nb\nc". Every line counts, an empty one too, and nothing is trimmed:
  /// a space is a label like any other.
  public init(lines: String) {
    for byte in lines.utf8 {
      if byte == UInt8(ascii: "\n") { ends.append(bytes.count) } else { bytes.append(byte) }
    }
    ends.append(bytes.count)
  }

  public var count: Int { ends.count }

  public mutating func append(_ text: some Sequence<UInt8>) {
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
  }

  /// The UTF-8 text of label number `index`; empty when there is no such label.
  public subscript(index: Int) -> ArraySlice<UInt8> {
    guard ends.indices.contains(index) else { return [] }
    return bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// The text of a class of a network whose blank is class `blank`; empty for the blank itself.
  public func text(ofClass index: Int, blank: Int) -> ArraySlice<UInt8> {
    index == blank ? [] : self[index < blank ? index : index - 1]
  }

  /// - Throws: `invalidArgument` for a text that is not UTF-8, and for one that two classes have. Classes without a text
  ///   may be many.
  func check() throws(Failure) {
    let storage = try Storage(byteCount: max(count, 1) * MemoryLayout<Candidate>.stride)
    var order = Ranking(storage.base.bindMemory(to: Candidate.self, capacity: count), capacity: max(count, 1))
    for index in 0..<count {
      let text = self[index]
      guard text.withUnsafeBufferPointer(isUTF8) else { throw Failure(.invalidArgument, "label \(index) is not UTF-8") }
      // Fowler, Noll and Vo's hash: equal texts become neighbours.
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      if !text.isEmpty { order.offer(Candidate(key: hash, entry: Int32(truncatingIfNeeded: index))) }
    }
    order.sort()
    for place in 1..<max(order.count, 1) {
      let (first, second) = (Int(order.items[place - 1].entry), Int(order.items[place].entry))
      if self[first].elementsEqual(self[second]) {
        throw Failure(.invalidArgument, "labels \(min(first, second)) and \(max(first, second)) are the same")
      }
    }
    withExtendedLifetime(storage) {}
  }
}
