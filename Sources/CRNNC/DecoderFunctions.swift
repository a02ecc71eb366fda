import CCRNN
import CSystem
import CTC
import Engine
import Tensors

@c @implementation
public func crnn_decoder_create(
  _ options: UnsafePointer<crnn_ctc_options>!, _ beam: UnsafePointer<crnn_beam_options>!,
  _ decoder: UnsafeMutablePointer<OpaquePointer?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(decoder, "decoder")
    result.pointee = nil
    let options = try sized(options, zero: crnn_ctc_options(), "options")
    let beam = try sized(beam, zero: crnn_beam_options(), "beam")
    var settings = Decoder.Settings()
    settings.blank = Int(options.blank)
    settings.kind = try kind(options)
    settings.labels = try labels(options, classCount: options.label_count &+ 1)
    guard settings.blank >= 0 else { throw Failure(.invalidArgument, "options.blank is \(settings.blank)") }
    if beam.width != 0 { settings.search.width = Int(beam.width) }
    settings.search.tokenCount = Int(beam.token_count)
    if beam.token_min_log_probability != 0 {
      settings.search.tokenMinLogProbability = beam.token_min_log_probability
    }
    settings.text = try textSettings(beam)
    settings.hotwords = try phrases(beam.hotwords, beam.hotword_count)
    result.pointee = HandleTable.shared.add(try Decoder(settings), .decoder)
  }
}

private func textSettings(_ beam: crnn_beam_options) throws(Failure) -> TextSettings {
  var text = TextSettings()
  text.alpha = beam.alpha
  text.beta = beam.beta
  text.unknownScore = beam.unknown_score
  text.begins = beam.continues_sentence == 0
  text.ends = beam.unfinished_sentence == 0
  if beam.lexicon_penalty != 0 { text.lexiconPenalty = beam.lexicon_penalty }
  if let handle = beam.lexicon { text.lexicon = try lexicon(handle) }
  if let handle = beam.language_model { text.languageModel = try languageModel(handle) }
  if let function = beam.scorer {
    let unit = beam.scorer_unit.rawValue == 0 ? CRNN_WORDS : beam.scorer_unit
    guard unit == CRNN_WORDS || unit == CRNN_CHARACTERS else {
      throw Failure(.invalidArgument, "beam.scorer_unit is \(unit.rawValue), which is no crnn_text_unit")
    }
    text.customModel = CustomLanguageModel(
      function: function, userData: beam.scorer_data, isCharacterModel: unit == CRNN_CHARACTERS)
  }
  return text
}

/// The caller's phrases.
private func phrases(_ hotwords: UnsafePointer<crnn_hotword>?, _ count: Int) throws(Failure) -> [Hotwords.Phrase] {
  guard count >= 0, count <= 1 << 24 else { throw Failure(.invalidArgument, "hotword_count is \(count)") }
  if count == 0 { return [] }
  let hotwords = try required(hotwords, "hotwords")
  var phrases: [Hotwords.Phrase] = []
  for index in 0..<count {
    guard let text = hotwords[index].text else { throw Failure(.invalidArgument, "hotwords[\(index)].text is NULL") }
    phrases.append(
      Hotwords.Phrase(
        text: Array(bytes(of: text)), boost: hotwords[index].boost, isAnywhere: hotwords[index].anywhere != 0))
  }
  return phrases
}

/// The phrases of a call; nil for the decoder's own.
func hotwords(_ options: crnn_decode_options) throws(Failure) -> Hotwords? {
  if options.hotwords == nil, options.hotword_count == 0 { return nil }
  return try Hotwords(phrases(options.hotwords, options.hotword_count))
}

@c @implementation
public func crnn_decoder_release(_ decoder: OpaquePointer!) { release(decoder, .decoder) }

