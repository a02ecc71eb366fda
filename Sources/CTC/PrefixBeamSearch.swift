import CSystem
import Tensors

/// Prefix beam search (Graves 2012, section 7.5.3; Hannun et al. 2014): the most probable texts rather than the most
/// probable path.
///
/// Every prefix in the beam has two log-probabilities, those of the paths that end in its last token and those that end
/// in a blank; paths that come to one prefix in different ways are summed. A frame extends each prefix by each token
/// that is not pruned, and the `width` best prefixes go on, ranked by their log-probability and by what is added for
/// their text. Among equals the one found first goes on: the same input gives the same result.
///
/// Pushing the frames in parts gives the same as all at once. One thread at a time.
public final class PrefixBeamSearch {
  public struct Settings: Sendable {
    /// Prefixes kept.
    public var width = 100
    /// Tokens looked at in a frame, the most probable ones; 0 means all.
    public var tokenCount = 0
    /// Tokens less probable than this in a frame are not looked at.
    public var tokenMinLogProbability = -Float.infinity

    public init() {}

    /// - Throws: `invalidArgument` for a setting out of range.
    public func check() throws(Failure) {
      guard width >= 1, width <= 1 << 20 else {
        throw Failure(.invalidArgument, "width is \(width), expected 1 to \(1 << 20)")
      }
      guard tokenCount >= 0 else {
        throw Failure(.invalidArgument, "token_count is \(tokenCount), expected 0 or more")
      }
      guard tokenMinLogProbability <= 0 else {
        throw Failure(.invalidArgument, "token_min_log_probability is above 0 or no number, expected at most 0")
      }
    }
  }

  /// A prefix in the beam. Log-probabilities are relative to `offset`.
  private struct Entry {
    var node: Int32
    /// The last token; −1 for none.
    var last: Int32
    /// Of the paths that end in a blank, of those that end in the last token, and of both.
    var blank: Float
    var token: Float
    var total: Float
    /// What its text adds, relative to `textOffset`.
    var text: Float

    @inline(__always)
    var rank: Float { total + text }
  }

  private let settings: Settings
  /// Scores texts; nil where probabilities alone count.
  private let scorer: TextScorer?
  private let blank: Int
  private let classCount: Int
  private let storage: Storage
  private let prefixes: PrefixTree
  /// The best first, after each frame.
  private var beam: UnsafeMutablePointer<Entry>
  private(set) var count = 1
  /// What the prefixes of the beam become when nothing is added, then the next beam.
  private var kept: UnsafeMutablePointer<Entry>
  private var next: UnsafeMutablePointer<Entry>
  /// The frame's tokens.
  private var choices: Ranking
  /// The prefixes that go on.
  private var best: BeamRanking
  private let sums: LogSums
  /// ln of the factor that all probabilities in the beam were divided by: near one they keep their digits.
  private var offset = 0.0
  private var textOffset = 0.0
  /// The most that a token can add to a prefix' rank beside its probability.
  private let maximumGain: Float
  private var stable: Int32 = 0

  /// Settings and blank must have been checked.
  init(_ settings: Settings, blank: Int, classCount: Int, scorer: TextScorer? = nil) throws(Failure) {
    let width = settings.width
    // Where probabilities alone count, the best prefix makes `width` others by as many tokens and one to spare for its
    // last token: the tokens after them make none that are better.
    let limit = settings.tokenCount > 0 ? settings.tokenCount : scorer == nil ? width &+ 1 : classCount
    let choiceCount = min(classCount, limit)
    let candidates = 2 &* choiceCount &+ 3 &* width
    let entryBytes = 3 &* MemoryLayout<Entry>.stride &+ 2 &* MemoryLayout<Float>.stride
    let storage = try Storage(byteCount: candidates &* MemoryLayout<Candidate>.stride &+ width &* entryBytes)
    prefixes = try PrefixTree(capacity: 2 &* width, text: scorer?.start)
    self.storage = storage
    self.settings = settings
    self.scorer = scorer
    maximumGain = scorer?.maximumGain ?? 0
    self.blank = blank
    self.classCount = classCount
    let ranked = storage.base.bindMemory(to: Candidate.self, capacity: candidates)
    choices = Ranking(ranked, capacity: choiceCount)
    best = BeamRanking(ranked + 2 &* choiceCount, capacity: width)
    beam = UnsafeMutableRawPointer(ranked + candidates).bindMemory(to: Entry.self, capacity: 3 &* width)
    kept = beam + width
    next = kept + width
    let numbers = UnsafeMutableRawPointer(next + width).bindMemory(to: Float.self, capacity: 2 &* width)
    sums = LogSums(numbers, capacity: width)
    prefixes.nodes[0].place = 0
    beam[0] = Entry(node: 0, last: -1, blank: 0, token: -.infinity, total: 0, text: 0)
  }

