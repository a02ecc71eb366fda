import CSystem
import Tensors

/// What a search adds to the log-probability of a text: for its words or characters, and for phrases.
public struct TextSettings {
  public var lexicon: Lexicon?
  /// Taken off for each word that is not in the lexicon; infinite for a search that finds no such words.
  public var lexiconPenalty = Float.infinity
  public var languageModel: LanguageModel?
  /// Asked instead of a language model.
  public var customModel: CustomLanguageModel?
  /// Weight of the language model's ln P, and what is added for each of its words.
  public var alpha: Float = 0
  public var beta: Float = 0
  /// Added to ln P of a word that the language model does not know.
  public var unknownScore: Float = 0
  /// Whether a text is the beginning of a sentence, and its end.
  public var begins = true
  public var ends = true

  public init() {}

  var hasLanguageModel: Bool { languageModel != nil || customModel != nil }

  /// - Throws: `invalidArgument` for a setting out of range.
  func check() throws(Failure) {
    guard lexiconPenalty >= 0 else { throw Failure(.invalidArgument, "lexicon_penalty is below 0 or no number") }
    guard alpha >= 0, alpha <= 1e6, abs(beta) <= 1e6, abs(unknownScore) <= 1e6 else {
      throw Failure(
        .invalidArgument, "alpha, beta or unknown_score is beyond a million or no number, or alpha is below 0")
    }
    guard languageModel == nil || customModel == nil else {
      throw Failure(.invalidArgument, "a language model and a scorer are given, expected one of them")
    }
  }
}

/// A language model that the program brings along.
public struct CustomLanguageModel {
  /// (state, word as UTF-8 with a NUL, or NULL at the end; state after the word; user data) → ln P(word | state)
  public typealias Function =
    @convention(c) (UInt64, UnsafePointer<CChar>?, UnsafeMutablePointer<UInt64>?, UnsafeMutableRawPointer?) -> Float

  public var function: Function
  public var userData: UnsafeMutableRawPointer?
  public var isCharacterModel: Bool

  public init(function: Function, userData: UnsafeMutableRawPointer?, isCharacterModel: Bool) {
    self.function = function
    self.userData = userData
    self.isCharacterModel = isCharacterModel
  }
}

/// What a search knows of a prefix' text.
struct TextState {
  /// Weighted scores of the language model, and all else that the text adds for good.
  var language = 0.0
  var bonus = 0.0
  /// What the text adds as long as nothing contradicts it.
  var partial: Float = 0
  var hotwords: UInt32 = 0
  var model: UInt64 = 0
  var lexicon: UInt32 = 0
  var isInWord = false
  /// Whether the word has left the lexicon.
  var isOutside = false

  /// What the prefix is ranked by beside its log-probability; −infinity for a text that must not be.
  @inline(__always)
  var rank: Double { language + bonus + Double(partial) }
}

/// Scores texts while they grow, label by label: those of one search at a time.
final class TextScorer {
  private let labels: LabelTexts
  private let settings: TextSettings
  private let hotwords: Hotwords?
  private let lexicon: Lexicon?
  /// Whether words matter, and whether characters do.
  private let hasWords: Bool
  private let hasCharacters: Bool
  /// The most that a label can add.
  let maximumGain: Float
  /// The word at hand; longer ones are unknown.
  private let word: Storage
  private static let wordCapacity = 1024
  /// The visit, counted from 1, that last found each byte among the followers.
  private let followerStorage: Storage
  private let followers: UnsafeMutablePointer<UInt64>
  private var visit: UInt64 = 0

