import CSystem
import Tensors

/// What a search knows of a prefix' text.
struct TextState {
  /// Weighted scores of the language model, and all else that the text adds for good.
  var language = 0.0
  var bonus = 0.0
  /// What the text adds as long as nothing contradicts it.
  var partial: Float = 0
  var hotwords: Int32 = 0
  var model: UInt64 = 0
  var lexicon: UInt32 = 0
  /// What it is ranked by with a space after it; no number where that was not asked for yet.
  var rankWithSpace = Double.nan
  var isInWord = false
  /// Whether the word has left the lexicon.
  var isOutside = false

  /// What the prefix is ranked by beside its log-probability; −infinity for a text that must not be.
  @inline(__always)
  var rank: Double { language + bonus + Double(partial) }
}

/// What a label adds to texts that it may follow.
private enum LabelKind: UInt8 {
  /// Nothing at once.
  case neutral
  /// What its one space does.
  case space
  case other
}

/// Scores texts while they grow, label by label: those of one search at a time.
final class TextScorer {
  private let decoder: Decoder
  private let labels: Labels
  private let blank: Int
  private let hotwords: Hotwords?
  private let lexicon: Lexicon?
  /// Whether words matter, and whether characters do.
  private let hasWords: Bool
  private let hasCharacters: Bool
  /// The most that a label can add.
  let maximumGain: Float
  /// Room for what follows.
  private let storage: Storage
  /// Of each class.
  private let kinds: UnsafeMutablePointer<LabelKind>
  /// Tells which labels may follow, where only words of a lexicon may be found.
  let followers: Followers?
  /// The words of a character model at each byte of the labels that was looked at.
  private let characters: UnsafeMutablePointer<UInt32>
  /// The word at hand, with a NUL.
  private let word: UnsafeMutablePointer<UInt8>
  /// Longer words are unknown.
  private static let wordCapacity = 1023

  init(_ decoder: Decoder, _ labels: Labels, blank: Int, hotwords: Hotwords?) throws(Failure) {
    let hasCharacters = decoder.hasCharacterModel
    let characterCount = hasCharacters ? labels.byteCount : 0
    let characterBytes = characterCount &* MemoryLayout<UInt32>.stride
    let storage = try Storage(byteCount: characterBytes &+ labels.count &+ 1 &+ TextScorer.wordCapacity &+ 1)
    self.storage = storage
    self.decoder = decoder
    self.labels = labels
    self.blank = blank
    self.hotwords = hotwords
    lexicon = decoder.lexicon
    self.hasCharacters = hasCharacters
    hasWords = decoder.hasLanguageModel && !hasCharacters || decoder.lexicon != nil
    var followers: Followers?
    if let lexicon = decoder.lexicon, decoder.lexiconPenalty == .infinity {
      followers = try Followers(lexicon, labels, blank: blank)
    }
    self.followers = followers
    characters = storage.base.bindMemory(to: UInt32.self, capacity: characterCount)
    characters.initialize(repeating: .max, count: characterCount)
    kinds = UnsafeMutableRawPointer(characters + characterCount).bindMemory(
      to: LabelKind.self, capacity: labels.count + 1)
    word = UnsafeMutableRawPointer(kinds + labels.count + 1).bindMemory(
      to: UInt8.self, capacity: TextScorer.wordCapacity + 1)
    let hasNeutral = hotwords == nil && !hasCharacters && (followers != nil || decoder.lexicon == nil)
    for index in 0...labels.count {
      let text = labels.text(ofClass: index, blank: blank)
      kinds[index] = .other
      if text.contains(UInt8(ascii: " ")) {
        if text.count == 1 { kinds[index] = .space }
      } else if hasNeutral, followers == nil || text.count == 1 {
        // In a lexicon, the first byte alone was made sure of.
        kinds[index] = .neutral
      }
    }
    var (mostBytes, mostUnits) = (0, 0)
    for index in 0..<labels.count {
      var units = 0
      for byte in labels[index] where hasCharacters ? byte & 0xC0 != 0x80 : byte == UInt8(ascii: " ") { units &+= 1 }
      mostBytes = max(mostBytes, labels[index].count)
      mostUnits = max(mostUnits, units)
    }
    var gain = Float(mostBytes) * (hotwords?.maximumGain ?? 0)
    if decoder.hasLanguageModel {
      gain += Float(mostUnits) * (max(decoder.beta, 0) + decoder.alpha * max(decoder.unknownScore, 0))
    }
    maximumGain = gain
  }

  var start: TextState {
    var state = TextState()
    state.hotwords = hotwords?.start ?? 0
    state.lexicon = lexicon?.root ?? 0
    if decoder.begins, let model = decoder.languageModel { state.model = UInt64(model.startState) }
    return state
  }

  /// Whether the label adds nothing to a text that it may follow.
  @inline(__always)
  func isNeutral(_ token: Int32) -> Bool { kinds[Int(token)] == .neutral }

  /// What the text of a node with one more label is ranked by.
  func rank(_ node: Int32, _ token: Int32, _ prefixes: PrefixTree) -> Double {
    guard kinds[Int(token)] == .space else { return next(node, token, prefixes).rank }
    // Most of what there is to compute, and the same as long as the text is in the beam.
    let known = prefixes.texts[Int(node)].rankWithSpace
    if known == known { return known }
    let rank = next(node, token, prefixes).rank
    prefixes.texts[Int(node)].rankWithSpace = rank
    return rank
  }

