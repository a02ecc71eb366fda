import CSystem
import Tensors

/// How sure a network is of a text, as shares of the probability of all texts.
final class Confidence {
  struct Odds {
    /// The probability of the texts that have another token in a token's place, and of the text that has none, divided
    /// by the probability of this text.
    var replaced: Double
    var omitted: Double
    /// Whether the token before is the same: leaving out either gives the same text.
    var isRepeated: Bool
  }

  /// ln P(tokens | frames).
  fileprivate(set) var logProbability = -Double.infinity
  private let storage: Storage
  fileprivate let odds: UnsafeMutablePointer<Odds>

  fileprivate init(tokenCount: Int) throws(Failure) {
    storage = try Storage(byteCount: tokenCount * MemoryLayout<Odds>.stride)
    odds = storage.base.bindMemory(to: Odds.self, capacity: tokenCount)
  }

  /// The probability of the text among those that differ from it in at most one of these tokens.
  func share(of tokens: Range<Int>) -> Float {
    if logProbability == -.infinity { return 0 }
    var sum = 1.0
    for index in tokens {
      sum += odds[index].replaced
      if index == tokens.lowerBound || !odds[index].isRepeated { sum += odds[index].omitted }
    }
    return Float(1 / sum)
  }
}

/// The states of a transcript that a frame's paths are in: `count` of them from `first` on, whose values begin at
/// `offset`.
struct BandRow {
  var first: Int
  var count: Int
  var offset: Int
  /// The last one that paths come to.
  var last: Int

  var states: Range<Int> { first..<first &+ count }
}

/// The forward-backward algorithm over a transcript (Graves et al. 2006, section 4.1), with probabilities that are scaled
/// in each frame (Rabiner 1989), and from it what any other token, or none, would have made of each token's place.
///
/// States that are less probable by 10⁻⁶⁰ than the others of their frame are left out: time and memory grow with the
/// frames, not with their product with the tokens.
final class Posteriors {
  private let trellis: Trellis
  private let scores: LogProbabilities
  private let frameCount: Int
  private let stateCount: Int
  private let storage: Storage
  let rows: UnsafeMutablePointer<BandRow>
  /// The inverses of the scales.
  private let factors: UnsafeMutablePointer<Double>
  /// For one token's place, what a path meets there in each frame.
  private let steps: UnsafeMutablePointer<Step>
  /// For each class, the place that it was last seen to compete for, counted from 1.
  private let places: UnsafeMutablePointer<Int32>
  private let competitors: UnsafeMutablePointer<Int32>
  /// The rows' states, one after the other.
  private var cells: Storage
  private var cellCount = 0
  /// What the end is worth: the inverse of the text's share of the last frame.
  private var endWeight = 0.0
  /// The first frame that the states of the token at hand, and of its neighbours, can be in.
  private var firstFrame = 0

  /// States beyond the last one that paths come to: other texts may come further than this one.
  private static let reach = 33

  private struct Cell {
    /// The probabilities of coming to a state and of its class, divided by the frame's scale; and that of going on from
    /// it.
    var forward: Double
    var emission: Double
    var backward = 0.0

    /// The probability of the state in its frame and of all that follows.
    var entered: Double { emission * backward }
  }

  private struct Step {
    /// The probability of coming to the place in this frame, from the blank before it and from the token before that.
    var fromBlank: Double
    var fromToken: Double
    /// The probability of all that follows the place after this frame, if that is the blank after it or the end, and if
    /// it is the token after that.
    var toBlank: Double
    var toToken: Double
    /// The probability of the classes that do not count on their own.
    var rest = 0.0
    /// The highest probability of leaving the place after this frame or a later one.
    var latest = 0.0
  }

  init(_ tokens: UnsafeBufferPointer<Int32>, _ scores: LogProbabilities, blank: Int) throws(Failure) {
    let trellis = try Trellis(tokens, blank: blank, classCount: scores.classCount)
    let frameCount = scores.frameCount
    let frameBytes = MemoryLayout<BandRow>.stride &+ MemoryLayout<Double>.stride &+ MemoryLayout<Step>.stride
    let classBytes = 2 &* MemoryLayout<Int32>.stride
    let storage = try Storage(byteCount: frameCount &* frameBytes &+ scores.classCount &* classBytes)
    cells = try Storage(byteCount: 64 &* (frameCount &+ 1) &* MemoryLayout<Cell>.stride)
    self.scores = scores
    self.trellis = trellis
    self.storage = storage
    self.frameCount = frameCount
    stateCount = trellis.stateCount
    rows = storage.base.bindMemory(to: BandRow.self, capacity: frameCount)
    factors = UnsafeMutableRawPointer(rows + frameCount).bindMemory(to: Double.self, capacity: frameCount)
    steps = UnsafeMutableRawPointer(factors + frameCount).bindMemory(to: Step.self, capacity: frameCount)
    places = UnsafeMutableRawPointer(steps + frameCount).bindMemory(to: Int32.self, capacity: 2 &* scores.classCount)
    competitors = places + scores.classCount
    places.initialize(repeating: 0, count: scores.classCount)
  }

