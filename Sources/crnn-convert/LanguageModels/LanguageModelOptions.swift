import ArgumentParser
import CCRNN
import Foundation

/// What becomes of an ARPA file.
struct LanguageModelOptions: ParsableArguments {
  @Flag(help: "Keep probabilities and back-off weights in a byte each, of 256 values for each length of n-grams.")
  var quantize = false

  @Flag(
    inversion: .prefixedNo,
    help: "Whether the model's words are single characters. (default: when all of them are)")
  var characters: Bool?

  @Option(
    help: ArgumentHelp(
      "The word of a character model that stands for a space. (default: <space> or ▁ where the model has it)",
      valueName: "word"))
  var space: String?

  var isEmpty: Bool { !quantize && characters == nil && space == nil }

  /// Reads an ARPA file and writes it in the native form.
  func compile(_ input: String, to output: String, _ console: Console) throws {
    console.step("reading \(input)")
    let compiler = try ARPACompiler(input, console)
    let space = try spaceWord(compiler.words)
    let isCharacterModel = try isCharacterModel(compiler.words, space)
    var words = compiler.words
    if isCharacterModel, let space { words = WordTable(words, renaming: space, to: " ") }
    console.step("writing \(output)")
    let writer = LanguageModelWriter(words: words, trie: compiler.trie, isCharacterModel: isCharacterModel)
    let difference = try writer.write(to: output, quantized: quantize)
    if quantize {
      console.step(
        String(
          format: "quantised: ln of a weight differs by %.4f at most, that of a probability by %.4f on average",
          difference.largest, difference.mean))
    }
    let counts = compiler.reader.counts.enumerated().map { "\(grouped(UInt64($1))) \($0 + 1)-grams" }
    console.step("\(isCharacterModel ? "characters" : "words"): " + counts.joined(separator: ", "))
  }

  private func spaceWord(_ words: WordTable) throws -> Int? {
    guard let space else { return words.find("<space>") ?? words.find("\u{2581}") }
    guard let word = words.find(space), word != 0 else { throw Problem("--space: the model has no word '\(space)'") }
    return word
  }

  private func isCharacterModel(_ words: WordTable, _ space: Int?) throws -> Bool {
    let special = Set([0, words.find("<s>"), words.find("</s>"), space].compactMap { $0 })
    let others = (0..<words.count).lazy.filter { !special.contains($0) }
    let longer = others.first { words.name($0).unicodeScalars.count != 1 }
    guard let characters else { return longer == nil && !others.isEmpty }
    if characters, let longer { throw Problem("--characters: the model has the word '\(words.name(longer))'") }
    return characters
  }
}
