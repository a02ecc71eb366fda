import CSystem
import Tensors

/// Prefix beam search (Graves 2012, section 7.5.3; Hannun et al. 2014): the most probable texts rather than the most
/// probable path.
///
/// Every prefix in the beam has two log-probabilities, those of the paths that end in its last token and those that end
/// in a blank; paths that come to one prefix in different ways are summed. A frame extends each prefix by each token
/// that is not pruned, and the `width` best prefixes go on. Among equals the one found first goes on: the same input
/// gives the same result.
///
/// Pushing the frames in parts gives the same as all at once.
public struct PrefixBeamSearch {
  public struct Settings: Sendable {
    public var blank = 0
    /// Prefixes kept.
    public var width = 100
    /// Tokens looked at in a frame, the most probable ones; 0 means all.
    public var tokenCount = 0
    /// Tokens less probable than this in a frame are not looked at.
    public var tokenMinLogProbability = -Float.infinity

    public init() {}
  }

  /// A prefix in the beam.
  private struct Entry {
    var node: Int32
    /// ln of the probability of the paths that end in a blank, and of those that end in the last token.
    var blank: Float
    var token: Float
    var total: Float
  }

  private let settings: Settings
  private let classCount: Int
  private var prefixes = PrefixTree()
  /// The best first, after each frame.
  private var beam: [Entry] = []
  private var next: [Entry] = []
  /// The frame's tokens.
  private var choices: [Ranked] = []
  /// The prefixes that the frame makes: place of the parent in the beam times the number of classes, plus the token.
  private var extensions: [Ranked] = []
  private var order: [Ranked] = []

  /// - Throws: `invalidArgument` for a setting out of range.
  public init(_ settings: Settings, classCount: Int) throws(Failure) {
    try check(blank: settings.blank, classCount: classCount)
    guard settings.width >= 1, settings.width <= 1 << 20 else {
      throw Failure(.invalidArgument, "width is \(settings.width), expected 1 to \(1 << 20)")
    }
    guard settings.tokenCount >= 0 else {
      throw Failure(.invalidArgument, "token_count is \(settings.tokenCount), expected 0 or more")
    }
    self.settings = settings
    self.classCount = classCount
    beam.reserveCapacity(settings.width)
    next.reserveCapacity(2 * settings.width)
    beam.append(Entry(node: 0, blank: 0, token: -.infinity, total: 0))
  }

  /// Frames of `classCount` log-probabilities.
  public mutating func push(_ scores: LogProbabilities) throws(Failure) {
    guard scores.classCount == classCount else {
      throw Failure(.invalidArgument, "\(scores.classCount) classes, expected \(classCount) as before")
    }
    for frame in 0..<scores.frameCount { try advance(scores.row(frame)) }
  }

  // MARK: One frame

  private mutating func advance(_ row: UnsafePointer<Float>) throws(Failure) {
    choose(row)
    keepPrefixes(row)
    extend()
    try select()
  }

  /// The frame's tokens, the most probable first.
  private mutating func choose(_ row: UnsafePointer<Float>) {
    choices.removeAll(keepingCapacity: true)
    for token in 0..<classCount where token != settings.blank && row[token] >= settings.tokenMinLogProbability {
      if row[token] > -.infinity { choices.append(Ranked(score: row[token], number: token)) }
    }
    sort(&choices)
    if settings.tokenCount > 0, choices.count > settings.tokenCount {
      choices.removeSubrange(settings.tokenCount...)
    }
  }

  /// What each prefix is worth if nothing is added to it, or if its parent is extended to it.
  private mutating func keepPrefixes(_ row: UnsafePointer<Float>) {
    for (index, entry) in beam.enumerated() { prefixes[entry.node].place = Int32(index) }
    next.removeAll(keepingCapacity: true)
    let blank = row[settings.blank]
    for entry in beam {
      var kept = Entry(node: entry.node, blank: entry.total + blank, token: -.infinity, total: 0)
      if entry.node != 0 {
        let node = prefixes[entry.node]
        let score = row[Int(node.token)]
        kept.token = entry.token + score
        let parent = prefixes[node.parent]
        if parent.place >= 0, isChosen(node.token, score) {
          let source = beam[Int(parent.place)]
          kept.token = logSum(kept.token, (parent.token == node.token ? source.blank : source.total) + score)
        }
      }
      kept.total = logSum(kept.blank, kept.token)
      next.append(kept)
    }
  }

  private func isChosen(_ token: Int32, _ score: Float) -> Bool {
    guard let last = choices.last else { return false }
    return score > last.score || (score == last.score && Int(token) <= last.number)
  }

  /// New prefixes that may come among the best. The beam and the choices are sorted, so what follows a prefix that is
  /// too bad is worse.
  private mutating func extend() {
    extensions.removeAll(keepingCapacity: true)
    guard let best = choices.first else { return }
    var bound = -Float.infinity
    if next.count >= settings.width {
      bound = next[0].total
      for entry in next { bound = min(bound, entry.total) }
    }
    for (index, entry) in beam.enumerated() {
      if entry.total + best.score < bound { break }
      let last = prefixes[entry.node].token
      for choice in choices {
        if entry.total + choice.score < bound { break }
        let token = Int32(choice.number)
        let score = (token == last ? entry.blank : entry.total) + choice.score
        if score == -.infinity || score < bound { continue }
        if let child = prefixes.child(of: entry.node, token), prefixes[child].place >= 0 { continue }
        extensions.append(Ranked(score: score, number: index &* classCount &+ choice.number))
      }
    }
  }

  /// The best of kept and new prefixes become the beam.
  private mutating func select() throws(Failure) {
    for entry in beam { prefixes[entry.node].place = -1 }
    sort(&extensions)
    for new in extensions.prefix(settings.width) {
      let parent = beam[new.number / classCount].node
      let node = try prefixes.add(to: parent, Int32(new.number % classCount))
      next.append(Entry(node: node, blank: -.infinity, token: new.score, total: new.score))
    }
    order.removeAll(keepingCapacity: true)
    for (index, entry) in next.enumerated() where entry.total > -.infinity {
      order.append(Ranked(score: entry.total, number: index))
    }
    sort(&order)
    beam.removeAll(keepingCapacity: true)
    for entry in order.prefix(settings.width) { beam.append(next[entry.number]) }
    // Frames that no path survives leave the empty text, whose probability is zero.
    if beam.isEmpty { beam.append(Entry(node: 0, blank: -.infinity, token: -.infinity, total: -.infinity)) }
  }

  // MARK: Results

  /// The `count` best texts so far, the best first: tokens, and ln of the probability of all paths in the beam that
  /// spell them.
  public func best(_ count: Int) -> [(tokens: [Int32], score: Float)] {
    beam.prefix(max(count, 0)).map { (prefixes.tokens(to: $0.node), $0.total) }
  }
}

/// Something with a score.
private struct Ranked {
  var score: Float
  var number: Int
}

/// The highest score first, the lowest number among equals.
private func sort(_ items: inout [Ranked]) {
  items.sort { $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number }
}
