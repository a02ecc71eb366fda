import Tensors

/// Phrases that a search favours, found in UTF-8 texts byte by byte (Aho and Corasick, "Efficient string matching",
/// 1975).
///
/// A phrase adds its boost to a text each time it occurs there. While it grows it is credited in proportion to its bytes,
/// so that a search does not lose it on the way; the credit is taken back where the text goes on differently. At every
/// point the largest such credit counts. Immutable.
public final class Hotwords {
  public struct Phrase {
    public var text: [UInt8]
    public var boost: Float
    /// Whether it counts within words, too.
    public var isAnywhere: Bool

    public init(text: [UInt8], boost: Float, isAnywhere: Bool) {
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
    var suffix: UInt32 = 0
  }

  private var states = [State()]
  /// For each state, the next one by each kind of byte.
  private var transitions: [UInt32] = []
  /// The kind of each byte: those of the phrases have one each, all others have 0.
  private var kinds = [UInt8](repeating: 0, count: 256)
  private var kindCount = 1
  /// The most that a byte can add to credits.
  public private(set) var maximumGain: Float = 0
  /// The state before the first byte of a text, which begins as after a space.
  public private(set) var start: UInt32 = 0

  /// - Throws: `invalidArgument` for an empty phrase, one that is not UTF-8, and a boost that is not finite.
  public init(_ phrases: [Phrase]) throws(Failure) {
    for (index, phrase) in phrases.enumerated() {
      guard !phrase.text.isEmpty, phrase.text.withUnsafeBufferPointer(isUTF8), abs(phrase.boost) <= 1e6 else {
        throw Failure(
          .invalidArgument, "hotword \(index) is empty, is not UTF-8, or has a boost beyond a million or no number")
      }
      for byte in phrase.text where kinds[Int(byte)] == 0 {
        kinds[Int(byte)] = UInt8(truncatingIfNeeded: kindCount)
        kindCount += 1
      }
    }
    let space = Int(UInt8(ascii: " "))
    if kinds[space] == 0 {
      kinds[space] = UInt8(truncatingIfNeeded: kindCount)
      kindCount += 1
    }
    transitions = [UInt32](repeating: 0, count: kindCount)
    for phrase in phrases { try add(phrase) }
    link()
    start = next(0, UInt8(ascii: " ")).state
  }

  private func place(_ state: UInt32, _ byte: UInt8) -> Int { Int(state) * kindCount + Int(kinds[Int(byte)]) }

  private func add(_ phrase: Phrase) throws(Failure) {
    let space = UInt8(ascii: " ")
    let text = phrase.isAnywhere ? phrase.text : [space] + phrase.text + [space]
    var state: UInt32 = 0
    for (index, byte) in text.enumerated() {
      var next = transitions[place(state, byte)]
      if next == 0 {
        guard (states.count + 1) * kindCount <= 1 << 28 else {
          throw Failure(.limitExceeded, "the hotwords are too many")
        }
        next = UInt32(states.count)
        transitions[place(state, byte)] = next
        states.append(State())
        for _ in 0..<kindCount { transitions.append(0) }
      }
      state = next
      // Spaces around a phrase are none of its bytes.
      let length = min(phrase.isAnywhere ? index + 1 : index, phrase.text.count)
      if index < text.count - 1 {
        let partial = phrase.boost * Float(length) / Float(phrase.text.count)
        states[Int(state)].partial = max(states[Int(state)].partial, partial)
      }
    }
    states[Int(state)].credit += phrase.boost
  }

  /// Gives every state its suffix and the transitions that it lacks, shorter states first.
  private func link() {
    var queue: [UInt32] = [0]
    var first = 0
    while first < queue.count {
      let state = queue[first]
      first += 1
      let suffix = states[Int(state)].suffix
      for kind in 0..<kindCount {
        let place = Int(state) * kindCount + kind
        let next = transitions[place]
        let fallback = state == 0 ? 0 : transitions[Int(suffix) * kindCount + kind]
        if next == 0 {
          transitions[place] = fallback
          continue
        }
        states[Int(next)].suffix = fallback
        states[Int(next)].credit += states[Int(fallback)].credit
        states[Int(next)].partial = max(states[Int(next)].partial, states[Int(fallback)].partial)
        let gain = states[Int(next)].credit + states[Int(next)].partial - states[Int(state)].partial
        maximumGain = max(maximumGain, gain)
        queue.append(next)
      }
    }
  }

  /// The state after one more byte, and what the phrases that end with it add.
  @inline(__always)
  public func next(_ state: UInt32, _ byte: UInt8) -> (state: UInt32, credit: Float) {
    let next = transitions[place(state, byte)]
    return (next, states[Int(next)].credit)
  }

  /// What a text in this state is credited for phrases that have begun.
  @inline(__always)
  public func partial(_ state: UInt32) -> Float { states[Int(state)].partial }
}
