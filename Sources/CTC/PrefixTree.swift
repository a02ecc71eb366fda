import Tensors

/// Every prefix that a search met, once: a node is a token after its parent's prefix. Node 0 is the empty prefix.
struct PrefixTree {
  struct Node {
    let parent: Int32
    let token: Int32
    /// The last child that was added, and the child of the same parent that was added before this one; -1 for none.
    var child: Int32 = -1
    let sibling: Int32
    /// Where the prefix stands in the beam; -1 when it is not there.
    var place: Int32 = -1
  }

  private var nodes = [Node(parent: 0, token: -1, sibling: -1)]

  subscript(index: Int32) -> Node {
    _read { yield nodes[Int(index)] }
    _modify { yield &nodes[Int(index)] }
  }

  @inline(never)
  func child(of parent: Int32, _ token: Int32) -> Int32? {
    var child = nodes[Int(parent)].child
    while child >= 0 {
      if nodes[Int(child)].token == token { return child }
      child = nodes[Int(child)].sibling
    }
    return nil
  }

  /// The child that is there, or a new one.
  @inline(never)
  mutating func add(to parent: Int32, _ token: Int32) throws(Failure) -> Int32 {
    if let child = child(of: parent, token) { return child }
    guard nodes.count < Int(Int32.max) else { throw Failure(.limitExceeded, "the search has too many prefixes") }
    let index = Int32(nodes.count)
    nodes.append(Node(parent: parent, token: token, sibling: nodes[Int(parent)].child))
    nodes[Int(parent)].child = index
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