  init(_ labels: LabelTexts, _ settings: TextSettings, hotwords: Hotwords?) throws(Failure) {
    self.labels = labels
    self.settings = settings
    self.hotwords = hotwords
    lexicon = settings.lexicon
    let isCharacterModel = settings.languageModel?.isCharacterModel ?? settings.customModel?.isCharacterModel ?? false
    hasCharacters = settings.hasLanguageModel && isCharacterModel
    hasWords = settings.hasLanguageModel && !isCharacterModel || lexicon != nil
    word = try Storage(byteCount: TextScorer.wordCapacity + 1)
    followerStorage = try Storage(byteCount: 256 * MemoryLayout<UInt64>.stride)
    followers = followerStorage.base.bindMemory(to: UInt64.self, capacity: 256)
    followers.initialize(repeating: 0, count: 256)
    var gain = Float(labels.mostBytes) * (hotwords?.maximumGain ?? 0)
    if settings.hasLanguageModel {
      let units = Float(hasCharacters ? labels.mostCharacters : labels.mostSpaces)
      gain += units * (max(settings.beta, 0) + settings.alpha * max(settings.unknownScore, 0))
    }
    maximumGain = gain
  }

  var start: TextState {
    var state = TextState()
    state.hotwords = hotwords?.start ?? 0
    state.lexicon = lexicon?.root ?? 0
    if settings.begins, let model = settings.languageModel { state.model = UInt64(model.startState) }
    return state
  }

  /// Asks which labels a text may go on with, for `mayFollow`. Looking at each label's first byte is enough to tell most
  /// of those that no word of the lexicon has there.
  func noteFollowers(of node: Int32, _ prefixes: PrefixTree) {
    guard let lexicon, settings.lexiconPenalty == .infinity else { return }
    let state = prefixes.texts[Int(node)]
    visit &+= 1
    lexicon.forEachByte(after: state.lexicon) { followers[Int($0)] = visit }
    if !state.isInWord || lexicon.isWord(state.lexicon) { followers[Int(UInt8(ascii: " "))] = visit }
  }

  @inline(__always)
  func mayFollow(_ token: Int32) -> Bool {
    if visit == 0 { return true }
    let start = Int(labels.starts[Int(token)])
    return start == Int(labels.starts[Int(token) &+ 1]) || followers[Int(labels.bytes[start])] == visit
  }

  /// The text of a node with one more label.
  func next(_ node: Int32, _ token: Int32, _ prefixes: PrefixTree) -> TextState {
    var next = prefixes.texts[Int(node)]
    let start = Int(labels.starts[Int(token)])
    for index in start..<Int(labels.starts[Int(token) &+ 1]) {
      let byte = labels.bytes[index]
      if hasWords {
        if byte != UInt8(ascii: " ") {
          enterWord(byte, &next)
        } else if next.isInWord {
          endWord(&next, start..<index, node, prefixes.nodes, isStrict: true)
        }
      }
      if hasCharacters, labels.isCharacterStart(index) { addCharacter(index, to: &next) }
      addToPhrases(byte, &next)
    }
    if let hotwords { next.partial = hotwords.partial(next.hotwords) }
    return next
  }

  /// The text at its end, which ends a word as a space does.
  /// - Parameter isStrict: whether an unfinished word is none.
  func end(_ node: Int32, _ prefixes: PrefixTree, isStrict: Bool) -> TextState {
    var end = prefixes.texts[Int(node)]
    if end.isInWord { endWord(&end, 0..<0, node, prefixes.nodes, isStrict: isStrict) }
    addToPhrases(UInt8(ascii: " "), &end)
    end.partial = 0
    if settings.ends, settings.alpha > 0 {
      if let model = settings.languageModel {
        add(model.endScore(after: UInt32(truncatingIfNeeded: end.model)), to: &end)
      } else if let model = settings.customModel {
        var ignored: UInt64 = 0
        add(model.function(end.model, nil, &ignored, model.userData), to: &end)
      }
    }
    return end
  }

  // MARK: Phrases and words

  @inline(__always)
  private func addToPhrases(_ byte: UInt8, _ state: inout TextState) {
    guard let hotwords else { return }
    let (next, credit) = hotwords.next(state.hotwords, byte)
    state.hotwords = next
    state.bonus += Double(credit)
  }