  /// Its probability is zero where it is too small for a number.
  func confidence(_ classes: FrameClasses) throws(Failure) -> Confidence {
    let tokens = trellis.tokens
    let confidence = try Confidence(tokenCount: tokens.count)
    var logProbability = 0.0
    for frame in 0..<frameCount {
      let scale = try advance(frame)
      guard scale > 0 else { return confidence }
      logProbability += log(scale)
    }
    if frameCount > 0 {
      let share = cell(stateCount &- 1, frameCount &- 1).forward + cell(stateCount &- 2, frameCount &- 1).forward
      guard share > 0 else { return confidence }
      logProbability += log(share)
      endWeight = 1 / share
      retreat()
    }
    confidence.logProbability = logProbability
    for index in 0..<tokens.count {
      confidence.odds[index] = Confidence.Odds(
        replaced: replaced(index, classes), omitted: omitted(index),
        isRepeated: index > 0 && tokens[index &- 1] == tokens[index])
    }
    return confidence
  }

  /// What is known of a state in a frame; nothing of those that are left out.
  @inline(__always)
  private func cell(_ state: Int, _ frame: Int) -> Cell {
    let row = rows[frame]
    let place = state &- row.first
    if place < 0 || place >= row.count { return Cell(forward: 0, emission: 0) }
    return cells.base.assumingMemoryBound(to: Cell.self)[row.offset &+ place]
  }

  /// One step of the forward recursion; returns the frame's scale.
  private func advance(_ frame: Int) throws(Failure) -> Double {
    let before = frame == 0 ? BandRow(first: 0, count: 0, offset: 0, last: -1) : rows[frame &- 1]
    let first = max(before.first, stateCount &- 2 &* (frameCount &- frame) &- 2)
    let end = min(stateCount, before.last + Posteriors.reach)
    guard first < end else { return 0 }
    let base = try room(end &- first)
    let logs = scores.row(frame)
    let blank = Double(expf(logs[trellis.blank]))
    var scale = 0.0
    for state in first..<end {
      var sum = state < 2 ? 1.0 : 0
      if frame > 0 {
        sum = cell(state, frame &- 1).forward + cell(state &- 1, frame &- 1).forward
        if trellis.canSkip(to: state) { sum += cell(state &- 2, frame &- 1).forward }
      }
      let emission = state & 1 == 0 ? blank : Double(expf(logs[trellis.label(of: state)]))
      base[state &- first] = Cell(forward: sum * emission, emission: emission)
      scale += sum * emission
    }
    factors[frame] = 1 / scale
    var row = BandRow(first: first, count: end &- first, offset: cellCount, last: first)
    for place in 0..<row.count {
      base[place].forward *= factors[frame]
      base[place].emission *= factors[frame]
      if base[place].forward >= 1e-60 { row.last = first &+ place }
    }
    cellCount &+= row.count
    while row.count > 0, cells.base.assumingMemoryBound(to: Cell.self)[row.offset].forward < 1e-60 {
      row.first &+= 1
      row.offset &+= 1
      row.count &-= 1
    }
    rows[frame] = row
    return scale
  }

  /// Room for a row's states.
  private func room(_ count: Int) throws(Failure) -> UnsafeMutablePointer<Cell> {
    let stride = MemoryLayout<Cell>.stride
    if (cellCount &+ count) * stride > cells.byteCount {
      let larger = try Storage(byteCount: 2 * cells.byteCount &+ count * stride)
      larger.base.copyMemory(from: cells.base, byteCount: cellCount * stride)
      cells = larger
    }
    return cells.base.assumingMemoryBound(to: Cell.self) + cellCount
  }

  /// The backward recursion, divided by the text's share of the last frame: the products with the forward
  /// probabilities are those of the text's own paths, and sum to one in each frame.
  private func retreat() {
    let base = cells.base.assumingMemoryBound(to: Cell.self)
    for frame in (0..<frameCount).reversed() {
      let row = rows[frame]
      for state in row.states {
        var sum = state >= stateCount &- 2 ? endWeight : 0
        if frame < frameCount &- 1 {
          sum = cell(state, frame &+ 1).entered + cell(state &+ 1, frame &+ 1).entered
          if state &+ 2 < stateCount, trellis.canSkip(to: state &+ 2) { sum += cell(state &+ 2, frame &+ 1).entered }
        }
        base[row.offset + state &- row.first].backward = sum
      }
    }
  }

