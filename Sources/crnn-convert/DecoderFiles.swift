import CCRNN

/// Lexicons and language models as `--inspect` shows them, and word lists that become lexicons.
enum DecoderFiles {
  static func inspectLanguageModel(_ path: String) throws -> String {
    var handle: OpaquePointer?
    try check(crnn_language_model_open(path, nil, &handle))
    defer { crnn_language_model_release(handle) }
    var info = crnn_language_model_info()
    info.size = MemoryLayout<crnn_language_model_info>.size
    try check(crnn_language_model_get_info(handle, &info))
    return """
      \(path)
        format   language model of \(info.is_character_model == 1 ? "characters" : "words")
        size     \(grouped(info.byte_count)) bytes
        order    \(info.order)
        words    \(grouped(info.word_count))
        n-grams  \(grouped(info.ngram_count))
      """
  }

  static func inspectLexicon(_ path: String) throws -> String {
    try withLexicon(path) { lexicon in
      var info = crnn_lexicon_info()
      info.size = MemoryLayout<crnn_lexicon_info>.size
      try check(crnn_lexicon_get_info(lexicon, &info))
      return """
        \(path)
          format   lexicon
          size     \(grouped(info.byte_count)) bytes
          words    \(grouped(info.word_count))
        """
    }
  }

  static func convertLexicon(_ input: String, to output: String, _ console: Console) throws {
    console.step("reading \(input)")
    try withLexicon(input) { lexicon in
      console.step("writing \(output)")
      try check(crnn_lexicon_save(lexicon, output))
    }
  }

  private static func withLexicon<Result>(_ path: String, _ body: (OpaquePointer?) throws -> Result) throws -> Result {
    var handle: OpaquePointer?
    try check(crnn_lexicon_open(path, nil, &handle))
    defer { crnn_lexicon_release(handle) }
    return try body(handle)
  }
}