  /// The text of a node with one more label.
  func next(_ node: Int32, _ token: Int32, _ prefixes: PrefixTree) -> TextState {
    var next = prefixes.texts[Int(node)]
    next.rankWithSpace = .nan
    let text = labels.text(ofClass: Int(token), blank: blank)
    for index in 0..<text.count {
      let byte = text[index]
      if hasWords {
        if byte != UInt8(ascii: " ") {
          enterWord(byte, &next)
        } else if next.isInWord {
          endWord(&next, UnsafeBufferPointer(rebasing: text[..<index]), node, prefixes.nodes, isStrict: true)
        }
      }
      if hasCharacters, byte & 0xC0 != 0x80 { addCharacter(text, index, token, to: &next) }
      addToPhrases(byte, &next)
    }
    if let hotwords { next.partial = hotwords.partial(next.hotwords) }
    return next
  }

  /// The text at its end, which ends a word as a space does.
  /// - Parameter isStrict: whether an unfinished word is none.
  func end(_ node: Int32, _ prefixes: PrefixTree, isStrict: Bool) -> TextState {
    var end = prefixes.texts[Int(node)]
    if end.isInWord {
      endWord(&end, UnsafeBufferPointer(start: nil, count: 0), node, prefixes.nodes, isStrict: isStrict)
    }
    addToPhrases(UInt8(ascii: " "), &end)
    end.partial = 0
    if decoder.ends, decoder.alpha > 0 {
      if let model = decoder.languageModel {
        add(model.endScore(after: UInt32(truncatingIfNeeded: end.model)), to: &end)
      } else if let score = decoder.scorer {
        var ignored: UInt64 = 0
        add(score(end.model, nil, &ignored, decoder.scorerData), to: &end)
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
      state.bonus -= Double(decoder.lexiconPenalty)
    }
  }

  /// - Parameter rest: the bytes of the last label that belong to the word.
  @inline(never)
  private func endWord(
    _ state: inout TextState, _ rest: UnsafeBufferPointer<UInt8>, _ node: Int32,
    _ nodes: UnsafeMutablePointer<PrefixTree.Node>, isStrict: Bool
  ) {
    if let lexicon {
      if isStrict, !state.isOutside, !lexicon.isWord(state.lexicon) { state.bonus -= Double(decoder.lexiconPenalty) }
      state.lexicon = lexicon.root
      state.isOutside = false
    }
    state.isInWord = false
    guard decoder.hasLanguageModel, !hasCharacters, state.bonus > -.infinity else { return }
    let text = gather(rest, node, nodes)
    addUnit(text.isEmpty ? 0 : decoder.languageModel?.word(text) ?? 0, text, to: &state)
  }

  /// The bytes of a word that ends in a part of a label after a prefix; none when they are too many.
  private func gather(
    _ rest: UnsafeBufferPointer<UInt8>, _ node: Int32, _ nodes: UnsafeMutablePointer<PrefixTree.Node>
  ) -> UnsafeBufferPointer<UInt8> {
    var first = TextScorer.wordCapacity
    word[first] = 0
    var (text, node) = (rest, node)
    while true {
      var index = text.count
      while index > 0, text[index &- 1] != UInt8(ascii: " ") {
        index &-= 1
        if first == 0 { return UnsafeBufferPointer(start: nil, count: 0) }
        first &-= 1
        word[first] = text[index]
      }
      if index > 0 || node <= 0 {
        return UnsafeBufferPointer(start: word + first, count: TextScorer.wordCapacity &- first)
      }
      text = labels.text(ofClass: Int(nodes[Int(node)].token), blank: blank)
      node = nodes[Int(node)].parent
    }
  }

  // MARK: Language model

  @inline(never)
  private func addCharacter(
    _ text: UnsafeBufferPointer<UInt8>, _ index: Int, _ token: Int32, to state: inout TextState
  ) {
    var end = index &+ 1
    while end < min(index &+ 4, text.count), text[end] & 0xC0 == 0x80 { end &+= 1 }
    let character = UnsafeBufferPointer(rebasing: text[index..<end])
    if let model = decoder.languageModel {
      let place = characters + labels.start(ofClass: Int(token), blank: blank) + index
      if place.pointee == .max { place.pointee = model.word(character) }
      addUnit(place.pointee, character, to: &state)
      return
    }
    for place in 0..<character.count { word[place] = character[place] }
    word[character.count] = 0
    addUnit(0, UnsafeBufferPointer(start: word, count: character.count), to: &state)
  }

  /// Scores a word or character of the language model. A custom one is given its text, which a NUL follows.
  private func addUnit(_ word: UInt32, _ text: UnsafeBufferPointer<UInt8>, to state: inout TextState) {
    state.bonus += Double(decoder.beta)
    guard decoder.alpha > 0 else { return }
    if let model = decoder.languageModel {
      let next = model.score(word, after: UInt32(truncatingIfNeeded: state.model))
      state.model = UInt64(next.state)
      add(next.logProbability, to: &state)
      if word == 0 { state.language += Double(decoder.alpha * decoder.unknownScore) }
    } else if let score = decoder.scorer {
      var next: UInt64 = 0
      let start = text.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
      add(start == nil ? -.infinity : score(state.model, start, &next, decoder.scorerData), to: &state)
      state.model = next
    }
  }

  /// No probability is above one; what is no number is impossible.
  private func add(_ logProbability: Float, to state: inout TextState) {
    let isNumber = logProbability == logProbability
    state.language += isNumber ? Double(decoder.alpha * min(logProbability, 0)) : -.infinity
  }
}
