import CCRNN
import CSystem
import CTC
import Tensors

@c @implementation
public func crnn_ctc_beam_search(
  _ scores: UnsafePointer<Float>!, _ frame_count: Int, _ class_count: Int, _ options: UnsafePointer<crnn_ctc_options>!,
  _ beam: UnsafePointer<crnn_beam_options>!, _ hypotheses: UnsafeMutablePointer<UnsafeMutablePointer<crnn_hypotheses>?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(hypotheses, "hypotheses")
    result.pointee = nil
    let options = try sized(options, zero: crnn_ctc_options(), "options")
    let beam = try sized(beam, zero: crnn_beam_options(), "beam")
    guard beam.hypothesis_count >= 0, beam.width >= 0 else {
      throw Failure(
        .invalidArgument,
        "beam.hypothesis_count is \(beam.hypothesis_count) and width \(beam.width), expected 0 or more")
    }
    let view = try Scores(scores, frameCount: frame_count, classCount: class_count, kind: kind(options))
    let texts = try labels(options, classCount: class_count) ?? Labels()
    let logs = try LogProbabilities(view)
    var settings = PrefixBeamSearch.Settings()
    settings.blank = Int(options.blank)
    if beam.width > 0 { settings.width = Int(beam.width) }
    settings.tokenCount = Int(beam.token_count)
    if beam.token_min_log_probability != 0 { settings.tokenMinLogProbability = beam.token_min_log_probability }
    var search = try PrefixBeamSearch(settings, classCount: class_count)
    try search.push(logs)
    var block = HypothesisBlock()
    for found in search.best(max(1, Int(beam.hypothesis_count))) {
      let alignment = try found.tokens.withUnsafeBufferPointer { tokens throws(Failure) in
        try align(tokens, to: logs, blank: settings.blank)
      }
      block.add(alignment, Double(found.score), texts, blank: settings.blank)
    }
    result.pointee = try block.allocated()
  }
}

@c @implementation
public func crnn_hypotheses_free(_ hypotheses: UnsafeMutablePointer<crnn_hypotheses>!) { free(hypotheses) }

/// Hypotheses on their way into one block of memory: the structs, all spans, then all texts.
private struct HypothesisBlock {
  private var items: [(spans: Int, textStart: Int, score: Double)] = []
  private var spans: [crnn_ctc_span] = []
  private var text: [UInt8] = []

  mutating func add(_ alignment: Alignment, _ score: Double, _ texts: Labels, blank: Int) {
    items.append((alignment.count, text.count, score))
    for index in 0..<alignment.count {
      spans.append(crnn_ctc_span(alignment[index]))
      text.append(contentsOf: texts.text(ofClass: Int(alignment[index].token), blank: blank))
    }
    text.append(0)
  }

  func allocated() throws(Failure) -> UnsafeMutablePointer<crnn_hypotheses> {
    let itemsOffset = MemoryLayout<crnn_hypotheses>.stride
    let spansOffset = itemsOffset + items.count * MemoryLayout<crnn_hypothesis>.stride
    let textOffset = spansOffset + spans.count * MemoryLayout<crnn_ctc_span>.stride
    let byteCount = textOffset + text.count
    guard let block = malloc(byteCount) else { throw Failure(.outOfMemory, "cannot allocate \(byteCount) bytes") }
    let result = block.bindMemory(to: crnn_hypotheses.self, capacity: 1)
    let structs = (block + itemsOffset).bindMemory(to: crnn_hypothesis.self, capacity: items.count)
    let places = (block + spansOffset).bindMemory(to: crnn_ctc_span.self, capacity: spans.count)
    let bytes = (block + textOffset).bindMemory(to: CChar.self, capacity: text.count)
    for (index, span) in spans.enumerated() { places[index] = span }
    for (index, byte) in text.enumerated() { bytes[index] = CChar(bitPattern: byte) }
    var first = 0
    for (index, item) in items.enumerated() {
      structs[index] = crnn_hypothesis(
        text: bytes + item.textStart, tokens: places + first, token_count: item.spans, score: item.score)
      first += item.spans
    }
    result.pointee = crnn_hypotheses(items: structs, count: items.count)
    return result
  }
}
