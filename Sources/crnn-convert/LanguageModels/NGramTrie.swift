/// The n-grams of a language model in the making, as the file holds them: a node an n-gram, level by level, the children
/// of each node side by side in the order of their words. Node 0 is the empty n-gram, node 1 + w the word w.
struct NGramTrie {
  /// An n-gram that is longer by a word than its parent, a node of the last level.
  struct Entry {
    var parent: UInt32
    var word: UInt32
    /// Natural logarithms.
    var probability: Float
    var backOff: Float
  }

  /// The first node of each level, and the number of nodes in the end.
  private(set) var levels: [UInt32]
  private(set) var words: [UInt32]
  /// Where each node's children begin; those of the last level have none.
  private(set) var children: [UInt32]
  /// The longest shorter ending of each n-gram that is in the trie.
  private(set) var suffixes: [UInt32]
  private(set) var probabilities: [Float]
  private(set) var backOffs: [Float]

  /// The words alone.
  init(probabilities: [Float], backOffs: [Float]) {
    let count = UInt32(probabilities.count)
    levels = [1, 1 + count]
    words = [0] + (0..<count)
    children = [1]
    suffixes = [UInt32](repeating: 0, count: words.count)
    self.probabilities = [0] + probabilities
    self.backOffs = [0] + backOffs
  }

  /// The number of words of the longest n-grams.
  var order: Int { levels.count - 1 }

  var nodeCount: Int { words.count }

  /// The node of an n-gram that is longer by a word than that of `node`, which lies above the last level.
  func child(of node: Int, _ word: UInt32) -> Int? {
    if node == 0 { return 1 + Int(word) }
    var low = Int(children[node])
    let end = node + 1 < children.count ? Int(children[node + 1]) : Int(levels[order])
    var high = end
    while low < high {
      let middle = (low + high) / 2
      if words[middle] < word { low = middle + 1 } else { high = middle }
    }
    return low < end && words[low] == word ? low : nil
  }

  /// The node of the words, which are fewer than those of the longest n-grams or as many; nil when it is not there.
  func node(_ words: some Sequence<UInt32>) -> Int? {
    var node = 0
    for word in words {
      guard let child = child(of: node, word) else { return nil }
      node = child
    }
    return node
  }

  /// Adds a level. Returns the place of an entry that is there twice, or nil when all is well.
  mutating func append(_ entries: [Entry], isLongest: Bool) -> Int? {
    let sorted = order(of: entries)
    for (place, next) in zip(sorted, sorted.dropFirst())
    where entries[Int(place)].parent == entries[Int(next)].parent && entries[Int(place)].word == entries[Int(next)].word
    {
      return Int(max(place, next))
    }
    let parents = Int(levels[order - 1])..<Int(levels[order])
    let first = words.count
    words.reserveCapacity(first + entries.count)
    probabilities.reserveCapacity(first + entries.count)
    for place in sorted {
      words.append(entries[Int(place)].word)
      probabilities.append(entries[Int(place)].probability)
      if !isLongest { backOffs.append(entries[Int(place)].backOff) }
    }
    var next = 0
    for parent in parents {
      children.append(UInt32(first + next))
      while next < sorted.count, entries[Int(sorted[next])].parent == UInt32(parent) { next += 1 }
    }
    levels.append(UInt32(words.count))
    if !isLongest { for place in sorted { suffixes.append(suffix(of: entries[Int(place)])) } }
    return nil
  }

  private func suffix(of entry: Entry) -> UInt32 {
    var node = Int(suffixes[Int(entry.parent)])
    while node != 0 {
      if let child = child(of: node, entry.word) { return UInt32(child) }
      node = Int(suffixes[node])
    }
    return 1 + entry.word
  }

  /// The entries' places, sorted by parent and word: counted by parents, then sorted among each one's.
  private func order(of entries: [Entry]) -> [UInt32] {
    let base = levels[order - 1]
    var ends = [Int](repeating: 0, count: Int(levels[order] - base) + 1)
    for entry in entries { ends[Int(entry.parent - base) + 1] += 1 }
    for index in 1..<ends.count { ends[index] += ends[index - 1] }
    var places = [UInt32](repeating: 0, count: entries.count)
    for (place, entry) in entries.enumerated() {
      let parent = Int(entry.parent - base)
      places[ends[parent]] = UInt32(place)
      ends[parent] += 1
    }
    var start = 0
    for end in ends {
      guard end - start > 1 else {
        start = max(start, end)
        continue
      }
      places[start..<end].sort { entries[Int($0)].word < entries[Int($1)].word }
      start = end
    }
    return places
  }
}
