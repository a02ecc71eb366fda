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
    var textSize = 0
    for index in 0..<count {
      spans[index] = crnn_ctc_span(item.alignment[index])
      shares[index] = item.confidence(of: index..<index &+ 1)
      for byte in CRNNC.text(decoder, item.alignment[index].token) {
        text[textSize] = CChar(bitPattern: byte)
        textSize &+= 1
      }
    }
    written.word_count = writeWords(
      to: words, tokenCount: count, text: { CRNNC.text(decoder, item.alignment[$0].token) },
      confidence: { item.confidence(of: $0) })
    text[textSize] = 0
    spans += count
    words += written.word_count
    shares += count
    text += textSize &+ 1
    return written
  }
}

/// Writes the words of a text of so many tokens, and returns how many they are.
func writeWords(
  to words: UnsafeMutablePointer<crnn_word>, tokenCount: Int, text: (Int) -> UnsafeBufferPointer<UInt8>,
  confidence: (Range<Int>) -> Float
) -> Int {
  var (count, token, place) = (0, 0, 0)
  while let word = nextWord(from: token, of: tokenCount, text: text) {
    while token < word.lowerBound { (token, place) = (token &+ 1, place &+ text(token).count) }
    // The spaces before a word are not in it.
    var start = place
    for byte in text(token) {
      guard byte == UInt8(ascii: " ") else { break }
      start &+= 1
    }
    while token < word.upperBound { (token, place) = (token &+ 1, place &+ text(token).count) }
    words[count] = crnn_word(
      text_start: Int32(truncatingIfNeeded: start), text_size: Int32(truncatingIfNeeded: place &- start),
      first_token: Int32(truncatingIfNeeded: word.lowerBound), token_count: Int32(truncatingIfNeeded: word.count),
      confidence: confidence(word))
    count &+= 1
  }
  return count
}
