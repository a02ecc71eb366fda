import CSystem
import Tensors

/// A text that a search found.
public struct Hypothesis {
  /// A run of tokens without a space.
  public struct Word {
    public var tokens: Range<Int>
    /// The probability of the text among those that differ from it in one of these tokens at most.
    public var confidence: Float
  }

  /// Its tokens, on the most probable path that spells them.
  public let alignment: Alignment
  /// What it was ranked by: the sum of the three parts that follow.
  public let score: Double
  /// ln of the probability of all paths in the beam that spell it.
  public let acoustic: Double
  /// The weighted score of the language model, and all else that was added for the text.
  public let language: Double
  public let bonus: Double
  /// P(tokens | frames).
  public let confidence: Float
  /// For each token, the probability of the text among those that differ from it in that token at most.
  public let confidences: [Float]
  /// None without labels.
  public let words: [Word]

  init(
    _ found: FoundText, in scores: LogProbabilities, _ classes: FrameClasses, blank: Int, labels: Labels?
  ) throws(Failure) {
    let (alignment, confidence) = try found.tokens.withUnsafeBufferPointer { tokens throws(Failure) in
      let posteriors = try Posteriors(tokens, scores, blank: blank)
      return (try align(tokens, to: scores, blank: blank), posteriors.confidence(classes))
    }
    score = found.score
    acoustic = found.acoustic
    language = found.language
    bonus = found.bonus
    self.alignment = alignment
    self.confidence = min(1, Float(exp(confidence?.logProbability ?? -.infinity)))
    confidences = found.tokens.indices.map { confidence?.share(of: $0..<$0 + 1) ?? 0 }
    words = Hypothesis.words(of: found.tokens, blank: blank, labels: labels).map {
      Word(tokens: $0, confidence: confidence?.share(of: $0) ?? 0)
    }
  }

  /// A label that begins with a space begins a word, one of spaces only belongs to none.
  private static func words(of tokens: [Int32], blank: Int, labels: Labels?) -> [Range<Int>] {
    guard let labels else { return [] }
    let space = UInt8(ascii: " ")
    var words: [Range<Int>] = []
    var start: Int?
    for (index, token) in tokens.enumerated() {
      let text = labels.text(ofClass: Int(token), blank: blank)
      if text.first == space, let first = start {
        words.append(first..<index)
        start = nil
      }
      if start == nil, text.contains(where: { $0 != space }) { start = index }
    }
    if let first = start { words.append(first..<tokens.count) }
    return words
  }
}
