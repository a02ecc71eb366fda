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

  /// - Parameter items: room for twice `capacity` candidates, of which there is at least one.
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
    sink(candidate, in: items, from: 0, count: count)
    threshold = items[0].score
  }

  @inline(never)
  private mutating func makeHeap() {
    var index = count / 2
    while index > 0 {
      index &-= 1
      sink(items[index], in: items, from: index, count: count)
    }
    threshold = items[0].score
  }

  /// The best first. Candidates may be offered again after `removeAll` only.
  mutating func sort() { sortCandidates(items, count: count, scratch: items + capacity) }
}

/// The `capacity` best of what goes on and of what is new. What goes on is there first, nearly in order, so that it is
/// sorted soon; what is new pushes its worst ones out.
struct BeamRanking {
  private let kept: UnsafeMutablePointer<Candidate>
  private var keptCount = 0
  /// A heap with the worst on top.
  private let new: UnsafeMutablePointer<Candidate>
  private var newCount = 0
  /// The best first, after sorting.
  let items: UnsafeMutablePointer<Candidate>
  private let capacity: Int
  var count: Int { keptCount &+ newCount }
  /// The score that a candidate needs at least.
  private(set) var threshold = -Float.infinity
  private var worst: UInt64 = 0

  /// - Parameter items: room for three times `capacity` candidates.
  init(_ items: UnsafeMutablePointer<Candidate>, capacity: Int) {
    self.items = items
    self.capacity = capacity
    kept = items + capacity
    new = kept + capacity
  }

  @inline(__always)
  mutating func removeAll() {
    keptCount = 0
    newCount = 0
  }

  /// Something that goes on, of which there are at most `capacity`.
  @inline(__always)
  mutating func keep(_ candidate: Candidate) {
    kept[keptCount] = candidate
    keptCount &+= 1
  }

  /// All that goes on has been there.
  mutating func beginOffers() {
    sortCandidates(kept, count: keptCount, scratch: items)
    findWorst()
  }

  @inline(__always)
  mutating func offer(_ candidate: Candidate) {
    if candidate.key >= worst { add(candidate) }
  }

  @inline(never)
  private mutating func add(_ candidate: Candidate) {
    if count == capacity, newCount > 0, keptCount == 0 || new[0].key < kept[keptCount &- 1].key {
      sink(candidate, in: new, from: 0, count: newCount)
    } else {
      if count == capacity { keptCount &-= 1 }
      var place = newCount
      newCount &+= 1
      while place > 0 {
        let parent = (place &- 1) / 2
        if new[parent].key <= candidate.key { break }
        new[place] = new[parent]
        place = parent
      }
      new[place] = candidate
    }
    findWorst()
  }

  private mutating func findWorst() {
    worst = 0
    threshold = -.infinity
    guard count == capacity else { return }
    var place = keptCount > 0 ? kept[keptCount &- 1] : new[0]
    if newCount > 0, new[0].key < place.key { place = new[0] }
    worst = place.key
    threshold = place.score
  }

  /// The best first.
  @inline(never)
  mutating func sort() {
    sortCandidates(new, count: newCount, scratch: items)
    var (old, fresh) = (0, 0)
    for place in 0..<count {
      if fresh == newCount || old < keptCount && kept[old].key > new[fresh].key {
        items[place] = kept[old]
        old &+= 1
      } else {
        items[place] = new[fresh]
        fresh &+= 1
      }
    }
  }
}

/// Puts a candidate into a heap with the worst on top, in place of the one at `start`.
@inline(never)
private func sink(_ candidate: Candidate, in items: UnsafeMutablePointer<Candidate>, from start: Int, count: Int) {
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

/// The best first: a merge sort that passes over what is in order.
@inline(never)
private func sortCandidates(
  _ items: UnsafeMutablePointer<Candidate>, count: Int, scratch: UnsafeMutablePointer<Candidate>
) {
  let shortest = 8
  for index in 1..<max(count, 1) {
    let candidate = items[index]
    var place = index
    while place & (shortest &- 1) != 0, items[place &- 1].key < candidate.key {
      items[place] = items[place &- 1]
      place &-= 1
    }
    items[place] = candidate
  }
  var length = shortest
  while length < count {
    var start = 0
    while start &+ length < count {
      let middle = start &+ length
      let end = min(middle &+ length, count)
      if items[middle &- 1].key < items[middle].key {
        merge(items + start, length, end &- start, scratch)
      }
      start = end
    }
    length &*= 2
  }
}

/// Merges the first `half` of so many candidates with the others.
@inline(__always)
private func merge(
  _ items: UnsafeMutablePointer<Candidate>, _ half: Int, _ count: Int, _ scratch: UnsafeMutablePointer<Candidate>
) {
  scratch.update(from: items, count: half)
  var (first, second) = (0, half)
  var place = 0
  while first < half {
    if second < count, items[second].key > scratch[first].key {
      items[place] = items[second]
      second &+= 1
    } else {
      items[place] = scratch[first]
      first &+= 1
    }
    place &+= 1
  }
}
