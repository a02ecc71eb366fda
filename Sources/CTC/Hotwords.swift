import Tensors

/// Phrases that a search favours, found in UTF-8 texts byte by byte (Aho and Corasick, "Efficient string matching",
/// 1975).
///
/// A phrase adds its boost to a text each time it occurs there. While it grows it is credited in proportion to its bytes,
/// so that a search does not lose it on the way; the credit is taken back where the text goes on differently. At every
/// point the largest such credit counts. Immutable.
public final class Hotwords {
  public struct Phrase {
    public var text: UnsafeBufferPointer<UInt8>
    public var boost: Float
    /// Whether it counts within words, too.
    public var isAnywhere: Bool

    public init(text: UnsafeBufferPointer<UInt8>, boost: Float, isAnywhere: Bool) {
      self.text = text
      self.boost = boost
      self.isAnywhere = isAnywhere
    }
  }

  /// One of the automaton's states: a text that a phrase begins with.
  private struct State {
    /// What the phrases that end here add.
    var credit: Float = 0
    /// What the best phrase that has begun here is credited for as yet.
    var partial: Float = 0
    /// The longest other state that this one ends with.
    var suffix: Int32 = 0
    /// The state that is linked after this one.
    var following: Int32 = 0
  }

  /// The kind of each byte: those of the phrases have one each, all others have 0.
  private let kinds: Storage
  private let kindCount: Int
  private let storage: Storage
  private let states: UnsafeMutablePointer<State>
  private var stateCount = 1
  /// For each state, the next one by each kind of byte.
  private let transitions: UnsafeMutablePointer<Int32>
  /// The most that a byte can add to credits.
  private(set) var maximumGain: Float = 0
  /// The state before the first byte of a text, which begins as after a space.
  private(set) var start: Int32 = 0

  private static let space = UInt8(ascii: " ")

  /// - Throws: `invalidArgument` for an empty phrase, one that is not UTF-8, and a boost that is not finite;
  ///   `limitExceeded` for too many phrases.
  public static func check(_ phrases: UnsafeBufferPointer<Phrase>) throws(Failure) {
    var byteCount = 0
    for (index, phrase) in phrases.enumerated() {
      guard !phrase.text.isEmpty, isUTF8(phrase.text), abs(phrase.boost) <= 1e6 else {
        throw Failure(
          .invalidArgument, "hotword \(index) is empty, is not UTF-8, or has a boost beyond a million or no number")
      }
      byteCount &+= phrase.text.count
      guard byteCount <= 1 << 22 else { throw Failure(.limitExceeded, "the hotwords have more than 4 million bytes") }
    }
  }

  /// - Parameter phrases: checked ones.
  public init(_ phrases: UnsafeBufferPointer<Phrase>) throws(Failure) {
    let kinds = try Storage(byteCount: 256)
    let kindOf = kinds.base.bindMemory(to: UInt8.self, capacity: 256)
    kindOf.initialize(repeating: 0, count: 256)
    kindOf[Int(Hotwords.space)] = 1
    var kindCount = 2
    var capacity = 1
    for phrase in phrases {
      for byte in phrase.text where kindOf[Int(byte)] == 0 {
        kindOf[Int(byte)] = UInt8(truncatingIfNeeded: kindCount)
        kindCount &+= 1
      }
      capacity &+= phrase.text.count &+ 2
    }
    let stateBytes = capacity &* MemoryLayout<State>.stride
    let storage = try Storage(byteCount: stateBytes &+ capacity &* kindCount &* MemoryLayout<Int32>.stride)
    self.kinds = kinds
    self.kindCount = kindCount
    self.storage = storage
    states = storage.base.bindMemory(to: State.self, capacity: capacity)
    transitions = (storage.base + stateBytes).bindMemory(to: Int32.self, capacity: capacity &* kindCount)
    transitions.initialize(repeating: 0, count: capacity &* kindCount)
    states[0] = State()
    for phrase in phrases { add(phrase) }
    link()
    start = next(0, Hotwords.space).state
  }

  @inline(__always)
  private func place(_ state: Int32, _ byte: UInt8) -> Int {
    Int(state) &* kindCount &+ Int(kinds.base.load(fromByteOffset: Int(byte), as: UInt8.self))
  }

  private func add(_ phrase: Phrase) {
    var state: Int32 = 0
    if !phrase.isAnywhere { state = extended(0, Hotwords.space) }
    for (index, byte) in phrase.text.enumerated() {
      state = extended(state, byte)
      if phrase.isAnywhere, index &+ 1 == phrase.text.count { break }
      let partial = phrase.boost * Float(index &+ 1) / Float(phrase.text.count)
      states[Int(state)].partial = max(states[Int(state)].partial, partial)
    }
    if !phrase.isAnywhere { state = extended(state, Hotwords.space) }
    states[Int(state)].credit += phrase.boost
  }

  private func extended(_ state: Int32, _ byte: UInt8) -> Int32 {
    let place = place(state, byte)
    if transitions[place] == 0 {
      transitions[place] = Int32(truncatingIfNeeded: stateCount)
      states[stateCount] = State()
      stateCount &+= 1
    }
    return transitions[place]
  }

  /// Gives every state its suffix and the transitions that it lacks, shorter states first.
  private func link() {
    var last: Int32 = 0
    var state: Int32 = 0
    repeat {
      let suffix = states[Int(state)].suffix
      for kind in 0..<kindCount {
        let place = Int(state) &* kindCount &+ kind
        let next = transitions[place]
        let fallback = state == 0 ? 0 : transitions[Int(suffix) &* kindCount &+ kind]
        if next == 0 {
          transitions[place] = fallback
          continue
        }
        var linked = states[Int(next)]
        linked.suffix = fallback
        linked.credit += states[Int(fallback)].credit
        linked.partial = max(linked.partial, states[Int(fallback)].partial)
        maximumGain = max(maximumGain, linked.credit + linked.partial - states[Int(state)].partial)
        states[Int(next)] = linked
        states[Int(last)].following = next
        last = next
      }
      state = states[Int(state)].following
    } while state != 0
  }

  /// The state after one more byte, and what the phrases that end with it add.
  @inline(__always)
  func next(_ state: Int32, _ byte: UInt8) -> (state: Int32, credit: Float) {
    let next = transitions[place(state, byte)]
    return (next, states[Int(next)].credit)
  }

  /// What a text in this state is credited for phrases that have begun.
  @inline(__always)
  func partial(_ state: Int32) -> Float { states[Int(state)].partial }
}