  /// Frames of `classCount` log-probabilities.
  public func push(_ scores: LogProbabilities) throws(Failure) {
    guard scores.classCount == classCount else {
      throw Failure(.invalidArgument, "\(scores.classCount) classes, expected \(classCount) as before")
    }
    for frame in 0..<scores.frameCount { try advance(scores.row(frame)) }
  }

  // MARK: One frame

  private func advance(_ row: UnsafePointer<Float>) throws(Failure) {
    if settings.tokenCount > 0 { choose(row, from: settings.tokenMinLogProbability) }
    keepPrefixes(row)
    if settings.tokenCount == 0 {
      choose(row, from: max(settings.tokenMinLogProbability, best.threshold - beam[0].rank - maximumGain))
    }
    choices.sort()
    extend()
    best.sort()
    try select(row)
  }

  /// The frame's tokens with at least this score.
  @inline(never)
  private func choose(_ row: UnsafePointer<Float>, from lowest: Float) {
    choices.removeAll()
    // What is not above the next lower number is below the lowest score, and so is what is impossible.
    var limit = max(lowest, -.greatestFiniteMagnitude).nextDown
    var token = nextScore(in: row, from: 0, count: classCount, above: limit)
    while token < classCount {
      if token != blank {
        choices.offer(Candidate(score: row[token], ordinal: token, entry: 0, token: token))
        limit = max(limit, choices.threshold.nextDown)
      }
      token = nextScore(in: row, from: token &+ 1, count: classCount, above: limit)
    }
  }

  /// What each prefix is worth if nothing is added to it, or if its parent is extended to it.
  @inline(never)
  private func keepPrefixes(_ row: UnsafePointer<Float>) {
    let (nodes, blankScore) = (prefixes.nodes, row[blank])
    for index in 0..<count {
      let entry = beam[index]
      var (token, grown) = (-Float.infinity, -Float.infinity)
      if entry.last >= 0 {
        let score = row[Int(entry.last)]
        token = entry.token + score
        let place = Int(nodes[Int(nodes[Int(entry.node)].parent)].place)
        if place >= 0, isChosen(entry.last, score) {
          let source = beam[place]
          grown = (source.last == entry.last ? source.blank : source.total) + score
        }
      }
      sums.set(index, token, grown)
    }
    sums.add(count)
    for index in 0..<count {
      var entry = beam[index]
      entry.token = sums.values[index]
      entry.blank = entry.total + blankScore
      kept[index] = entry
      sums.set(index, entry.blank, entry.token)
    }
    sums.add(count)
    best.removeAll()
    for index in 0..<count {
      kept[index].total = sums.values[index]
      if kept[index].total > -.infinity {
        best.keep(Candidate(score: kept[index].rank, ordinal: index, entry: index, token: -1))
      }
    }
    best.beginOffers()
  }

  @inline(__always)
  private func isChosen(_ token: Int32, _ score: Float) -> Bool {
    if score < settings.tokenMinLogProbability { return false }
    if settings.tokenCount == 0 || choices.count < choices.capacity { return true }
    return Candidate(score: score, ordinal: Int(token), entry: 0, token: 0).key >= choices.items[0].key
  }

  /// New prefixes that may come among the best. The beam and the choices are sorted, so what follows a prefix that is
  /// too bad is worse.
  @inline(never)
  private func extend() {
    if choices.count == 0 { return }
    let scorer = scorer
    let followers = scorer?.followers
    followers?.begin(choices)
    let highest = choices.items[0].score + maximumGain
    for index in 0..<count {
      let entry = beam[index]
      if entry.rank + highest < best.threshold { break }
      let matches = followers?.find(after: prefixes.texts[Int(entry.node)].lexicon) ?? choices.count
      for match in 0..<matches {
        let number = followers.map { Int($0.places[match]) } ?? match
        let choice = choices.items[number]
        let score = choice.score
        if entry.rank + score + maximumGain < best.threshold {
          if followers == nil { break }
          continue
        }
        var rank = (choice.token == entry.last ? entry.blank : entry.total) + score
        if let scorer {
          rank += scorer.isNeutral(choice.token)
            ? entry.text : Float(scorer.rank(entry.node, choice.token, prefixes) - textOffset)
        }
        if rank < best.threshold || rank == -.infinity || isInBeam(entry.node, choice.token) { continue }
        let ordinal = count &+ index &* choices.count &+ number
        best.offer(Candidate(score: rank, ordinal: ordinal, entry: index, token: Int(choice.token)))
      }
    }
  }

  /// Whether a token makes another prefix of the beam from one.
  @inline(__always)
  private func isInBeam(_ node: Int32, _ token: Int32) -> Bool {
    let child = prefixes.child(of: node, token)
    return child >= 0 && prefixes[child].place >= 0
  }

