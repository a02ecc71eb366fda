import CSystem
import Tensors

/// Builds a lexicon's automaton from sorted words, keeping no more of them than the last one's path (Daciuk et al. 2000,
/// algorithm 1): when a word leaves the path, the nodes behind are finished, and each is replaced by an equal one that
/// there is already.
final class AutomatonBuilder {
  /// The edges as `Lexicon` describes them.
  final class Edges {
    let storage: Storage
    let bytes: UnsafeMutablePointer<UInt8>
    let targets: UnsafeMutablePointer<UInt32>
    fileprivate(set) var count = 0
    fileprivate(set) var root: UInt32 = 0

    fileprivate init(capacity: Int) throws(Failure) {
      storage = try Storage(byteCount: capacity * 5)
      targets = storage.base.assumingMemoryBound(to: UInt32.self)
      bytes = (storage.base + 4 * capacity).assumingMemoryBound(to: UInt8.self)
    }
  }

  /// A node on the last word's path: where its edges begin among the open ones, and whether it ends a word.
  private struct PathNode {
    var firstEdge: Int
    var isWord: Bool
  }

  private let words: WordList
  private let edges: Edges
  /// The edges of the nodes on the path, node by node. The last edge of each leads to the next.
  private let open: Edges
  private let pathStorage: Storage
  /// A hash table of finished nodes: their first edges; 0 in empty slots. Never more than half full.
  private var register: Storage
  private var registered = 0

  init(_ words: WordList) throws(Failure) {
    self.words = words
    guard words.byteCount < Lexicon.maximumEdgeCount else {
      throw Failure(.limitExceeded, "\(words.byteCount) bytes of words, expected less than \(Lexicon.maximumEdgeCount)")
    }
    edges = try Edges(capacity: words.byteCount + 1)
    // A node has 256 edges at most.
    open = try Edges(capacity: min(words.byteCount, 256 * words.longest))
    pathStorage = try Storage(byteCount: (words.longest + 1) * MemoryLayout<PathNode>.stride)
    register = try AutomatonBuilder.emptyRegister(1 << 10)
    // Edge 0 belongs to no node.
    edges.bytes[0] = 0
    edges.targets[0] = 0
    edges.count = 1
  }

  private var path: UnsafeMutablePointer<PathNode> { pathStorage.base.assumingMemoryBound(to: PathNode.self) }

  func build() throws(Failure) -> Edges {
    var length = 0
    path[0] = PathNode(firstEdge: 0, isWord: false)
    for index in 0..<words.count {
      let word = words[index]
      let shared = index == 0 ? 0 : sharedLength(words[index - 1], word)
      while length > shared { try finishLast(&length) }
      while length < word.count {
        open.bytes[open.count] = word[length]
        open.count += 1
        length += 1
        path[length] = PathNode(firstEdge: open.count, isWord: false)
      }
      path[length].isWord = true
    }
    while length > 0 { try finishLast(&length) }
    edges.root = try finished(from: 0) << 1
    return try trimmed()
  }

  private func sharedLength(_ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>) -> Int {
    var length = 0
    while length < min(first.count, second.count), first[length] == second[length] { length += 1 }
    return length
  }

  /// Replaces the path's last node by a finished one, to which the edge before it leads from now on.
  private func finishLast(_ length: inout Int) throws(Failure) {
    let node = path[length]
    let number = try finished(from: node.firstEdge)
    open.count = node.firstEdge
    open.targets[open.count - 1] = number << 1 | (node.isWord ? 1 : 0)
    length -= 1
  }

  /// The first edge of the finished node with the open edges from `start` on; 0 when there are none.
  private func finished(from start: Int) throws(Failure) -> UInt32 {
    guard open.count > start else { return 0 }
    open.targets[open.count - 1] |= Lexicon.last
    let size = open.count - start
    var slot = slot(of: open, start)
    while slots[slot] != 0 {
      let first = Int(slots[slot])
      // Its last edge is marked, so that a longer node differs.
      if size <= edges.count - first, memcmp(edges.targets + first, open.targets + start, 4 * size) == 0,
        memcmp(edges.bytes + first, open.bytes + start, size) == 0
      {
        return UInt32(first)
      }
      slot = (slot + 1) & (slotCount - 1)
    }
    let first = edges.count
    memcpy(edges.targets + first, open.targets + start, 4 * size)
    memcpy(edges.bytes + first, open.bytes + start, size)
    edges.count += size
    slots[slot] = UInt32(first)
    registered += 1
    if 2 * registered > slotCount { try growRegister() }
    return UInt32(first)
  }

  // MARK: The register

  private static func emptyRegister(_ slotCount: Int) throws(Failure) -> Storage {
    let storage = try Storage(byteCount: 4 * slotCount)
    memset(storage.base, 0, storage.byteCount)
    return storage
  }

  private var slots: UnsafeMutablePointer<UInt32> { register.base.assumingMemoryBound(to: UInt32.self) }
  private var slotCount: Int { register.byteCount / 4 }

  /// Where the search for a node begins.
  private func slot(of edges: Edges, _ start: Int) -> Int {
    var hash: UInt64 = 0
    var edge = start
    while true {
      let target = edges.targets[edge]
      hash = (hash ^ UInt64(target) << 8 ^ UInt64(edges.bytes[edge])) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
      if target & Lexicon.last != 0 { return Int(truncatingIfNeeded: hash >> 20) & (slotCount - 1) }
      edge += 1
    }
  }

  private func growRegister() throws(Failure) {
    let old = register
    register = try AutomatonBuilder.emptyRegister(2 * slotCount)
    let nodes = old.base.assumingMemoryBound(to: UInt32.self)
    for index in 0..<old.byteCount / 4 where nodes[index] != 0 {
      var slot = slot(of: edges, Int(nodes[index]))
      while slots[slot] != 0 { slot = (slot + 1) & (slotCount - 1) }
      slots[slot] = nodes[index]
    }
  }

  /// The edges in no more memory than they need.
  private func trimmed() throws(Failure) -> Edges {
    let result = try Edges(capacity: edges.count)
    memcpy(result.targets, edges.targets, 4 * edges.count)
    memcpy(result.bytes, edges.bytes, edges.count)
    result.count = edges.count
    result.root = edges.root
    return result
  }
}
