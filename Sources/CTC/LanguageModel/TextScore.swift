import Tensors

extension LanguageModel {
  /// ln of a text's probability: of its words, which ASCII white space parts, or in a character model of its code
  /// points.
  /// - Parameters:
  ///   - begins: whether the text begins a sentence; otherwise nothing is known of what came before it.
  ///   - ends: whether it ends one.
  /// - Throws: `invalidInput` for what is not UTF-8.
  public func score(_ text: UnsafeBufferPointer<UInt8>, begins: Bool, ends: Bool) throws(Failure) -> Double {
    guard isUTF8(text) else { throw Failure(.invalidInput, "the text is not UTF-8") }
    var state = begins ? startState : 0
    var sum = 0.0
    var start = 0
    for index in 0...text.count where isUnitEnd(text, start, index) {
      if index > start {
        let next = score(word(UnsafeBufferPointer(rebasing: text[start..<index])), after: state)
        sum += Double(next.logProbability)
        state = next.state
      }
      start = isCharacterModel ? index : index + 1
    }
    return ends ? sum + Double(endScore(after: state)) : sum
  }

  private func isUnitEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ index: Int) -> Bool {
    if index == text.count { return true }
    return isCharacterModel ? text[index] & 0xC0 != 0x80 : text[index] == 32 || (9...13).contains(text[index])
  }
}

@inline(never)
func isUTF8(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  String(validating: UnsafeRawBufferPointer(text), as: UTF8.self) != nil
}
