import Foundation
import Testing

private let models = fixtures.appendingPathComponent("language_models")

@Suite("crnn-convert: language models and lexicons") struct LanguageModelTests {
  /// An ARPA file of three words, some lines of it replaced.
  private func arpa(_ changes: [String: String] = [:]) -> String {
    let text = """
      \\data\\
      ngram 1=4
      ngram 2=2

      \\1-grams:
      -1.0\t<unk>
      -99\t<s>\t-0.5
      -0.3\t</s>
      -0.7\tword\t-0.25

      \\2-grams:
      -0.1\t<s> word
      -0.2\tword </s>

      \\end\\

      """
    return changes.reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
  }

  @Test(
    "ARPA files become the files that are kept",
    arguments: ["characters", "closed", "large", "pruned", "words"])
  func goldens(name: String) throws {
    let folder = try TemporaryFolder()
    let input = models.appendingPathComponent("\(name).arpa.gz").path
    for (suffix, options) in [("", []), ("-quantized", ["--quantize"])] {
      let kept = models.appendingPathComponent("\(name)\(suffix).crnnlm")
      guard let expected = try? Data(contentsOf: kept) else { continue }
      let output = folder.path("\(name)\(suffix).crnnlm")
      let run = try Tool.run([input, "-o", output] + options)
      #expect(run.code == 0 && run.output == output + "\n", "\(run.errors)")
      #expect(run.errors.contains("1-grams") && run.errors.contains("reading"))
      #expect(try Data(contentsOf: URL(fileURLWithPath: output)) == expected)
    }
  }

  @Test("names tell what a file becomes; --inspect shows it")
  func names() throws {
    let folder = try TemporaryFolder()
    try Data(arpa().utf8).write(to: folder.file("small.arpa"))
    try FileManager.default.copyItem(
      at: models.appendingPathComponent("characters.arpa.gz"), to: folder.file("letters.v1.arpa.gz"))
    try Data("\u{FEFF}word\r\nother\nword\n\n".utf8).write(to: folder.file("list.txt"))
    for input in ["small.arpa", "letters.v1.arpa.gz", "list.txt"] {
      let run = try Tool.run(folder.path(input), "--quiet")
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
    }
    #expect(
      folder.names == [
        "letters.v1.arpa.gz", "letters.v1.crnnlm", "list.crnnlex", "list.txt", "small.arpa", "small.crnnlm",
      ])
    for (file, parts) in [
      ("small.crnnlm", ["language model of words", "order    2", "words    4", "n-grams  6"]),
      ("letters.v1.crnnlm", ["language model of characters", "order    4"]),
      ("list.crnnlex", ["lexicon", "words    2"]), ("list.txt", ["lexicon", "words    2"]),
    ] {
      let run = try Tool.run("--inspect", folder.path(file))
      #expect(run.code == 0)
      for part in parts { #expect(run.output.contains(part), "\(part) in \(run.output)") }
    }
    let again = try Tool.run(folder.path("small.arpa"))
    #expect(again.code == 1 && again.errors.contains("--force"))
  }

  @Test("forms of ARPA files that are the same model give the same file")
  func forms() throws {
    let folder = try TemporaryFolder()
    func convert(_ text: String) throws -> Data {
      try Data(text.utf8).write(to: folder.file("model.arpa"))
      let run = try Tool.run(folder.path("model.arpa"), "--force")
      #expect(run.code == 0, "\(run.errors)")
      return try Data(contentsOf: folder.file("model.crnnlm"))
    }
    let expected = try convert(arpa())
    #expect(try convert(arpa(["\t": "  "])) == expected)
    #expect(try convert(arpa(["\n": "\r\n"])) == expected)
    #expect(try convert(arpa(["-0.3\t</s>": "-0.30\t</s>\t0", "word </s>": "word </s>\t0"])) == expected)
    #expect(try convert("\n# made by hand\n\n" + arpa(["ngram 1=4": "ngram  1 = 4"])) == expected)
    #expect(try convert(arpa(["<unk>": "<UNK>"])) == expected)
    #expect(try convert(arpa(["ngram 2=2": "ngram 2=2\nngram 3=0", "\n\\end": "\n\\3-grams:\n\n\\end"])) == expected)
  }

