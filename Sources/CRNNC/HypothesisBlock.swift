import CCRNN
import CSystem
import CTC
import Tensors

/// Hypotheses on their way into one block of memory: the structs, all words, all spans, their confidences, all texts.
struct HypothesisBlock {
  private let found: [Hypothesis]
  private let labels: Labels?
  private let blank: Int

  init(_ found: [Hypothesis], _ settings: Decoder.Settings) {
    self.found = found
    labels = settings.labels
    blank = settings.blank
  }

  private func text(_ hypothesis: Hypothesis, _ index: Int) -> ArraySlice<UInt8> {
    labels?.text(ofClass: Int(hypothesis.alignment[index].token), blank: blank) ?? []
  }

  func allocated() throws(Failure) -> UnsafeMutablePointer<crnn_hypotheses> {
    var (wordCount, spanCount, textBytes) = (0, 0, 0)
    for item in found {
      wordCount += item.words.count
      spanCount += item.alignment.count
      // Words have their texts apart, with a NUL each; none of them has a byte that the whole text lacks.
      textBytes += item.words.count + 1
      for index in 0..<item.alignment.count { textBytes += 2 * text(item, index).count }
    }
    let itemsOffset = MemoryLayout<crnn_hypotheses>.stride
    let wordsOffset = itemsOffset + found.count * MemoryLayout<crnn_hypothesis>.stride
    let spansOffset = wordsOffset + wordCount * MemoryLayout<crnn_word>.stride
    let sharesOffset = spansOffset + spanCount * MemoryLayout<crnn_ctc_span>.stride
    let textOffset = sharesOffset + spanCount * MemoryLayout<Float>.stride
    let byteCount = textOffset + textBytes
    guard let block = malloc(byteCount) else { throw Failure(.outOfMemory, "cannot allocate \(byteCount) bytes") }
    let result = block.bindMemory(to: crnn_hypotheses.self, capacity: 1)
    let items = (block + itemsOffset).bindMemory(to: crnn_hypothesis.self, capacity: found.count)
    var words = (block + wordsOffset).bindMemory(to: crnn_word.self, capacity: wordCount)
    var spans = (block + spansOffset).bindMemory(to: crnn_ctc_span.self, capacity: spanCount)
    var shares = (block + sharesOffset).bindMemory(to: Float.self, capacity: spanCount)
    var bytes = (block + textOffset).bindMemory(to: CChar.self, capacity: textBytes)
    for (number, item) in found.enumerated() {
      let count = item.alignment.count
      items[number] = crnn_hypothesis(
        text: write(item, 0..<count, isWord: false, at: &bytes), tokens: spans, confidences: shares, token_count: count, words: words,
        word_count: item.words.count, score: item.score, acoustic: item.acoustic, language: item.language,
        bonus: item.bonus, confidence: item.confidence, reserved: 0)
      for index in 0..<count {
        spans[index] = crnn_ctc_span(item.alignment[index])
        shares[index] = item.confidences[index]
      }
      for (index, word) in item.words.enumerated() {
        words[index] = crnn_word(
          text: write(item, word.tokens, isWord: true, at: &bytes), first_token: Int32(word.tokens.lowerBound),
          token_count: Int32(word.tokens.count), confidence: word.confidence)
      }
      spans += count
      shares += count
      words += item.words.count
    }
    result.pointee = crnn_hypotheses(items: items, count: found.count)
    return result
  }

  /// The texts of some tokens, and a NUL. A word has no spaces before it.
  private func write(
    _ item: Hypothesis, _ range: Range<Int>, isWord: Bool, at place: inout UnsafeMutablePointer<CChar>
  ) -> UnsafePointer<CChar> {
    let start = place
    for index in range {
      for byte in text(item, index) {
        if isWord, place == start, byte == UInt8(ascii: " ") { continue }
        place.pointee = CChar(bitPattern: byte)
        place += 1
      }
    }
    place.pointee = 0
    place += 1
    return UnsafePointer(start)
  }
}
