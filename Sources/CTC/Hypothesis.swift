import CSystem
import Tensors

/// A text that a search found.
public final class Hypothesis {
  /// Its tokens, on the most probable path that spells them.
  public let alignment: Alignment
  /// What it was ranked by: the sum of the three parts that follow.
  public let score: Double
  /// ln of the probability of all paths in the beam that spell it.
  public let acoustic: Double
  /// The weighted score of the language model, and all else that was added for the text.
  public let language: Double
  public let bonus: Double
  private let posterior: Confidence

  init(_ found: FoundText, in scores: LogProbabilities, _ classes: FrameClasses, blank: Int) throws(Failure) {
    score = found.score
    acoustic = found.acoustic
    language = found.language
    bonus = found.bonus
    (alignment, posterior) = try found.tokens.withUnsafeBufferPointer { tokens throws(Failure) in
      let posteriors = try Posteriors(tokens, scores, classes, blank: blank)
      let posterior = try posteriors.confidence()
      let rows = posterior.logProbability > -.infinity ? UnsafePointer(posteriors.rows) : nil
      let alignment = try align(tokens, to: scores, blank: blank, within: rows)
      withExtendedLifetime(posteriors) {}
      return (alignment, posterior)
    }
  }

  /// P(tokens | frames).
  public var confidence: Float { min(1, Float(exp(posterior.logProbability))) }

  /// The probability of the text among those that differ from it in at most one of these tokens.
  public func confidence(of tokens: Range<Int>) -> Float { posterior.share(of: tokens) }
}

/// The next word of a text from a token on: a run of tokens without a space, though its first one may begin with spaces.
public func nextWord(from first: Int, of count: Int, text: (Int) -> UnsafeBufferPointer<UInt8>) -> Range<Int>? {
  let space = UInt8(ascii: " ")
  var start: Int?
  for index in first..<count {
    let text = text(index)
    if let start, text.first == space { return start..<index }
    if start == nil, text.contains(where: { $0 != space }) { start = index }
  }
  return start.map { $0..<count }
}
