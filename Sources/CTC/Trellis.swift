import CSystem
import Tensors

/// The states that a transcript can be in: a blank, its first token, a blank, … its last token, a blank
/// (Graves et al. 2006, section 4.1). State 2 i + 1 is token i; even states are blanks.
struct Trellis {
  let tokens: UnsafeBufferPointer<Int32>
  let blank: Int

  /// - Throws: `invalidArgument` for a blank or a token that is no class, and for a token that is the blank.
  init(_ tokens: UnsafeBufferPointer<Int32>, blank: Int, classCount: Int) throws(Failure) {
    try checkBlank(blank, classCount: classCount)
    for (index, token) in tokens.enumerated() {
      guard token >= 0, token < classCount, token != blank else {
        throw Failure(
          .invalidArgument,
          "token \(index) is \(token), expected a class from 0 to \(classCount - 1) other than the blank, \(blank)")
      }
    }
    self.tokens = tokens
    self.blank = blank
  }

  var stateCount: Int { 2 &* tokens.count &+ 1 }

  @inline(__always)
  func label(of state: Int) -> Int { state & 1 == 0 ? blank : Int(tokens[state >> 1]) }

  /// Whether a path may come to the state from the one two before it: over a blank, between different tokens.
  @inline(__always)
  func canSkip(to state: Int) -> Bool {
    state & 1 == 1 && state > 1 && tokens[state >> 1] != tokens[(state >> 1) &- 1]
  }

  /// Frames that the shortest path takes: one for each token, and one for the blank between equal neighbours.
  var minimumFrameCount: Int {
    var count = tokens.count
    for index in 1..<max(tokens.count, 1) where tokens[index] == tokens[index - 1] { count += 1 }
    return count
  }

  /// The states that a path can be in at a frame and still reach the end: none but these is ever computed.
  @inline(__always)
  func states(at frame: Int, of frameCount: Int) -> Range<Int> {
    let first = max(0, stateCount &- 2 &* (frameCount &- frame))
    return first..<max(first, min(stateCount, 2 &* (frame &+ 1)))
  }
}
