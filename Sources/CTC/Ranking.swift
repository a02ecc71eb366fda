/// Something to be ranked: the larger key comes first.
struct Candidate {
  var key: UInt64
  /// Place of the prefix in the beam.
  var entry: Int32
  /// The token that the prefix is extended by; −1 for none.
  var token: Int32

  /// The higher score comes first, the lower ordinal among equals.
  @inline(__always)
  init(score: Float, ordinal: Int, entry: Int, token: Int) {
    let bits = score.bitPattern
    let ordered = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    key = UInt64(ordered) << 32 | UInt64(~UInt32(truncatingIfNeeded: ordinal))
    self.entry = Int32(truncatingIfNeeded: entry)
    self.token = Int32(truncatingIfNeeded: token)
  }

  init(key: UInt64, entry: Int32) {
    self.key = key
    self.entry = entry
    token = -1
  }

  @inline(__always)
  var score: Float {
    let ordered = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: ordered >> 31 == 1 ? ordered & 0x7fff_ffff : ~ordered)
  }
}

/// The `capacity` best of all candidates that are offered: a binary heap with the worst of them on top, made when it is
/// first full. Sorting leaves the best first.
struct Ranking {
  let items: UnsafeMutablePointer<Candidate>
  let capacity: Int
  private(set) var count = 0
  /// The score that a candidate needs at least.
  private(set) var threshold = -Float.infinity

  /// - Parameter items: room for `capacity` candidates, of which there is at least one.
  init(_ items: UnsafeMutablePointer<Candidate>, capacity: Int) {
    self.items = items
    self.capacity = capacity
  }

  @inline(__always)
  mutating func removeAll() {
    count = 0
    threshold = -.infinity
  }

  @inline(__always)
  mutating func offer(_ candidate: Candidate) {
    if count == capacity {
      if candidate.key > items[0].key { replaceWorst(candidate) }
    } else {
      items[count] = candidate
      count &+= 1
      if count == capacity { makeHeap() }
    }
  }

  @inline(never)
  private mutating func replaceWorst(_ candidate: Candidate) {
    sink(candidate, from: 0, count: count)
    threshold = items[0].score
  }

  @inline(never)
  private mutating func makeHeap() {
    var index = count / 2
    while index > 0 {
      index &-= 1
      sink(items[index], from: index, count: count)
    }
    threshold = items[0].score
  }

  /// The best first. Candidates may be offered again after `removeAll` only.
  @inline(never)
  mutating func sort() {
    if count < capacity { makeHeap() }
    var rest = count
    while rest > 1 {
      rest &-= 1
      let last = items[rest]
      items[rest] = items[0]
      sink(last, from: 0, count: rest)
    }
  }

  @inline(__always)
  private func sink(_ candidate: Candidate, from start: Int, count: Int) {
    var place = start
    while true {
      var child = 2 &* place &+ 1
      if child >= count { break }
      if child &+ 1 < count, items[child &+ 1].key < items[child].key { child &+= 1 }
      if items[child].key >= candidate.key { break }
      items[place] = items[child]
      place = child
    }
    items[place] = candidate
  }
}
