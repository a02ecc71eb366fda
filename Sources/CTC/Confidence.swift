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
  private let classes: FrameClasses
  private let frameCount: Int
  private let stateCount: Int
  private let storage: Storage
  let rows: UnsafeMutablePointer<BandRow>
  /// The inverses of the scales.
  private let factors: UnsafeMutablePointer<Double>
  /// For one token's place, what a path meets there in each frame.
  private let steps: UnsafeMutablePointer<Step>
  /// The columns of the tokens, the place that each column was last seen to compete for, counted from 1, and those that
  /// compete for the one at hand.
  private let tokens: UnsafeMutablePointer<Int32>
  private let places: UnsafeMutablePointer<Int32>
  private let competitors: UnsafeMutablePointer<Int32>
  /// What each competitor's paths have come to.
  private let arrived: UnsafeMutablePointer<Double>
  /// The rows' states, one after the other.
  private var cells: Storage
  private var cellCount = 0
  /// What the end is worth: the inverse of the text's share of the last frame.
  private var endWeight = 0.0
  /// The first frame that the states of the token at hand, and of its neighbours, can be in.
  private var firstFrame = 0

  /// States beyond the last one that paths come to: other texts may come further than this one.
  private static let reach = 33

  /// What is known of a state in a frame.
  private struct Cell {
    /// The probability of coming to it, divided by the frame's scale.
    var forward: Double
    /// The probability of the state in its frame and of all that follows.
    var entered = 0.0
  }

  /// A frame's states; nothing is known of those that are left out.
  private struct Band {
    let base: UnsafeMutablePointer<Cell>
    let first: Int
    let count: Int

    @inline(__always)
    subscript(state: Int) -> Cell {
      let place = state &- first
      return place < 0 || place >= count ? Cell(forward: 0) : base[place]
    }
  }

  private struct Step {
    /// The probability of coming to the place in this frame, from the blank before it and from the token before that.
    var fromBlank: Double
    var fromToken: Double
    /// The probability of all that follows the place after this frame, if that is the blank after it or the end, and if
    /// it is the token after that.
    var toBlank: Double
    var toToken: Double
    /// The highest probability of leaving the place after this frame or a later one.
    var latest = 0.0
  }

  init(_ tokens: UnsafeBufferPointer<Int32>, _ scores: LogProbabilities, _ classes: FrameClasses, blank: Int)
    throws(Failure)
  {
    let trellis = try Trellis(tokens, blank: blank, classCount: scores.classCount)
    let (frameCount, columnCount) = (scores.frameCount, classes.columnCount)
    let frameBytes = MemoryLayout<BandRow>.stride &+ MemoryLayout<Double>.stride &+ MemoryLayout<Step>.stride
    let columnBytes = 2 &* MemoryLayout<Int32>.stride &+ MemoryLayout<Double>.stride
    let storage = try Storage(
      byteCount: frameCount &* frameBytes &+ columnCount &* columnBytes
        &+ tokens.count &* MemoryLayout<Int32>.stride)
    cells = try Storage(byteCount: 64 &* (frameCount &+ 1) &* MemoryLayout<Cell>.stride)
    self.classes = classes
    self.trellis = trellis
    self.storage = storage
    self.frameCount = frameCount
    stateCount = trellis.stateCount
    rows = storage.base.bindMemory(to: BandRow.self, capacity: frameCount)
    factors = UnsafeMutableRawPointer(rows + frameCount).bindMemory(to: Double.self, capacity: frameCount)
    steps = UnsafeMutableRawPointer(factors + frameCount).bindMemory(to: Step.self, capacity: frameCount)
    arrived = UnsafeMutableRawPointer(steps + frameCount).bindMemory(to: Double.self, capacity: columnCount)
    places = UnsafeMutableRawPointer(arrived + columnCount).bindMemory(
      to: Int32.self, capacity: 2 &* columnCount &+ tokens.count)
    competitors = places + columnCount
    self.tokens = competitors + columnCount
    places.initialize(repeating: 0, count: columnCount)
    for (index, token) in tokens.enumerated() { self.tokens[index] = classes.column(token) }
  }

  /// Its probability is zero where it is too small for a number.
  func confidence() throws(Failure) -> Confidence {
    let confidence = try Confidence(tokenCount: trellis.tokens.count)
    var logProbability = 0.0
    for frame in 0..<frameCount {
      let scale = try advance(frame)
      guard scale > 0 else { return confidence }
      logProbability += log(scale)
    }
    if frameCount > 0 {
      let share = arrival(at: stateCount &- 1)
      guard share > 0 else { return confidence }
      logProbability += log(share)
      endWeight = 1 / share
      retreat()
    }
    confidence.logProbability = logProbability
    for index in trellis.tokens.indices {
      confidence.odds[index] = Confidence.Odds(
        replaced: replaced(index), omitted: omitted(index),
        isRepeated: index > 0 && tokens[index &- 1] == tokens[index])
    }
    return confidence
  }

  @inline(__always)
  private func band(_ frame: Int) -> Band {
    let row = rows[frame]
    return Band(
      base: cells.base.assumingMemoryBound(to: Cell.self) + row.offset, first: row.first, count: row.count)
  }

  /// The probability of coming to a blank state, or to the token before it, in the last frame.
  private func arrival(at blank: Int) -> Double {
    let band = band(frameCount &- 1)
    return band[blank].forward + band[blank &- 1].forward
  }

  /// Of a state's class.
  @inline(__always)
  private func column(of state: Int) -> Int { state & 1 == 0 ? 0 : Int(tokens[state >> 1]) }

  /// One step of the forward recursion; returns the frame's scale.
  private func advance(_ frame: Int) throws(Failure) -> Double {
    let before = frame == 0 ? BandRow(first: 0, count: 0, offset: 0, last: -1) : rows[frame &- 1]
    let first = max(before.first, stateCount &- 2 &* (frameCount &- frame) &- 2)
    let end = min(stateCount, before.last + Posteriors.reach)
    guard first < end else { return 0 }
    let base = try room(end &- first)
    let band = frame == 0 ? nil : band(frame &- 1)
    let probabilities = classes.probabilities(frame)
    var scale = 0.0
    for state in first..<end {
      var sum = state < 2 ? 1.0 : 0
      if let band {
        sum = band[state].forward + band[state &- 1].forward
        if trellis.canSkip(to: state) { sum += band[state &- 2].forward }
      }
      sum *= Double(probabilities[column(of: state)])
      base[state &- first] = Cell(forward: sum)
      scale += sum
    }
    let factor = 1 / scale
    factors[frame] = factor
    var row = BandRow(first: first, count: end &- first, offset: cellCount, last: first)
    for place in 0..<row.count {
      base[place].forward *= factor
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
    var after: Band?
    for frame in (0..<frameCount).reversed() {
      let band = band(frame)
      let probabilities = classes.probabilities(frame)
      for place in 0..<band.count {
        let state = band.first &+ place
        var sum = state >= stateCount &- 2 ? endWeight : 0
        if let after {
          sum = after[state].entered + after[state &+ 1].entered
          if state &+ 2 < stateCount, trellis.canSkip(to: state &+ 2) { sum += after[state &+ 2].entered }
        }
        band.base[place].entered = sum * Double(probabilities[column(of: state)]) * factors[frame]
      }
      after = band
    }
  }

  /// The probability of the texts that have another token in this place, divided by that of this text.
  private func replaced(_ index: Int) -> Double {
    let window = self.window(2 &* index &+ 1)
    let (token, mark) = (Int(tokens[index]), Int32(truncatingIfNeeded: index &+ 1))
    let previous = index > 0 ? tokens[index &- 1] : -1
    let following = index &+ 1 < trellis.tokens.count ? tokens[index &+ 1] : -1
    places[token] = mark
    var count = 0
    func compete(_ column: Int32) {
      guard column >= 0, places[Int(column)] != mark else { return }
      places[Int(column)] = mark
      competitors[count] = column
      count &+= 1
    }
    // These two cannot follow themselves, which the sum over the rest does not see.
    compete(previous)
    compete(following)
    for frame in window {
      for column in classes[frame] { compete(column) }
    }
    arrived.initialize(repeating: 0, count: count)
    var sum = 0.0
    for frame in window {
      let (step, factor, probabilities) = (steps[frame], factors[frame], classes.probabilities(frame))
      let (from, to) = (step.fromBlank + step.fromToken, step.toBlank + step.toToken)
      // The probability of the classes that do not count on their own.
      var rest = 1 - Double(probabilities[0]) - Double(probabilities[token])
      for number in 0..<count {
        let column = competitors[number]
        let probability = Double(probabilities[Int(column)])
        let value = (arrived[number] + (column == previous ? step.fromBlank : from)) * (probability * factor)
        arrived[number] = value
        sum += value * (column == following ? step.toBlank : to)
        rest -= probability
      }
      sum += from * max(rest, 0) * factor * to
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
      var step = Step(fromBlank: state == 1 ? 1 : 0, fromToken: 0, toBlank: 0, toToken: 0)
      if frame > 0 {
        let before = band(frame &- 1)
        step.fromBlank = before[state &- 1].forward
        step.fromToken = before[state &- 2].forward
      }
      if frame < frameCount &- 1 {
        let after = band(frame &+ 1)
        step.toBlank = after[state &+ 1].entered
        step.toToken = after[state &+ 2].entered
      } else if state == stateCount &- 2 {
        step.toBlank = endWeight
      }
      highest = max(highest, step.toBlank + step.toToken)
      step.latest = highest
      steps[frame] = step
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

  /// The probability of the text without this token, divided by that of the text. `replaced` has been asked before.
  private func omitted(_ index: Int) -> Double {
    let state = 2 &* index &+ 1
    guard index &+ 1 < trellis.tokens.count else { return arrival(at: state &- 1) * endWeight }
    let canJoin = index > 0 && tokens[index &- 1] != tokens[index &+ 1]
    var sum = 0.0
    for frame in frames(state) {
      let step = steps[frame]
      sum += (step.fromBlank + (canJoin ? step.fromToken : 0)) * band(frame)[state &+ 2].entered
    }
    return sum
  }
}