  @Test("what a model lacks is said")
  func missing() throws {
    let folder = try TemporaryFolder()
    try Data("\\data\\\nngram 1=2\n\\1-grams:\n-1 one\n-1 two\n\\end\\\n".utf8).write(to: folder.file("bare.arpa"))
    let run = try Tool.run(folder.path("bare.arpa"))
    #expect(run.code == 0)
    for word in ["<unk>", "<s>", "</s>"] { #expect(run.errors.contains("the model has no \(word)")) }
  }

  @Test("characters are told from words, or said to be")
  func characters() throws {
    let folder = try TemporaryFolder()
    try Data(arpa(["word": "w"]).utf8).write(to: folder.file("model.arpa"))
    for (options, expected) in [([], "characters"), (["--no-characters"], "words"), (["--space", "w"], "words")] {
      let run = try Tool.run(
        [folder.path("model.arpa"), "-o", folder.path("out.crnnlm"), "--force", "--inspect"] + options)
      #expect(run.code == 0 && run.output.contains("language model of \(expected)"), "\(run.errors) \(run.output)")
    }
    try Data(arpa().utf8).write(to: folder.file("model.arpa"))
    let refused = try Tool.run(folder.path("model.arpa"), "--force", "--characters")
    #expect(refused.code == 1 && refused.errors.contains("'word'"))
    let unknown = try Tool.run(folder.path("model.arpa"), "--force", "--space", "_")
    #expect(unknown.code == 1 && unknown.errors.contains("--space"))
  }

  @Test(
    "broken ARPA files are refused with the line, and nothing is written",
    arguments: [
      ("-0.7\tword", "0.7\tword", 9, "0 or less"), ("-0.7\tword", "nan\tword", 9, "'nan'"),
      ("-0.7\tword", "-0x1\tword", 9, "'-0x1'"), ("-0.7\tword", "-0,7\tword", 9, "'-0,7'"),
      ("-0.7\tword", "-1e999\tword\t1e999", 9, "1e999"), ("-0.7\tword\t-0.25", "-0.7", 9, "1 word"),
      ("-0.7\tword\t-0.25", "-0.7\tword two\t-0.25", 9, "1 word"), ("-0.25", "many", 9, "'many'"),
      ("-0.25", "-1e30", 9, "-1000"), ("-0.7\tword", "-0.7\t<s>", 9, "twice"),
      ("-0.2\tword </s>", "-0.2\t<s> word", 13, "twice"), ("ngram 1=4", "ngram 1=5", 11, "the header gives 5"),
      ("ngram 1=4", "ngram 1=3", 9, "more 1-grams than the 3"), ("ngram 2=2", "ngram 2=9", 15, "the header gives 9"),
      ("ngram 2=2", "ngram 3=2", 3, "2-grams"), ("ngram 2=2", "ngram 2=-2", 3, "ngram ORDER=COUNT"),
      ("ngram 1=4", "ngram 1=0", 5, "no words"), ("<s> word", "<s> nothing", 12, "'nothing'"),
      ("ngram 2=2", "ngram 2=2\nngram 3=1\n", 17, "'\\3-grams:'"), ("\\2-grams:", "\\two-grams:", 11, "'\\2-grams:'"),
      ("\\end\\", "", 15, "'\\end\\'"), ("\\data\\", "data", 1, "is this an ARPA file"),
      ("-0.1\t<s> word", "-0.1\t<s> word\t-1", 12, "longest"),
      (
        "-0.2\tword </s>\n\n",
        "-0.2\tword </s>\n\n\\3-grams:\n-1 word word </s>\n", 17,
        "the 3-gram 'word word </s>' has no 2-gram 'word word'"
      ),
    ])
  func broken(part: String, replacement: String, line: Int, expected: String) throws {
    let folder = try TemporaryFolder()
    var text = arpa([part: replacement])
    if expected.contains("has no 2-gram") {
      text = text.replacingOccurrences(of: "ngram 2=2", with: "ngram 2=2\nngram 3=1")
    }
    try Data(text.utf8).write(to: folder.file("model.arpa"))
    let run = try Tool.run(folder.path("model.arpa"))
    #expect(run.code == 1)
    #expect(run.errors.contains("model.arpa, line \(line): "), "\(run.errors)")
    #expect(run.errors.contains(expected), "\(run.errors)")
    #expect(folder.names == ["model.arpa"])
  }

  @Test("files that cannot be read")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    let missing = try Tool.run(folder.path("none.arpa"))
    #expect(missing.code == 1 && missing.errors.contains("none.arpa") && missing.errors.contains("No such file"))
    let whole = try Data(contentsOf: models.appendingPathComponent("large.arpa.gz"))
    try whole.prefix(whole.count / 2).write(to: folder.file("half.arpa.gz"))
    let half = try Tool.run(folder.path("half.arpa.gz"))
    #expect(half.code == 1 && half.errors.contains("half.arpa.gz"), "\(half.errors)")
    try Data(arpa(["word": "w\u{0}rd"]).utf8).write(to: folder.file("zero.arpa"))
    try Data([0x61, 0x0A, 0xFF, 0x0A]).write(to: folder.file("latin.txt"))
    let latin = try Tool.run(folder.path("latin.txt"))
    #expect(latin.code == 1 && latin.errors.contains("line 2"))
    var bytes = Data(arpa().utf8)
    if let place = bytes.range(of: Data("word".utf8)) { bytes[place.lowerBound] = 0xE4 }
    try bytes.write(to: folder.file("latin.arpa"))
    let model = try Tool.run(folder.path("latin.arpa"))
    #expect(model.code == 1 && model.errors.contains("line 9") && model.errors.contains("UTF-8"))
    #expect(folder.names.allSatisfy { !$0.hasSuffix("crnnlm") && !$0.hasSuffix("crnnlex") })
  }

  @Test(
    "options that belong to other files",
    arguments: [
      ["a.arpa", "--height", "32"], ["a.arpa", "--verify"], ["a.onnx", "--quantize"], ["a.txt", "--space", "_"],
      ["a.arpa", "--inspect", "--quantize"],
    ])
  func usage(arguments: [String]) throws { #expect(try Tool.run(arguments).code == 2) }
}
