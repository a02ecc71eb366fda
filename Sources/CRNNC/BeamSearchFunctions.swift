import CCRNN
import CSystem
import CTC
import Tensors

@c @implementation
public func crnn_ctc_beam_search(
  _ scores: UnsafePointer<Float>!, _ frame_count: Int, _ class_count: Int, _ options: UnsafePointer<crnn_beam_options>!,
  _ hypotheses: UnsafeMutablePointer<UnsafeMutablePointer<crnn_hypotheses>?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(hypotheses, "hypotheses")
    result.pointee = nil
    let options = try sized(options, zero: crnn_beam_options(), "options")
    guard options.hypothesis_count >= 0, options.width >= 0 else {
      throw Failure(.invalidArgument, "options.hypothesis_count or width is negative")
    }
    let view = try Scores(
      scores, frameCount: frame_count, classCount: class_count, kind: kind(options.ctc))
    let texts = try labels(options.ctc, classCount: class_count) ?? Labels()
    let logs = try LogProbabilities(view)
    var settings = PrefixBeamSearch.Settings()
    settings.blank = Int(options.ctc.blank)
    if options.width > 0 { settings.width = Int(options.width) }
    settings.tokenCount = Int(options.token_count)
    if options.token_min_log_probability != 0 { settings.tokenMinLogProbability = options.token_min_log_probability }
    var search = try PrefixBeamSearch(settings, classCount: class_count)
    try search.push(logs)
    var block = HypothesisBlock()
    for found in search.best(max(1, Int(options.hypothesis_count))) {
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
      let token = alignment[index]
      spans.append(
        crnn_ctc_span(
          token: token.token, first_frame: token.firstFrame, frame_count: token.frameCount, score: token.score))
      text.append(contentsOf: texts.text(ofClass: Int(token.token), blank: blank))
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
