import Tensors

/// A beam search with all that it needs beside the frames: what its texts are, and what is added to their scores.
/// Immutable once it was checked, so that threads may share one.
public final class Decoder {
  /// (state, word as UTF-8 with a NUL, or NULL at the end; state after the word; user data) → ln P(word | state)
  public typealias Scorer =
    @convention(c) (UInt64, UnsafePointer<CChar>?, UnsafeMutablePointer<UInt64>?, UnsafeMutableRawPointer?) -> Float

  public var search = PrefixBeamSearch.Settings()
  public var blank = 0
  public var kind = ScoreKind.logProbabilities
  /// nil for tokens without texts.
  public var labels: Labels?

  public var lexicon: Lexicon?
  /// Taken off for each word that is not in the lexicon; infinite for a search that finds no such words.
  public var lexiconPenalty = Float.infinity
  public var languageModel: LanguageModel?
  /// A language model that the program brings along, asked instead.
  public var scorer: Scorer?
  public var scorerData: UnsafeMutableRawPointer?
  public var scoresCharacters = false
  /// Weight of the language model's ln P, and what is added for each of its words.
  public var alpha: Float = 0
  public var beta: Float = 0
  /// Added to ln P of a word that the language model does not know.
  public var unknownScore: Float = 0
  /// Whether a text is the beginning of a sentence, and its end.
  public var begins = true
  public var ends = true
  public var hotwords: Hotwords?

  public init() {}

  var hasLanguageModel: Bool { languageModel != nil || scorer != nil }
  var hasCharacterModel: Bool { languageModel?.isCharacterModel ?? (scorer != nil && scoresCharacters) }

  /// - Throws: `invalidArgument` for a setting out of range.
  public func check() throws(Failure) {
    try search.check()
    guard blank >= 0 else { throw Failure(.invalidArgument, "blank is class \(blank), expected 0 or more") }
    if let labels {
      try checkBlank(blank, classCount: labels.count + 1)
      try labels.check()
    }
    guard lexiconPenalty >= 0 else { throw Failure(.invalidArgument, "lexicon_penalty is below 0 or no number") }
    guard alpha >= 0, alpha <= 1e6 else {
      throw Failure(.invalidArgument, "alpha is below 0, above a million or no number")
    }
    guard abs(beta) <= 1e6, abs(unknownScore) <= 1e6 else {
      throw Failure(.invalidArgument, "beta or unknown_score is beyond a million or no number")
    }
    guard languageModel == nil || scorer == nil else {
      throw Failure(.invalidArgument, "a language model and a scorer are given, expected one of them")
    }
  }

  /// - Parameter hotwords: instead of the decoder's; nil for those.
  public func search(
    classCount: Int, labels: Labels?, blank: Int, hotwords: Hotwords?
  ) throws(Failure) -> PrefixBeamSearch {
    if let labels, labels.count != classCount - 1 {
      throw Failure(
        .invalidArgument, "\(classCount) classes, expected \(labels.count + 1): one for each label, and the blank")
    }
    try checkBlank(blank, classCount: classCount)
    var scorer: TextScorer?
    let hotwords = hotwords ?? self.hotwords
    if hotwords != nil || lexicon != nil || hasLanguageModel {
      guard let labels else {
        throw Failure(.invalidArgument, "a lexicon, a language model and hotwords need labels, there are none")
      }
      scorer = try TextScorer(self, labels, blank: blank, hotwords: hotwords)
    }
    return try PrefixBeamSearch(search, blank: blank, classCount: classCount, scorer: scorer)
  }

  /// The `limit` best texts of a whole sequence, the best first.
  /// - Parameters:
  ///   - labels: the decoder's own, or a model's, and the blank with them.
  ///   - hotwords: instead of the decoder's; nil for those.
  public func decode(
    _ scores: Scores, labels: Labels?, blank: Int, limit: Int, hotwords: Hotwords? = nil
  ) throws(Failure) -> [Hypothesis] {
    let search = try search(classCount: scores.classCount, labels: labels, blank: blank, hotwords: hotwords)
    let logs = try LogProbabilities(scores)
    try search.push(logs)
    return try search.hypotheses(limit, in: logs)
  }
}