  @inline(__always)
  private func enterWord(_ byte: UInt8, _ state: inout TextState) {
    state.isInWord = true
    guard let lexicon, !state.isOutside else { return }
    if let node = lexicon.step(state.lexicon, byte) {
      state.lexicon = node
    } else {
      state.isOutside = true
      state.bonus -= Double(settings.lexiconPenalty)
    }
  }

  /// - Parameter range: the bytes of the last label that belong to the word.
  @inline(never)
  private func endWord(
    _ state: inout TextState, _ range: Range<Int>, _ node: Int32, _ nodes: UnsafeMutablePointer<PrefixTree.Node>,
    isStrict: Bool
  ) {
    if let lexicon {
      if isStrict, !state.isOutside, !lexicon.isWord(state.lexicon) { state.bonus -= Double(settings.lexiconPenalty) }
      state.lexicon = lexicon.root
      state.isOutside = false
    }
    state.isInWord = false
    guard settings.hasLanguageModel, !hasCharacters, state.bonus > -.infinity else { return }
    let text = gather(range, node, nodes)
    let word = settings.languageModel.map { text.isEmpty ? 0 : $0.word(text) } ?? 0
    addUnit(word, text, to: &state)
  }

  /// The bytes of a word that ends in a part of a label after a prefix; none when they are too many.
  private func gather(
    _ range: Range<Int>, _ node: Int32, _ nodes: UnsafeMutablePointer<PrefixTree.Node>
  ) -> UnsafeBufferPointer<UInt8> {
    let base = word.base.assumingMemoryBound(to: UInt8.self)
    var first = TextScorer.wordCapacity
    base[first] = 0
    var (range, node) = (range, node)
    while true {
      for index in range.reversed() {
        if labels.bytes[index] == UInt8(ascii: " ") {
          return UnsafeBufferPointer(start: base + first, count: TextScorer.wordCapacity &- first)
        }
        if first == 0 { return UnsafeBufferPointer(start: nil, count: 0) }
        first &-= 1
        base[first] = labels.bytes[index]
      }
      if node <= 0 { return UnsafeBufferPointer(start: base + first, count: TextScorer.wordCapacity &- first) }
      let token = Int(nodes[Int(node)].token)
      range = Int(labels.starts[token])..<Int(labels.starts[token &+ 1])
      node = nodes[Int(node)].parent
    }
  }

  // MARK: Language model

  @inline(never)
  private func addCharacter(_ index: Int, to state: inout TextState) {
    if settings.languageModel != nil {
      addUnit(labels.character(at: index), UnsafeBufferPointer(start: nil, count: 0), to: &state)
      return
    }
    let length = labels.length(ofCharacterAt: index)
    let base = word.base.assumingMemoryBound(to: UInt8.self)
    for place in 0..<length { base[place] = labels.bytes[index &+ place] }
    base[length] = 0
    addUnit(0, UnsafeBufferPointer(start: base, count: length), to: &state)
  }

  /// Scores a word or character of the language model. A custom one is given its text, which a NUL follows.
  private func addUnit(_ word: UInt32, _ text: UnsafeBufferPointer<UInt8>, to state: inout TextState) {
    state.bonus += Double(settings.beta)
    guard settings.alpha > 0 else { return }
    if let model = settings.languageModel {
      let next = model.score(word, after: UInt32(truncatingIfNeeded: state.model))
      state.model = UInt64(next.state)
      add(next.logProbability, to: &state)
      if word == 0 { state.language += Double(settings.alpha * settings.unknownScore) }
    } else if let model = settings.customModel {
      var next: UInt64 = 0
      let start = text.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
      add(start == nil ? -.infinity : model.function(state.model, start, &next, model.userData), to: &state)
      state.model = next
    }
  }

  /// No probability is above one; what is no number is impossible.
  private func add(_ logProbability: Float, to state: inout TextState) {
    state.language += logProbability <= 0 ? Double(settings.alpha * logProbability) : logProbability > 0 ? 0 : -.infinity
  }
}
