import Tensors

/// A beam search with all that it needs beside the frames. Immutable, so that threads may share one.
public final class Decoder {
  public struct Settings {
    public var search = PrefixBeamSearch.Settings()
    public var blank = 0
    public var kind = ScoreKind.logProbabilities
    /// nil for tokens without texts.
    public var labels: Labels?
    public var text = TextSettings()
    public var hotwords: [Hotwords.Phrase] = []

    public init() {}
  }

  public let settings: Settings
  private let hotwords: Hotwords?
  private let texts: LabelTexts?

  /// - Throws: `invalidArgument` for a setting out of range.
  public init(_ settings: Settings) throws(Failure) {
    try settings.search.check()
    self.settings = settings
    if let labels = settings.labels {
      try labels.check()
      try checkBlank(settings.blank, classCount: labels.count + 1)
    }
    try settings.text.check()
    hotwords = settings.hotwords.isEmpty ? nil : try Hotwords(settings.hotwords)
    texts = try settings.labels.map { labels throws(Failure) in
      try Decoder.texts(labels, blank: settings.blank, settings.text)
    }
  }

  private static func texts(_ labels: Labels, blank: Int, _ text: TextSettings) throws(Failure) -> LabelTexts {
    let model = text.languageModel.flatMap { $0.isCharacterModel ? $0 : nil }
    return try LabelTexts(labels, blank: blank, model: model)
  }

  /// A search with the decoder's own labels.
  /// - Parameter hotwords: instead of the decoder's; nil for those.
  public func search(classCount: Int, hotwords: Hotwords? = nil) throws(Failure) -> PrefixBeamSearch {
    try search(classCount: classCount, texts, blank: settings.blank, hotwords: hotwords)
  }

  private func search(
    classCount: Int, _ texts: LabelTexts?, blank: Int, hotwords: Hotwords?
  ) throws(Failure) -> PrefixBeamSearch {
    if let texts, texts.classCount != classCount {
      throw Failure(
        .invalidArgument, "\(classCount) classes, expected \(texts.classCount): one for each label, and the blank")
    }
    var scorer: TextScorer?
    let hotwords = hotwords ?? self.hotwords
    if hotwords != nil || settings.text.lexicon != nil || settings.text.hasLanguageModel {
      guard let texts else {
        throw Failure(.invalidArgument, "a lexicon, a language model and hotwords need labels, there are none")
      }
      scorer = try TextScorer(texts, settings.text, hotwords: hotwords)
    }
    return try PrefixBeamSearch(settings.search, blank: blank, classCount: classCount, scorer: scorer)
  }

  /// The `limit` best texts of a whole sequence, the best first.
  public func decode(_ scores: Scores, limit: Int, hotwords: Hotwords? = nil) throws(Failure) -> [Hypothesis] {
    let search = try search(classCount: scores.classCount, hotwords: hotwords)
    return try decode(scores, search, labels: settings.labels, blank: settings.blank, limit: limit)
  }

  /// The same with the labels of a model rather than the decoder's own.
  public func decode(
    _ scores: Scores, labels: Labels, blank: Int, limit: Int, hotwords: Hotwords? = nil
  ) throws(Failure) -> [Hypothesis] {
    let texts = try Decoder.texts(labels, blank: blank, settings.text)
    let search = try search(classCount: scores.classCount, texts, blank: blank, hotwords: hotwords)
    return try decode(scores, search, labels: labels, blank: blank, limit: limit)
  }

  private func decode(
    _ scores: Scores, _ search: PrefixBeamSearch, labels: Labels?, blank: Int, limit: Int
  ) throws(Failure) -> [Hypothesis] {
    let logs = try LogProbabilities(scores)
    try search.push(logs)
    return try describe(search.best(limit), in: logs, blank: blank, labels: labels)
  }
}

/// Aligns texts with the frames that they were found in.
func describe(
  _ found: [FoundText], in scores: LogProbabilities, blank: Int, labels: Labels?
) throws(Failure) -> [Hypothesis] {
  let classes = try FrameClasses(scores, blank: blank)
  var hypotheses: [Hypothesis] = []
  for text in found {
    hypotheses.append(try Hypothesis(text, in: scores, classes, blank: blank, labels: labels))
  }
  return hypotheses
}
