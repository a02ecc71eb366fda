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

/// The forward-backward algorithm over a transcript (Graves et al. 2006, section 4.1), with probabilities that are scaled
/// in each frame (Rabiner 1989), and from it what any other token, or none, would have made of each token's place.
final class Posteriors {
  private let trellis: Trellis
  private let frameCount: Int
  private let stateCount: Int
  private let storage: Storage
  /// [T, S]: the probabilities of coming to a state, of going on from it, and of its class, each divided by the frame's
  /// scale.
  private let forward: UnsafeMutablePointer<Double>
  private let backward: UnsafeMutablePointer<Double>
  private let emission: UnsafeMutablePointer<Double>
  /// The inverses of the scales.
  private let factors: UnsafeMutablePointer<Double>
  /// For one token's place, what a path meets there in each frame.
  private let steps: UnsafeMutablePointer<Step>
  /// For each class, the place that it was last seen to compete for, counted from 1.
  private let places: UnsafeMutablePointer<Int32>
  private let competitors: UnsafeMutablePointer<Int32>
  private let scores: LogProbabilities

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
    self.scores = scores
    trellis = try Trellis(tokens, blank: blank, classCount: scores.classCount)
    frameCount = scores.frameCount
    stateCount = trellis.stateCount
    let (elements, overflow) = frameCount.multipliedReportingOverflow(by: stateCount)
    guard !overflow, elements <= Int.max >> 8 else {
      throw Failure(.outOfMemory, "\(frameCount) frames of \(stateCount) states are too many")
    }
    let count = 3 * elements + frameCount
    let stepBytes = frameCount * MemoryLayout<Step>.stride
    storage = try Storage(
      byteCount: count * MemoryLayout<Double>.stride + stepBytes
        + 2 * scores.classCount * MemoryLayout<Int32>.stride)
    forward = storage.base.bindMemory(to: Double.self, capacity: count)
    backward = forward + elements
    emission = backward + elements
    factors = emission + elements
    let rest = UnsafeMutableRawPointer(factors + frameCount)
    steps = rest.bindMemory(to: Step.self, capacity: frameCount)
    places = (rest + stepBytes).bindMemory(to: Int32.self, capacity: 2 * scores.classCount)
    competitors = places + scores.classCount
    places.initialize(repeating: 0, count: scores.classCount)
  }

  /// Its probability is zero where it is too small for a number.
  func confidence(_ classes: FrameClasses) throws(Failure) -> Confidence {
    let tokens = trellis.tokens
    let confidence = try Confidence(tokenCount: tokens.count)
    var logProbability = 0.0
    for frame in 0..<frameCount {
      let scale = advance(frame)
      guard scale > 0 else { return confidence }
      logProbability += log(scale)
    }
    if frameCount > 0 {
      let last = forward + (frameCount - 1) * stateCount
      let share = last[stateCount - 1] + (stateCount > 1 ? last[stateCount - 2] : 0)
      guard share > 0 else { return confidence }
      logProbability += log(share)
      retreat(share)
    }
    confidence.logProbability = logProbability
    for index in 0..<tokens.count {
      confidence.odds[index] = Confidence.Odds(
        replaced: replaced(index, classes), omitted: omitted(index),
        isRepeated: index > 0 && tokens[index - 1] == tokens[index])
    }
    return confidence
  }

  /// The states that matter in a frame: those of the paths that have one token less, too.
  private func states(_ frame: Int) -> Range<Int> {
    let first = max(0, stateCount - 2 * (frameCount - frame) - 2)
    return first..<max(first, min(stateCount, 2 * frame + 4))
  }

  /// One step of the forward recursion; returns the frame's scale.
  private func advance(_ frame: Int) -> Double {
    let row = forward + frame * stateCount
    let before = frame > 0 ? row - stateCount : row
    let emission = emission + frame * stateCount
    let logs = scores.row(frame)
    let states = states(frame)
    let blank = Double(expf(logs[trellis.blank]))
    row.initialize(repeating: 0, count: stateCount)
    emission.initialize(repeating: 0, count: stateCount)
    var scale = 0.0
    for state in states {
      var sum = state < 2 ? 1.0 : 0
      if frame > 0 {
        sum = before[state]
        if state > 0 { sum += before[state &- 1] }
        if trellis.canSkip(to: state) { sum += before[state &- 2] }
      }
      emission[state] = state & 1 == 0 ? blank : Double(expf(logs[trellis.label(of: state)]))
      row[state] = sum * emission[state]
      scale += row[state]
    }
    factors[frame] = 1 / scale
    for state in states {
      row[state] *= factors[frame]
      emission[state] *= factors[frame]
    }
    return scale
  }

  /// The backward recursion, divided by the text's share of the last frame: the products with the forward
  /// probabilities are those of the text's own paths, and sum to one in each frame.
  private func retreat(_ share: Double) {
    let last = backward + (frameCount - 1) * stateCount
    for state in 0..<stateCount { last[state] = state >= stateCount - 2 ? 1 / share : 0 }
    for frame in (0..<frameCount - 1).reversed() {
      let row = backward + frame * stateCount
      for state in 0..<stateCount {
        var sum = entered(state, frame &+ 1)
        if state &+ 1 < stateCount { sum += entered(state &+ 1, frame &+ 1) }
        if state &+ 2 < stateCount, trellis.canSkip(to: state &+ 2) { sum += entered(state &+ 2, frame &+ 1) }
        row[state] = sum
      }
    }
  }

  /// The probability of a state in a frame and of all that follows it.
  @inline(__always)
  private func entered(_ state: Int, _ frame: Int) -> Double {
    emission[frame &* stateCount &+ state] * backward[frame &* stateCount &+ state]
  }

  @inline(__always)
  private func step(_ state: Int, _ frame: Int) -> Step {
    let before = forward + (frame &- 1) &* stateCount
    let fromBlank = frame == 0 ? (state == 1 ? 1 : 0) : before[state &- 1]
    let fromToken = frame == 0 || state == 1 ? 0 : before[state &- 2]
    if frame == frameCount &- 1 {
      let end = backward[frame &* stateCount &+ state]
      return Step(fromBlank: fromBlank, fromToken: fromToken, toBlank: end, toToken: 0)
    }
    let next = state &+ 2 < stateCount ? entered(state &+ 2, frame &+ 1) : 0
    return Step(fromBlank: fromBlank, fromToken: fromToken, toBlank: entered(state &+ 1, frame &+ 1), toToken: next)
  }

  /// The probability of the texts that have another token in this place, divided by that of this text.
  private func replaced(_ index: Int, _ classes: FrameClasses) -> Double {
    let state = 2 * index + 1
    let tokens = trellis.tokens
    let window = self.window(state)
    let previous = index > 0 ? tokens[index - 1] : -1
    let following = index + 1 < tokens.count ? tokens[index + 1] : -1
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
      steps[frame].rest -= emission[frame &* stateCount &+ state]
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

  /// The frames in which a path through a token's place could count.
  private func window(_ state: Int) -> Range<Int> {
    var highest = 0.0
    for frame in (0..<frameCount).reversed() {
      steps[frame] = step(state, frame)
      highest = max(highest, steps[frame].toBlank + steps[frame].toToken)
      steps[frame].latest = highest
    }
    var first = frameCount
    var end = 0
    highest = 0
    for frame in 0..<frameCount {
      highest = max(highest, steps[frame].fromBlank + steps[frame].fromToken)
      if highest * steps[frame].latest < 1e-9 { continue }
      first = min(first, frame)
      end = frame + 1
    }
    return min(first, end)..<end
  }

  /// The probability of the text without this token, divided by that of the text.
  private func omitted(_ index: Int) -> Double {
    let state = 2 * index + 1
    let tokens = trellis.tokens
    guard index + 1 < tokens.count else {
      let last = forward + (frameCount - 1) * stateCount
      return (last[state - 1] + (index > 0 ? last[state - 2] : 0)) * backward[frameCount * stateCount - 1]
    }
    let canJoin = index > 0 && tokens[index - 1] != tokens[index + 1]
    var sum = 0.0
    for frame in 0..<frameCount {
      let step = step(state, frame)
      sum += (step.fromBlank + (canJoin ? step.fromToken : 0)) * entered(state &+ 2, frame)
    }
    return sum
  }
}
