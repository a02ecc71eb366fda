import Tensors

/// A set of words as the smallest automaton over their UTF-8 bytes that accepts them: words share beginnings and endings
/// (Daciuk, Mihov, Watson and Watson, "Incremental Construction of Minimal Acyclic Finite-State Automata", 2000).
///
/// A node is a number, of which different beginnings may have the same one when the same endings follow them.
/// Immutable: any number of threads may use one.
public final class Lexicon {
  /// Different words.
  public let wordCount: Int
  /// The node where every word begins.
  public let root: UInt32
  /// Bytes of the automaton.
  public var byteCount: Int { edgeCount * 5 }

  // The edges of a node lie side by side, in the order of their bytes. An edge is a byte, and a target: the node that
  // it leads to, and in the highest bit whether it is its node's last. A node is twice the number of its first edge,
  // plus one if it ends a word; nodes without edges have the number 0, and edge 0 belongs to none.
  private let bytes: UnsafePointer<UInt8>
  private let targets: UnsafePointer<UInt32>
  private let edgeCount: Int
  private let owner: AnyObject

  static let last: UInt32 = 1 << 31
  static let maximumEdgeCount = 1 << 30

  enum Layout {
    static let root = 0
    static let wordCount = 1
    static let bytes = 0
    static let targets = 1
    static let tableCount = 2
  }

  /// Opens a `.crnnlex` file, which is then read in place and must not be changed or truncated while the lexicon lives;
  /// or builds the lexicon of a word list, UTF-8 with a word a line. Its content tells which it is.
  /// - Throws: `fileError`, `invalidModel`, `unsupported` for a later version, `invalidInput` for a bad word list.
  public convenience init(path: String, copyingFile: Bool = false) throws(Failure) {
    do throws(Failure) {
      let file = try OpenFile(path: path, copying: copyingFile)
      if TableFile.begins(file.bytes, as: .lexicon) {
        try self.init(file.bytes, keeping: file)
      } else {
        try self.init(lines: file.bytes.bindMemory(to: UInt8.self))
      }
    } catch {
      throw error.within("\(path)")
    }
  }

  /// The words of a UTF-8 text, one a line. Empty lines and repeated words do not count.
  /// - Throws: `invalidInput` for what is not UTF-8, and for a text without words.
  public convenience init(lines text: UnsafeBufferPointer<UInt8>) throws(Failure) {
    try self.init(WordList(lines: text))
  }

  /// Reads a `.crnnlex` file in place.
  private init(_ file: UnsafeRawBufferPointer, keeping owner: AnyObject) throws(Failure) {
    let tables = try MappedTables(file, .lexicon, tableCount: Layout.tableCount)
    let bytes = try tables.table(Layout.bytes, elementSize: 1)
    edgeCount = bytes.count
    self.bytes = bytes.elements(UInt8.self)
    targets = try tables.table(Layout.targets, elementSize: 4, count: edgeCount).elements(UInt32.self)
    self.owner = owner
    root = tables.parameter(Layout.root)
    wordCount = Int(tables.parameter(Layout.wordCount))
    // The last edge ends its node, so that no search leaves the table.
    guard edgeCount > 1, edgeCount <= Lexicon.maximumEdgeCount, targets[edgeCount - 1] & Lexicon.last != 0,
      Int(root >> 1) < edgeCount
    else { throw tables.failure(Layout.targets, "does not fit") }
    for edge in 0..<edgeCount where Int((targets[edge] & ~Lexicon.last) >> 1) >= edgeCount {
      throw tables.failure(Layout.targets, "leads outside")
    }
  }

  /// The automaton of a word list.
  private init(_ words: WordList) throws(Failure) {
    let builder = try AutomatonBuilder(words)
    let edges = try builder.build()
    (bytes, targets, owner) = (UnsafePointer(edges.bytes), UnsafePointer(edges.targets), edges.storage)
    edgeCount = edges.count
    root = edges.root
    wordCount = words.count
  }

  /// The node that a byte leads to; nil when no word goes on with it.
  @inline(never)
  public func step(_ node: UInt32, _ byte: UInt8) -> UInt32? {
    var edge = Int(node >> 1)
    guard edge > 0, edge < edgeCount else { return nil }
    while bytes[edge] < byte, targets[edge] & Lexicon.last == 0 { edge &+= 1 }
    return bytes[edge] == byte ? targets[edge] & ~Lexicon.last : nil
  }

  /// The bytes that some word goes on with after a node, in ascending order.
  @inline(__always)
  func forEachByte(after node: UInt32, _ body: (UInt8) -> Void) {
    var edge = Int(node >> 1)
    guard edge > 0, edge < edgeCount else { return }
    body(bytes[edge])
    while targets[edge] & Lexicon.last == 0 {
      edge &+= 1
      body(bytes[edge])
    }
  }

  /// Whether the bytes that led to the node are a word.
  public func isWord(_ node: UInt32) -> Bool { node & 1 != 0 }

  public func contains(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    var node = root
    for byte in word {
      guard let next = step(node, byte) else { return false }
      node = next
    }
    return isWord(node)
  }

  /// Writes a file that can be read in place. It appears whole or not at all.
  public func save(to path: String) throws(Failure) {
    try TableFile.write(
      .lexicon, parameters: [root, UInt32(wordCount)],
      tables: [
        UnsafeRawBufferPointer(start: bytes, count: edgeCount),
        UnsafeRawBufferPointer(start: targets, count: 4 * edgeCount),
      ], to: path)
  }
}