  /// The best of kept and new prefixes become the beam.
  @inline(never)
  private func select(_ row: UnsafePointer<Float>) throws(Failure) {
    for index in 0..<count { prefixes.nodes[Int(beam[index].node)].place = -1 }
    for place in 0..<best.count {
      let candidate = best.items[place]
      let entry = Int(candidate.entry)
      next[place] = candidate.token < 0 ? kept[entry] : try extended(beam[entry], candidate.token, row)
      prefixes.nodes[Int(next[place].node)].place = Int32(place)
    }
    let oldCount = count
    count = best.count
    if count == 0 {
      // Frames that no path survives leave the empty text, whose probability is zero.
      next[0] = Entry(node: 0, last: -1, blank: -.infinity, token: -.infinity, total: -.infinity, text: 0)
      prefixes.nodes[0].place = 0
      count = 1
      stable = 0
    }
    for index in 0..<oldCount { prefixes.release(beam[index].node) }
    swap(&beam, &next)
    center()
  }

  private func extended(_ entry: Entry, _ token: Int32, _ row: UnsafePointer<Float>) throws(Failure) -> Entry {
    var node = prefixes.child(of: entry.node, token)
    if node < 0 {
      node = try prefixes.add(to: entry.node, token)
      if let scorer { prefixes.texts[Int(node)] = scorer.next(entry.node, token, prefixes) }
    }
    let score = (token == entry.last ? entry.blank : entry.total) + row[Int(token)]
    let text = scorer == nil ? 0 : Float(prefixes.texts[Int(node)].rank - textOffset)
    return Entry(node: node, last: token, blank: -.infinity, token: score, total: score, text: text)
  }

  /// Makes the best prefix' scores the ones that all others are relative to.
  private func center() {
    let highest = beam[0].total
    if highest > -.infinity {
      offset += Double(highest)
      for index in 0..<count {
        beam[index].blank -= highest
        beam[index].token -= highest
        beam[index].total -= highest
      }
    }
    guard scorer != nil else { return }
    let rank = prefixes.texts[Int(beam[0].node)].rank
    if rank == textOffset { return }
    textOffset = rank
    for index in 0..<count {
      beam[index].text = Float(prefixes.texts[Int(beam[index].node)].rank - textOffset)
    }
  }

  // MARK: Results

  /// The `limit` best texts so far, the best first, as if the frames ended here; aligned with the frames, which must be
  /// those that were pushed. Texts that end in the middle of a word that must be in a lexicon are among them only when
  /// there are no others.
  func hypotheses(_ limit: Int, in scores: LogProbabilities) throws(Failure) -> [Hypothesis] {
    let isStrict = rank(isStrict: true)
    if !isStrict { _ = rank(isStrict: false) }
    best.sort()
    var texts: [FoundText] = []
    for place in 0..<min(max(limit, 0), best.count) {
      let candidate = best.items[place]
      let entry = beam[Int(candidate.entry)]
      let text = end(of: entry, isStrict: isStrict)
      texts.append(
        FoundText(
          tokens: prefixes.tokens(to: entry.node), score: Double(candidate.score) + offset + textOffset,
          acoustic: Double(entry.total) + offset, language: text.language, bonus: text.bonus))
    }
    let classes = try FrameClasses(scores, blank: blank, texts)
    var hypotheses: [Hypothesis] = []
    for text in texts { hypotheses.append(try Hypothesis(text, in: scores, classes, blank: blank)) }
    return hypotheses
  }

  /// Whether any prefix is a text that may be.
  private func rank(isStrict: Bool) -> Bool {
    best.removeAll()
    for index in 0..<count {
      let entry = beam[index]
      let rank = entry.total + Float(end(of: entry, isStrict: isStrict).rank - textOffset)
      if rank == -.infinity, isStrict { continue }
      best.keep(Candidate(score: rank, ordinal: index, entry: index, token: -1))
    }
    best.beginOffers()
    return best.count > 0
  }

  private func end(of entry: Entry, isStrict: Bool) -> TextState {
    guard let scorer else { return TextState() }
    return scorer.end(entry.node, prefixes, isStrict: isStrict)
  }

  /// What all prefixes in the beam begin with: no frame to come changes it.
  public func stablePrefix() -> [Int32] {
    stable = prefixes.commonPrefix(from: stable)
    return prefixes.tokens(to: stable)
  }
}

/// A text that a search found.
struct FoundText {
  var tokens: [Int32]
  /// What it was ranked by: the sum of what follows.
  var score: Double
  /// ln of the probability of all paths in the beam that spell it.
  var acoustic: Double
  /// What its text adds: the language model's part, and all else.
  var language: Double
  var bonus: Double
}
