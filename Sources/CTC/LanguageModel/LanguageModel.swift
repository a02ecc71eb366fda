import CSystem
import Tensors

/// An n-gram back-off model (Katz 1987; ARPA files), of words or of characters, read in place from a `.crnnlm` file.
///
/// The n-grams form a trie: a node is an n-gram, its children are the n-grams that are longer by one word. A state, what
/// the next word's probability depends on, is the node of the longest n-gram that the text so far ends in and that has
/// longer ones, or could have. Nodes are numbered level by level: 0 is the empty n-gram, 1 + w the word w alone.
///
///     P(w | h) = p(h w) if the model has h w, else backoff(h) · P(w | h without its first word)
///
/// Immutable: any number of threads may use one. The file was checked when it was opened, and no argument is out of
/// range; but a mapped file must not be changed or truncated while the model lives.
public final class LanguageModel {
  /// The longest n-grams' length.
  public let order: Int
  /// Words, `<unk>`, `<s>` and `</s>` included.
  public let wordCount: Int
  /// n-grams of all lengths.
  public var ngramCount: Int { nodeCount - 1 }
  /// Whether its words are single code points. The word that stands for a space is then found as " ".
  public let isCharacterModel: Bool
  /// The state at the beginning of a sentence.
  public let startState: UInt32
  /// The word that ends a sentence; 0 when the model has none.
  public let endOfSentence: UInt32
  /// Bytes of the file that are kept mapped.
  public let byteCount: Int

  private let owner: AnyObject
  /// n-grams and the empty one; those that may have longer ones come first.
  private let nodeCount: Int
  private let innerCount: Int
  private let words: UnsafePointer<UInt32>
  private let links: UnsafePointer<Link>
  private let vocabulary: Vocabulary
  private let weights: NGramWeights

  /// Where a node's children begin, up to where the next node's do, and the node of the longest shorter ending of the
  /// n-gram that is in the model.
  struct Link {
    let child: UInt32
    let suffix: UInt32
  }

  /// Parameters and tables of the file, by their numbers.
  public enum Layout {
    public static let order = 0
    public static let flags = 1
    public static let startState = 2
    public static let endOfSentence = 3
    public static let isCharacterModel: UInt32 = 1

    public static let text = 0
    public static let textStarts = 1
    public static let slots = 2
    public static let levels = 3
    public static let words = 4
    public static let links = 5
    public static let probabilities = 6
    public static let backOffs = 7
    public static let bins = 8
    public static let tableCount = 9
    public static let maximumOrder = 32
  }

  /// - Throws: `fileError`, `invalidModel`, `unsupported` for a later version.
  public convenience init(path: String, copyingFile: Bool = false) throws(Failure) {
    do throws(Failure) {
      let file = try OpenFile(path: path, copying: copyingFile)
      try self.init(file.bytes, keeping: file)
    } catch {
      throw error.within("\(path)")
    }
  }

  init(_ bytes: UnsafeRawBufferPointer, keeping owner: AnyObject) throws(Failure) {
    let tables = try MappedTables(bytes, .languageModel, tableCount: Layout.tableCount)
    self.owner = owner
    byteCount = bytes.count
    let levels = try NGramLevels(tables)
    order = levels.order
    nodeCount = levels.nodeCount
    innerCount = levels.innerCount
    vocabulary = try Vocabulary(tables, wordCount: levels.wordCount)
    wordCount = levels.wordCount
    words = try tables.table(Layout.words, elementSize: 4, count: nodeCount).elements(UInt32.self)
    links = try tables.table(Layout.links, elementSize: 8, count: innerCount + 1).elements(Link.self)
    weights = try NGramWeights(tables, levels)
    startState = tables.parameter(Layout.startState)
    endOfSentence = tables.parameter(Layout.endOfSentence)
    isCharacterModel = tables.parameter(Layout.flags) & Layout.isCharacterModel != 0
    guard Int(startState) < innerCount, Int(endOfSentence) < wordCount, areLinksSound else {
      throw tables.failure(Layout.links, "is inconsistent")
    }
  }

  /// Every node's children lie after those of the node before it, within the nodes; its suffix lies before it.
  private var areLinksSound: Bool {
    guard links[0].child == 1, Int(links[1].child) == 1 + wordCount, Int(links[innerCount].child) == nodeCount else {
      return false
    }
    for node in 1..<innerCount where links[node].child > links[node + 1].child || Int(links[node].suffix) >= node {
      return false
    }
    return true
  }

  /// The number of a word, UTF-8; 0 for words that the model does not know.
  public func word(_ utf8: UnsafeBufferPointer<UInt8>) -> UInt32 { vocabulary.find(utf8) }

  /// Where the search for a word begins among so many slots of the file's hash table.
  public static func slot(of utf8: UnsafeRawBufferPointer, slotCount: Int) -> Int {
    Vocabulary.slot(of: utf8, slotCount: slotCount)
  }

  /// ln P(word | state), and the state after the word. Numbers that are out of range stand for the unknown word and the
  /// empty state.
  @inline(never)
  public func score(_ word: UInt32, after state: UInt32) -> (logProbability: Float, state: UInt32) {
    let word = Int(word) < wordCount ? word : 0
    var node = Int(state) < innerCount ? Int(state) : 0
    var sum: Float = 0
    while node > 0 {
      let child = child(of: node, word)
      if child > 0 {
        let next = child < innerCount ? child : self.state(after: word, in: Int(links[node].suffix))
        return (sum + weights.probability(of: child), UInt32(truncatingIfNeeded: next))
      }
      sum += weights.backOff(of: node)
      node = Int(links[node].suffix)
    }
    return (sum + weights.probability(of: Int(word) + 1), UInt32(truncatingIfNeeded: self.state(after: word, in: 0)))
  }

  /// ln of the probability that a sentence ends after the state; 0 for models that know no end.
  public func endScore(after state: UInt32) -> Float {
    endOfSentence == 0 ? 0 : score(endOfSentence, after: state).logProbability
  }

  /// The node of the longest n-gram that may have longer ones and ends the given one with the word after it.
  private func state(after word: UInt32, in context: Int) -> Int {
    var node = context
    while node > 0 {
      let child = child(of: node, word)
      if child > 0, child < innerCount { return child }
      node = Int(links[node].suffix)
    }
    return order > 1 ? Int(word) + 1 : 0
  }

  /// 0 for none. The node is neither the root nor a leaf.
  private func child(of node: Int, _ word: UInt32) -> Int {
    var low = Int(links[node].child)
    let end = Int(links[node + 1].child)
    var high = end
    while low < high {
      let middle = (low &+ high) / 2
      if words[middle] < word { low = middle &+ 1 } else { high = middle }
    }
    return low < end && words[low] == word ? low : 0
  }
}
