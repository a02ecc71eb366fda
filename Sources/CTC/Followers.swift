import Tensors

/// Which of a frame's labels may follow a text of which all words must be in a lexicon. Their first bytes tell most of
/// those that may not.
final class Followers {
  private let lexicon: Lexicon
  private let labels: Labels
  private let blank: Int
  private let storage: Storage
  /// Which bytes go on after a node of the lexicon, by bits: four words in the slot that the node has in a cache; and
  /// the slots' nodes.
  private let bits: UnsafeMutablePointer<UInt64>
  private let nodes: UnsafeMutablePointer<UInt32>
  private static let slotCount = 1024
  /// The labels' first bytes, by bits.
  private let wanted: UnsafeMutablePointer<UInt64>
  /// For each byte the place of the first label that begins with it, and for each place the next one; −1 for none.
  private let heads: UnsafeMutablePointer<Int32>
  private let next: UnsafeMutablePointer<Int32>
  /// Stands for the first byte of a label without a text.
  private static let nothing = 256
  /// Those of the labels that were found last.
  let places: UnsafeMutablePointer<Int32>

  init(_ lexicon: Lexicon, _ labels: Labels, blank: Int) throws(Failure) {
    let wordCount = 4 &* (Followers.slotCount &+ 1)
    let numberCount = Followers.slotCount &+ Followers.nothing &+ 1 &+ 2 &* (labels.count &+ 1)
    storage = try Storage(
      byteCount: wordCount &* MemoryLayout<UInt64>.stride &+ numberCount &* MemoryLayout<UInt32>.stride)
    self.lexicon = lexicon
    self.labels = labels
    self.blank = blank
    bits = storage.base.bindMemory(to: UInt64.self, capacity: wordCount)
    wanted = bits + 4 &* Followers.slotCount
    nodes = UnsafeMutableRawPointer(wanted + 4).bindMemory(to: UInt32.self, capacity: Followers.slotCount)
    nodes.initialize(repeating: .max, count: Followers.slotCount)
    heads = UnsafeMutableRawPointer(nodes + Followers.slotCount).bindMemory(
      to: Int32.self, capacity: numberCount &- Followers.slotCount)
    next = heads + (Followers.nothing &+ 1)
    places = next + (labels.count &+ 1)
  }

  /// Labels to be found, by their places in a ranking.
  func begin(_ choices: Ranking) {
    wanted.initialize(repeating: 0, count: 4)
    heads.initialize(repeating: -1, count: Followers.nothing &+ 1)
    for place in 0..<choices.count {
      let byte = labels.text(ofClass: Int(choices.items[place].token), blank: blank).first.map { Int($0) }
      if let byte { wanted[byte >> 6] |= 1 << UInt64(byte & 63) }
      next[place] = heads[byte ?? Followers.nothing]
      heads[byte ?? Followers.nothing] = Int32(truncatingIfNeeded: place)
    }
  }

  /// Finds those of the labels that may follow at a node of the lexicon; returns how many.
  func find(after node: UInt32) -> Int {
    let slot = Int(truncatingIfNeeded: (node &* 0x9E37_79B1) >> 22)
    let bits = bits + 4 &* slot
    if nodes[slot] != node {
      nodes[slot] = node
      note(node, bits)
    }
    var count = append(Followers.nothing, 0)
    for part in 0..<4 {
      var both = bits[part] & wanted[part]
      while both != 0 {
        count = append(64 &* part &+ both.trailingZeroBitCount, count)
        both &= both &- 1
      }
    }
    return count
  }

  @inline(__always)
  private func append(_ byte: Int, _ count: Int) -> Int {
    var (place, count) = (heads[byte], count)
    while place >= 0 {
      places[count] = place
      count &+= 1
      place = next[Int(place)]
    }
    return count
  }

  @inline(never)
  private func note(_ node: UInt32, _ bits: UnsafeMutablePointer<UInt64>) {
    bits.initialize(repeating: 0, count: 4)
    func add(_ byte: UInt8) { bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
    lexicon.forEachByte(after: node) { add($0) }
    if node == lexicon.root || lexicon.isWord(node) { add(UInt8(ascii: " ")) }
  }
}