  private func step(_ state: Int, _ frame: Int) -> Step {
    var step = Step(fromBlank: state == 1 ? 1 : 0, fromToken: 0, toBlank: 0, toToken: 0)
    if frame > 0 {
      step.fromBlank = cell(state &- 1, frame &- 1).forward
      step.fromToken = cell(state &- 2, frame &- 1).forward
    }
    if frame == frameCount &- 1 {
      step.toBlank = state == stateCount &- 2 ? endWeight : 0
    } else {
      step.toBlank = cell(state &+ 1, frame &+ 1).entered
      step.toToken = cell(state &+ 2, frame &+ 1).entered
    }
    return step
  }

  /// The probability of the texts that have another token in this place, divided by that of this text.
  private func replaced(_ index: Int, _ classes: FrameClasses) -> Double {
    let state = 2 &* index &+ 1
    let tokens = trellis.tokens
    let window = self.window(state)
    let previous = index > 0 ? tokens[index &- 1] : -1
    let following = index &+ 1 < tokens.count ? tokens[index &+ 1] : -1
    places[Int(tokens[index])] = Int32(truncatingIfNeeded: index &+ 1)
    var count = 0
    func compete(_ label: Int32) {
      guard label >= 0, places[Int(label)] != Int32(truncatingIfNeeded: index &+ 1) else { return }
      places[Int(label)] = Int32(truncatingIfNeeded: index &+ 1)
      competitors[count] = label
      count &+= 1
    }
    // These two cannot follow themselves, which the sum over the rest does not see.
    compete(previous)
    compete(following)
    for frame in window {
      for label in classes[frame] { compete(label) }
      steps[frame].rest = factors[frame] * (1 - Double(expf(scores.row(frame)[trellis.blank])))
      steps[frame].rest -= cell(state, frame).emission
    }
    var sum = 0.0
    for number in 0..<count {
      let label = competitors[number]
      var arrived = 0.0
      for frame in window {
        let step = steps[frame]
        let emission = factors[frame] * Double(expf(scores.row(frame)[Int(label)]))
        arrived = (arrived + step.fromBlank + (label == previous ? 0 : step.fromToken)) * emission
        sum += arrived * (step.toBlank + (label == following ? 0 : step.toToken))
        steps[frame].rest -= emission
      }
    }
    for frame in window {
      let step = steps[frame]
      sum += (step.fromBlank + step.fromToken) * max(step.rest, 0) * (step.toBlank + step.toToken)
    }
    return sum
  }

  /// The frames that a token's state, or one of its neighbours', can be in. Tokens must be asked for in their order.
  private func frames(_ state: Int) -> Range<Int> {
    while firstFrame < frameCount, rows[firstFrame].states.upperBound <= state &- 2 { firstFrame &+= 1 }
    var end = firstFrame
    while end < frameCount, rows[end].first <= state &+ 2 { end &+= 1 }
    return firstFrame..<end
  }

  /// The frames in which a path through a token's place could count.
  private func window(_ state: Int) -> Range<Int> {
    let frames = frames(state)
    var highest = 0.0
    for frame in frames.reversed() {
      steps[frame] = step(state, frame)
      highest = max(highest, steps[frame].toBlank + steps[frame].toToken)
      steps[frame].latest = highest
    }
    var first = frames.upperBound
    var end = frames.lowerBound
    highest = 0
    for frame in frames {
      highest = max(highest, steps[frame].fromBlank + steps[frame].fromToken)
      if highest * steps[frame].latest < 1e-9 { continue }
      first = min(first, frame)
      end = frame &+ 1
    }
    return min(first, end)..<end
  }

  /// The probability of the text without this token, divided by that of the text.
  private func omitted(_ index: Int) -> Double {
    let state = 2 &* index &+ 1
    let tokens = trellis.tokens
    guard index &+ 1 < tokens.count else {
      return (cell(state &- 1, frameCount &- 1).forward + cell(state &- 2, frameCount &- 1).forward) * endWeight
    }
    let canJoin = index > 0 && tokens[index &- 1] != tokens[index &+ 1]
    var sum = 0.0
    for frame in frames(state) {
      let step = step(state, frame)
      sum += (step.fromBlank + (canJoin ? step.fromToken : 0)) * cell(state &+ 2, frame).entered
    }
    return sum
  }
}