@c @implementation
public func crnn_decoder_decode(
  _ decoder: OpaquePointer!, _ scores: UnsafePointer<crnn_tensor>!, _ options: UnsafePointer<crnn_decode_options>!,
  _ results: UnsafeMutablePointer<UnsafeMutablePointer<crnn_hypotheses>?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let decoder = try CRNNC.decoder(decoder)
    let results = try required(results, "results")
    let options = try sized(options, zero: crnn_decode_options(), "options")
    let batch = try Batch(required(scores, "scores"), options, kind: decoder.settings.kind)
    let hotwords = try hotwords(options)
    for sequence in 0..<batch.count { results[sequence] = nil }
    var sequence = 0
    do throws(Failure) {
      while sequence < batch.count {
        let found = try decoder.decode(batch[sequence], limit: batch.limit, hotwords: hotwords)
        results[sequence] = try HypothesisBlock(found, decoder.settings).allocated()
        sequence += 1
      }
      withExtendedLifetime(batch) {}
    } catch {
      for index in 0..<sequence {
        free(results[index])
        results[index] = nil
      }
      throw batch.count > 1 ? error.within("sequence \(sequence)") : error
    }
  }
}

@c @implementation
public func crnn_hypotheses_free(_ hypotheses: UnsafeMutablePointer<crnn_hypotheses>!) { free(hypotheses) }

/// The sequences of a tensor.
private struct Batch {
  let count: Int
  /// Texts wanted of each.
  let limit: Int
  private let values: FloatValues
  private let frameCount: Int
  private let classCount: Int
  private let isTimeMajor: Bool
  private let lengths: UnsafePointer<Int32>?
  private let kind: ScoreKind

  init(
    _ scores: UnsafePointer<crnn_tensor>, _ options: crnn_decode_options, kind: ScoreKind
  ) throws(Failure) {
    values = try FloatValues(scores.pointee, "scores")
    let shape = values.shape
    guard shape.count == 2 || shape.count == 3 else {
      throw Failure(.invalidInput, "scores has rank \(shape.count), expected 2, or 3 for a batch")
    }
    guard options.hypothesis_count >= 0 else {
      throw Failure(.invalidArgument, "options.hypothesis_count is \(options.hypothesis_count), expected 0 or more")
    }
    limit = max(1, Int(options.hypothesis_count))
    isTimeMajor = options.time_major != 0
    count = shape.count == 2 ? 1 : shape[isTimeMajor ? 1 : 0]
    frameCount = shape.count == 2 ? shape[0] : shape[isTimeMajor ? 0 : 1]
    classCount = shape[shape.count - 1]
    lengths = options.lengths
    self.kind = kind
  }

  subscript(sequence: Int) -> Scores {
    get throws(Failure) {
      let frames = lengths.map { Int($0[sequence]) } ?? frameCount
      guard frames >= 0, frames <= frameCount else {
        throw Failure(.invalidArgument, "options.lengths[\(sequence)] is \(frames), expected 0 to \(frameCount)")
      }
      let start = sequence * (isTimeMajor ? classCount : frameCount * classCount)
      return try Scores(
        values.base.map { $0 + start }, frameCount: frames, classCount: classCount,
        frameStride: isTimeMajor ? count * classCount : classCount, kind: kind)
    }
  }
}

/// A tensor's elements as float32: in place, or converted.
struct FloatValues {
  let shape: Shape
  let base: UnsafePointer<Float>?
  private let storage: Storage?

  init(_ tensor: crnn_tensor, _ what: Message) throws(Failure) {
    let given = try inputData(tensor, what)
    shape = given.description.shape
    let type = given.description.type
    guard type.isFloatingPoint else {
      throw Failure(.invalidInput, "\(what) is \(type.name), expected a floating-point type")
    }
    guard type != .float32, let data = given.data else {
      base = given.data.map { $0.assumingMemoryBound(to: Float.self) }
      storage = nil
      return
    }
    let count = try elementCount(of: shape)
    let converted = try Storage(byteCount: count * MemoryLayout<Float>.stride)
    convert(data, type, to: converted.base, .float32, count: count)
    base = UnsafePointer(converted.base.assumingMemoryBound(to: Float.self))
    storage = converted
  }
}
