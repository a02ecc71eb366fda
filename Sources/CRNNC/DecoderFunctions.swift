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
    let created = Decoder()
    created.blank = Int(options.blank)
    created.kind = try kind(options)
    created.labels = try labels(options, classCount: options.label_count &+ 1)
    if beam.width != 0 { created.search.width = Int(beam.width) }
    created.search.tokenCount = Int(beam.token_count)
    if beam.token_min_log_probability != 0 {
      created.search.tokenMinLogProbability = beam.token_min_log_probability
    }
    try describeTexts(beam, created)
    created.hotwords = try hotwords(beam.hotwords, beam.hotword_count)
    try created.check()
    result.pointee = HandleTable.shared.add(created, .decoder)
  }
}

private func describeTexts(_ beam: crnn_beam_options, _ decoder: Decoder) throws(Failure) {
  decoder.alpha = beam.alpha
  decoder.beta = beam.beta
  decoder.unknownScore = beam.unknown_score
  decoder.begins = beam.continues_sentence == 0
  decoder.ends = beam.unfinished_sentence == 0
  if beam.lexicon_penalty != 0 { decoder.lexiconPenalty = beam.lexicon_penalty }
  if let handle = beam.lexicon { decoder.lexicon = try lexicon(handle) }
  if let handle = beam.language_model { decoder.languageModel = try languageModel(handle) }
  guard beam.scorer_unit.rawValue <= CRNN_WORDS.rawValue else {
    throw Failure(.invalidArgument, "beam.scorer_unit is \(beam.scorer_unit.rawValue), which is no crnn_text_unit")
  }
  decoder.scorer = beam.scorer
  decoder.scorerData = beam.scorer_data
  decoder.scoresCharacters = beam.scorer_unit == CRNN_CHARACTERS
}

/// The caller's phrases; nil for none at all.
func hotwords(_ hotwords: UnsafePointer<crnn_hotword>?, _ count: Int) throws(Failure) -> Hotwords? {
  guard count >= 0, count <= 1 << 24, count == 0 || hotwords != nil else {
    throw Failure(.invalidArgument, "hotwords is NULL, or hotword_count is too large: \(count)")
  }
  guard let hotwords else { return nil }
  let storage = try Storage(byteCount: count * MemoryLayout<Hotwords.Phrase>.stride)
  let phrases = storage.base.bindMemory(to: Hotwords.Phrase.self, capacity: count)
  for index in 0..<count {
    let word = hotwords[index]
    let text = word.text.map { bytes(of: $0) } ?? UnsafeBufferPointer(start: nil, count: 0)
    phrases[index] = Hotwords.Phrase(text: text, boost: word.boost, isAnywhere: word.anywhere != 0)
  }
  let list = UnsafeBufferPointer(start: phrases, count: count)
  try Hotwords.check(list)
  let result = try Hotwords(list)
  withExtendedLifetime(storage) {}
  return result
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
    let batch = try Batch(required(scores, "scores"), options)
    let hotwords = try hotwords(options.hotwords, options.hotword_count)
    for sequence in 0..<batch.count { results[sequence] = nil }
    var sequence = 0
    do throws(Failure) {
      while sequence < batch.count {
        let found = try decoder.decode(
          batch.scores(sequence, kind: decoder.kind), labels: decoder.labels, blank: decoder.blank, limit: batch.limit,
          hotwords: hotwords)
        results[sequence] = try allocate(found, decoder)
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
  private let values: Tensor
  private let frameCount: Int
  private let isTimeMajor: Bool
  private let lengths: UnsafePointer<Int32>?

  init(_ scores: UnsafePointer<crnn_tensor>, _ options: crnn_decode_options) throws(Failure) {
    values = try scoreTensor(scores.pointee)
    let rank = values.shape.count
    guard options.hypothesis_count >= 0 else {
      throw Failure(.invalidArgument, "options.hypothesis_count is \(options.hypothesis_count), expected 0 or more")
    }
    guard rank == 2 || rank == 3 else {
      throw Failure(.invalidInput, "scores has rank \(rank), expected 2, or 3 for a batch")
    }
    limit = max(1, Int(options.hypothesis_count))
    isTimeMajor = options.time_major != 0 && rank == 3
    count = rank == 2 ? 1 : values.shape[isTimeMajor ? 1 : 0]
    frameCount = values.shape[isTimeMajor ? 0 : rank - 2]
    lengths = options.lengths
  }

  func scores(_ sequence: Int, kind: ScoreKind) throws(Failure) -> Scores {
    let frames = lengths.map { Int($0[sequence]) } ?? frameCount
    guard frames >= 0, frames <= frameCount else {
      throw Failure(.invalidArgument, "options.lengths[\(sequence)] is \(frames), expected 0 to \(frameCount)")
    }
    let classCount = values.shape[values.shape.count - 1]
    let start = sequence * (isTimeMajor ? classCount : frameCount * classCount)
    return try Scores(
      values.elements(as: Float.self).baseAddress.map { $0 + start }, frameCount: frames, classCount: classCount,
      frameStride: isTimeMajor ? count * classCount : classCount, kind: kind)
  }
}

/// The caller's scores as float32, in place where they are.
func scoreTensor(_ tensor: crnn_tensor) throws(Failure) -> Tensor {
  let given = try inputData(tensor, "scores")
  let byteCount = try elementCount(of: given.description.shape) * given.description.type.size
  let bytes = UnsafeRawBufferPointer(start: given.data, count: given.data == nil ? 0 : byteCount)
  return try floatTensor(Tensor(given.description.type, given.description.shape, Storage(bytes, keeping: nil)))
}
