import Foundation

/// Reads an ARPA file into a trie.
struct ARPACompiler {
  private(set) var words = WordTable()
  private(set) var trie = NGramTrie(probabilities: [], backOffs: [])
  let reader: ARPAReader
  private let console: Console
  private var lastReport = Date()

  /// log10 of the unknown word's probability in files that do not give one, as KenLM has it.
  private static let unknownProbability = -100.0

  init(_ path: String, _ console: Console) throws {
    self.console = console
    reader = try ARPAReader(path)
    guard reader.order <= 32 else { throw reader.lines.problem("order \(reader.order), expected 32 at most") }
    guard reader.counts.reduce(0, { $0 &+ min($1, 1 << 40) }) < Int(UInt32.max) - 1 else {
      throw reader.lines.problem("more than \(UInt32.max) n-grams")
    }
    try readWords()
    for order in 2..<max(reader.counts.count + 1, 2) { try readNGrams(order) }
    try reader.readEnd()
  }

  private mutating func readWords() throws {
    var probabilities = [Float(Self.unknownProbability * log(10))]
    var backOffs: [Float] = [0]
    var knowsUnknown = false
    try reader.read(order: 1) { entry in
      let word = entry.words[0]
      guard String(validating: word, as: UTF8.self) != nil else { throw reader.lines.problem("the word is not UTF-8") }
      let known = words.find(word)
      guard known == nil || (known == 0 && !knowsUnknown) else {
        throw reader.lines.problem("the word '\(String(decoding: word, as: UTF8.self))' is there twice")
      }
      let (probability, backOff) = (Float(entry.probability * log(10)), Float(entry.backOff * log(10)))
      if known == 0 {
        (probabilities[0], backOffs[0], knowsUnknown) = (probability, backOff, true)
      } else {
        _ = words.add(word)
        probabilities.append(probability)
        backOffs.append(backOff)
      }
      report(1, probabilities.count)
    }
    trie = NGramTrie(probabilities: probabilities, backOffs: backOffs)
    if !knowsUnknown {
      console.warning("the model has no <unk>: unknown words get a probability of 1e\(Int(Self.unknownProbability))")
    }
    for word in ["<s>", "</s>"] where words.find(word) == nil {
      console.warning("the model has no \(word): it knows no \(word == "<s>" ? "beginning" : "end") of sentences")
    }
  }

  private mutating func readNGrams(_ order: Int) throws {
    var entries: [NGramTrie.Entry] = []
    var lines: [Int] = []
    entries.reserveCapacity(min(reader.counts[order - 1], 1 << 24))
    // Files are mostly sorted by contexts: the last one's node is often the next one's.
    var context: [UInt32] = []
    var parent = 0
    var ngram: [UInt32] = []
    try reader.read(order: order) { entry in
      ngram.removeAll(keepingCapacity: true)
      for word in entry.words {
        guard let number = words.find(word) else {
          throw reader.lines.problem("the word '\(String(decoding: word, as: UTF8.self))' is not among the 1-grams")
        }
        ngram.append(UInt32(number))
      }
      if entries.isEmpty || !context.elementsEqual(ngram.dropLast()) {
        context = ngram.dropLast()
        guard let node = trie.node(context) else {
          throw reader.lines.problem("the \(order)-gram '\(text(ngram))' has no \(order - 1)-gram '\(text(context))'")
        }
        parent = node
      }
      entries.append(
        NGramTrie.Entry(
          parent: UInt32(parent), word: ngram[order - 1], probability: Float(entry.probability * log(10)),
          backOff: Float(entry.backOff * log(10))))
      lines.append(reader.lines.number)
      report(order, entries.count)
    }
    if order > reader.order { return }
    if let place = trie.append(entries, isLongest: order == reader.order) {
      throw Problem("\(reader.lines.path), line \(lines[place]): the \(order)-gram is there twice")
    }
  }

  private func text(_ ngram: some Sequence<UInt32>) -> String {
    ngram.map { words.name(Int($0)) }.joined(separator: " ")
  }

  /// Says how far it has come, every few seconds.
  private mutating func report(_ order: Int, _ count: Int) {
    guard count & 0xffff == 0, Date().timeIntervalSince(lastReport) > 3 else { return }
    lastReport = Date()
    console.step(
      "\(order)-grams: \(grouped(UInt64(count))) of \(grouped(UInt64(reader.counts[order - 1])))")
  }
}
