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
}
