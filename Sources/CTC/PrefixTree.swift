import Tensors

/// The prefixes in the beam and those that they begin with, once each: a node is a token after its parent's prefix.
/// Node 0 is the empty prefix. Nodes that no prefix in the beam begins with are used again, so that memory grows with
/// the text that all have in common, not with the frames.
final class PrefixTree {
  struct Node {
    var parent: Int32
    var token: Int32
    /// The child that was added last, and its neighbours among the children of the same parent; −1 for none.
    var child: Int32 = -1
    var next: Int32 = -1
    var previous: Int32 = -1
    /// Where the prefix stands in the beam; −1 when it is not there.
    var place: Int32 = -1
  }

  private var storage: Storage
  private(set) var nodes: UnsafeMutablePointer<Node>
  /// What is known of each node's text, where that matters.
  private(set) var texts: UnsafeMutablePointer<TextState>
  private let hasTexts: Bool
  private var capacity: Int
  private(set) var count = 1
  /// A node to use again, whose `next` is another one; −1 for none.
  private var free: Int32 = -1

  /// - Parameter text: what is known of the empty prefix; nil where texts do not matter.
  init(capacity: Int, text: TextState?) throws(Failure) {
    self.capacity = max(capacity, 16)
    hasTexts = text != nil
    (storage, nodes, texts) = try PrefixTree.room(self.capacity, hasTexts: hasTexts)
    nodes[0] = Node(parent: -1, token: -1)
    if let text { texts[0] = text }
  }

  /// Texts lie behind the nodes.
  private static func room(
    _ capacity: Int, hasTexts: Bool
  ) throws(Failure) -> (Storage, UnsafeMutablePointer<Node>, UnsafeMutablePointer<TextState>) {
    let nodeBytes = capacity * MemoryLayout<Node>.stride
    let storage = try Storage(byteCount: nodeBytes + (hasTexts ? capacity * MemoryLayout<TextState>.stride : 0))
    return (
      storage, storage.base.bindMemory(to: Node.self, capacity: capacity),
      (storage.base + nodeBytes).bindMemory(to: TextState.self, capacity: hasTexts ? capacity : 0)
    )
  }

  @inline(__always)
  subscript(index: Int32) -> Node {
    get { nodes[Int(index)] }
    set { nodes[Int(index)] = newValue }
  }

  /// The child that is there, or −1.
  @inline(__always)
  func child(of parent: Int32, _ token: Int32) -> Int32 {
    var child = nodes[Int(parent)].child
    while child >= 0, nodes[Int(child)].token != token { child = nodes[Int(child)].next }
    return child
  }

  /// A new child; there must be none with this token.
  func add(to parent: Int32, _ token: Int32) throws(Failure) -> Int32 {
    var index = free
    if index >= 0 {
      free = nodes[Int(index)].next
    } else {
      if count == capacity { try grow() }
      index = Int32(count)
      count += 1
    }
    let sibling = nodes[Int(parent)].child
    nodes[Int(index)] = Node(parent: parent, token: token, next: sibling)
    if sibling >= 0 { nodes[Int(sibling)].previous = index }
    nodes[Int(parent)].child = index
    return index
  }

  @inline(never)
  private func grow() throws(Failure) {
    guard capacity < 1 << 30 else { throw Failure(.limitExceeded, "the search has too many prefixes") }
    let larger = try PrefixTree.room(2 * capacity, hasTexts: hasTexts)
    larger.1.initialize(from: nodes, count: count)
    if hasTexts { larger.2.initialize(from: texts, count: count) }
    (storage, nodes, texts) = larger
    capacity *= 2
  }

  /// Gives back a node that is neither in the beam nor has children, and the parents that it leaves so.
  func release(_ index: Int32) {
    var index = index
    while index > 0, nodes[Int(index)].place < 0, nodes[Int(index)].child < 0 {
      let node = nodes[Int(index)]
      if node.next >= 0 { nodes[Int(node.next)].previous = node.previous }
      if node.previous >= 0 {
        nodes[Int(node.previous)].next = node.next
      } else {
        nodes[Int(node.parent)].child = node.next
      }
      nodes[Int(index)].next = free
      // Not to be released again.
      nodes[Int(index)].place = 0
      free = index
      index = node.parent
    }
  }

  /// The longest prefix that all in the beam begin with, given one that they begin with.
  func commonPrefix(from known: Int32) -> Int32 {
    var index = known
    while nodes[Int(index)].place < 0 {
      let child = nodes[Int(index)].child
      if child < 0 || nodes[Int(child)].next >= 0 { break }
      index = child
    }
    return index
  }

  func tokens(to index: Int32) -> [Int32] {
    var tokens: [Int32] = []
    var index = index
    while index > 0 {
      tokens.append(nodes[Int(index)].token)
      index = nodes[Int(index)].parent
    }
    tokens.reverse()
    return tokens
  }
}
