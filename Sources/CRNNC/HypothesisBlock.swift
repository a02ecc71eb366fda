import CCRNN
import CSystem
import CTC
import Tensors

/// Hypotheses as one block of memory: the structs; room for as many words as tokens; spans, their confidences, texts.
func allocate(_ found: [Hypothesis], _ decoder: Decoder) throws(Failure) -> UnsafeMutablePointer<crnn_hypotheses> {
  var (tokenCount, textBytes) = (0, found.count)
  for item in found {
    tokenCount &+= item.alignment.count
    for index in 0..<item.alignment.count { textBytes &+= text(decoder, item.alignment[index].token).count }
  }
  // What fits into memory as tokens and texts fits as their results.
  let tokenBytes =
    MemoryLayout<crnn_ctc_span>.stride &+ MemoryLayout<crnn_word>.stride &+ MemoryLayout<Float>.stride
  let byteCount =
    MemoryLayout<crnn_hypotheses>.stride &+ found.count &* MemoryLayout<crnn_hypothesis>.stride
    &+ tokenCount &* tokenBytes &+ textBytes
  guard let block = malloc(byteCount) else { throw Failure(.outOfMemory, "cannot allocate \(byteCount) bytes") }
  let items = (block + MemoryLayout<crnn_hypotheses>.stride).bindMemory(
    to: crnn_hypothesis.self, capacity: found.count)
  let spans = UnsafeMutableRawPointer(items + found.count).bindMemory(to: crnn_ctc_span.self, capacity: tokenCount)
  let words = UnsafeMutableRawPointer(spans + tokenCount).bindMemory(to: crnn_word.self, capacity: tokenCount)
  let shares = UnsafeMutableRawPointer(words + tokenCount).bindMemory(to: Float.self, capacity: tokenCount)
  var writer = Writer(
    decoder: decoder, spans: spans, words: words, shares: shares,
    text: UnsafeMutableRawPointer(shares + tokenCount).bindMemory(to: CChar.self, capacity: textBytes))
  for (number, item) in found.enumerated() { items[number] = writer.write(item) }
  let result = block.bindMemory(to: crnn_hypotheses.self, capacity: 1)
  result.pointee = crnn_hypotheses(items: items, count: found.count)
  return result
}

private func text(_ decoder: Decoder, _ token: Int32) -> UnsafeBufferPointer<UInt8> {
  decoder.labels?.text(ofClass: Int(token), blank: decoder.blank) ?? UnsafeBufferPointer(start: nil, count: 0)
}

/// Where the next hypothesis goes.
private struct Writer {
  let decoder: Decoder
  var spans: UnsafeMutablePointer<crnn_ctc_span>
  var words: UnsafeMutablePointer<crnn_word>
  var shares: UnsafeMutablePointer<Float>
  var text: UnsafeMutablePointer<CChar>

  mutating func write(_ item: Hypothesis) -> crnn_hypothesis {
    let count = item.alignment.count
    var written = crnn_hypothesis(
      text: text, tokens: spans, confidences: shares, token_count: count, words: words, word_count: 0,
      score: item.score, acoustic: item.acoustic, language: item.language, bonus: item.bonus,
      confidence: item.confidence, reserved: 0)
    var word = next(item, from: 0)
    var textSize: Int32 = 0
    for index in 0..<count {
      spans[index] = crnn_ctc_span(item.alignment[index])
      shares[index] = item.confidence(of: index..<index &+ 1)
      let isFirst = index == word?.lowerBound
      if isFirst { words[written.word_count].text_start = textSize }
      for byte in CRNNC.text(decoder, item.alignment[index].token) {
        // The spaces before a word are not in it.
        if isFirst, byte == UInt8(ascii: " "), words[written.word_count].text_start == textSize {
          words[written.word_count].text_start &+= 1
        }
        text[Int(textSize)] = CChar(bitPattern: byte)
        textSize &+= 1
      }
      guard let range = word, index &+ 1 == range.upperBound else { continue }
      let start = words[written.word_count].text_start
      words[written.word_count] = crnn_word(
        text_start: start, text_size: textSize &- start, first_token: Int32(truncatingIfNeeded: range.lowerBound),
        token_count: Int32(truncatingIfNeeded: range.count), confidence: item.confidence(of: range))
      written.word_count &+= 1
      word = next(item, from: range.upperBound)
    }
    text[Int(textSize)] = 0
    spans += count
    words += written.word_count
    shares += count
    text += Int(textSize) &+ 1
    return written
  }

  private func next(_ item: Hypothesis, from first: Int) -> Range<Int>? {
    decoder.labels.flatMap { item.word(from: first, labels: $0, blank: decoder.blank) }
  }
}
