import CSystem
import Tensors

/// Where one token of a transcript lies.
public struct AlignedToken: Equatable, Sendable {
  public var token: Int32
  public var firstFrame: Int32
  public var frameCount: Int32
  /// Mean log-probability of the token over its frames.
  public var score: Float
}

/// The tokens of a transcript with their places.
public struct Alignment {
  private let storage: Storage
  public let count: Int
  /// ln of the path's probability.
  public internal(set) var logProbability = 0.0

  init(_ tokens: UnsafeBufferPointer<Int32>) throws(Failure) {
    count = tokens.count
    storage = try Storage(byteCount: count * MemoryLayout<AlignedToken>.stride)
    for (index, token) in tokens.enumerated() {
      spans[index] = AlignedToken(token: token, firstFrame: 0, frameCount: 0, score: 0)
    }
  }

  fileprivate var spans: UnsafeMutablePointer<AlignedToken> {
    storage.base.assumingMemoryBound(to: AlignedToken.self)
  }

  public subscript(index: Int) -> AlignedToken {
    precondition(index >= 0 && index < count)
    return spans[index]
  }
}

/// Forced alignment: the most probable path that spells the tokens (Viterbi over the blank-augmented transcript). Among
/// equally probable ways into a state, staying wins over the step from its neighbour, and that over the skip.
///
/// - Throws: `invalidInput` when the frames are fewer than the transcript takes, or its probability is 0.
public func align(
  _ tokens: UnsafeBufferPointer<Int32>, to scores: LogProbabilities, blank: Int
) throws(Failure) -> Alignment {
  try align(tokens, to: scores, blank: blank, within: nil)
}

/// - Parameter rows: the states that the path may be in, frame by frame; nil for all.
func align(
  _ tokens: UnsafeBufferPointer<Int32>, to scores: LogProbabilities, blank: Int, within rows: UnsafePointer<BandRow>?
) throws(Failure) -> Alignment {
  let trellis = try Trellis(tokens, blank: blank, classCount: scores.classCount)
  let frameCount = scores.frameCount
  guard frameCount >= trellis.minimumFrameCount else {
    throw Failure(
      .invalidInput,
      "the transcript's \(tokens.count) tokens take at least \(trellis.minimumFrameCount) frames, there are "
        + "\(frameCount)")
  }
  var alignment = try Alignment(tokens)
  if frameCount == 0 { return alignment }
  let count = trellis.stateCount
  func states(_ frame: Int) -> Range<Int> {
    let states = trellis.states(at: frame, of: frameCount)
    return rows.map { states.clamped(to: $0[frame].states) } ?? states
  }
  /// Where a frame's steps would begin if state 0 were among them.
  func place(_ frame: Int) -> Int { rows.map { $0[frame].offset - $0[frame].first } ?? frame * count }
  let (all, overflow) = frameCount.multipliedReportingOverflow(by: count)
  let elements = rows.map { $0[frameCount - 1].offset + $0[frameCount - 1].count } ?? all
  guard rows != nil || !overflow, elements <= Int.max >> 8 else {
    throw Failure(.outOfMemory, "\(frameCount) frames of \(count) states are too many")
  }
  let row = try Storage(byteCount: count * MemoryLayout<Double>.stride)
  let best = row.base.bindMemory(to: Double.self, capacity: count)
  best.initialize(repeating: -.infinity, count: count)
  let steps = try Storage(byteCount: elements)
  let cameFrom = steps.base.bindMemory(to: UInt8.self, capacity: elements)
  var before = 0..<0
  for frame in 0..<frameCount {
    let states = states(frame)
    trellis.advance(frame, scores, best, cameFrom + place(frame), states)
    for state in before where !states.contains(state) { best[state] = -.infinity }
    before = states
  }
  var state = count - 1
  if count > 1, best[count - 2] > best[count - 1] { state = count - 2 }
  alignment.logProbability = best[state]
  // Where no path is possible, none was kept to be followed back.
  guard alignment.logProbability > -.infinity || tokens.isEmpty else {
    throw Failure(.invalidInput, "the probability of the transcript is 0: no path spells it")
  }
  let spans = alignment.spans
  for frame in (0..<frameCount).reversed() {
    if state & 1 == 1 { spans[state >> 1].add(frame, scores) }
    state -= Int(cameFrom[place(frame) + state])
  }
  for index in tokens.indices { spans[index].score /= Float(max(spans[index].frameCount, 1)) }
  withExtendedLifetime((row, steps)) {}
  return alignment
}

extension Trellis {
  /// The best way into each of the states, which are walked downwards, so that one row serves for both frames.
  fileprivate func advance(
    _ frame: Int, _ scores: LogProbabilities, _ best: UnsafeMutablePointer<Double>,
    _ cameFrom: UnsafeMutablePointer<UInt8>, _ states: Range<Int>
  ) {
    for state in states.reversed() {
      var (score, step) = (best[state], UInt8(0))
      if frame == 0 {
        score = state < 2 ? 0 : -.infinity
      } else {
        if state > 0, best[state &- 1] > score { (score, step) = (best[state &- 1], 1) }
        if canSkip(to: state), best[state &- 2] > score { (score, step) = (best[state &- 2], 2) }
      }
      cameFrom[state] = step
      best[state] = score + scores(label(of: state), frame)
    }
  }
}

extension AlignedToken {
  /// Frames come from the last to the first.
  fileprivate mutating func add(_ frame: Int, _ scores: LogProbabilities) {
    firstFrame = Int32(frame)
    frameCount += 1
    score += Float(scores(Int(token), frame))
  }
}
