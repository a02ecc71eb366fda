import CTC
import Foundation

/// Writes a trie as a `.crnnlm` file.
struct LanguageModelWriter {
  let words: WordTable
  let trie: NGramTrie
  let isCharacterModel: Bool

  /// - Returns: the largest and the mean differences of the weights from what the model gives.
  func write(to path: String, quantized: Bool) throws -> (largest: Float, mean: Float) {
    typealias Layout = LanguageModel.Layout
    let start = words.find("<s>")
    var parameters = [UInt32](repeating: 0, count: 4)
    parameters[Layout.order] = UInt32(trie.order)
    parameters[Layout.flags] = isCharacterModel ? Layout.isCharacterModel : 0
    parameters[Layout.startState] = trie.order > 1 ? start.map { UInt32($0 + 1) } ?? 0 : 0
    parameters[Layout.endOfSentence] = UInt32(words.find("</s>") ?? 0)

    var tables = [[UInt8]](repeating: [], count: Layout.tableCount)
    tables[Layout.text] = words.text
    tables[Layout.textStarts] = bytes(words.starts)
    tables[Layout.slots] = bytes(words.slots)
    tables[Layout.levels] = bytes(trie.levels)
    tables[Layout.words] = bytes(trie.words)
    tables[Layout.links] = bytes(links)
    var difference: (largest: Float, mean: Float) = (0, 0)
    if quantized {
      difference = quantize(&tables)
    } else {
      tables[Layout.probabilities] = bytes(trie.probabilities)
      tables[Layout.backOffs] = bytes(trie.backOffs)
    }
    try write(tables, parameters, to: path)
    return difference
  }

  /// Of each node that may have children where they begin and its suffix, and where the last one's children end.
  private var links: [UInt32] {
    var links: [UInt32] = []
    links.reserveCapacity(2 * trie.children.count + 2)
    for (child, suffix) in zip(trie.children, trie.suffixes) {
      links.append(child)
      links.append(suffix)
    }
    return links + [UInt32(trie.nodeCount), 0]
  }

  private func quantize(_ tables: inout [[UInt8]]) -> (largest: Float, mean: Float) {
    typealias Layout = LanguageModel.Layout
    var bins: [Float] = []
    var largest: Float = 0
    var sum = 0.0
    tables[Layout.probabilities] = [0]
    tables[Layout.backOffs] = [0]
    for order in 1...trie.order {
      let nodes = Int(trie.levels[order - 1])..<Int(trie.levels[order])
      let probabilities = Quantizer(trie.probabilities[nodes])
      // Most back-off weights of some models are 1: those stay as they are.
      let backOffs = Quantizer(order < trie.order ? trie.backOffs[nodes] : [], keeping: 0)
      tables[Layout.probabilities] += probabilities.codes
      tables[Layout.backOffs] += backOffs.codes
      bins += probabilities.values + backOffs.values
      largest = max(largest, probabilities.largestDifference, backOffs.largestDifference)
      sum += Double(probabilities.meanDifference) * Double(nodes.count)
    }
    tables[Layout.bins] = bytes(bins)
    return (largest, Float(sum / Double(trie.nodeCount - 1)))
  }

  private func write(_ tables: [[UInt8]], _ parameters: [UInt32], to path: String) throws {
    let buffers = tables.map { table in
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: table.count, alignment: 64)
      copy.copyBytes(from: table)
      return UnsafeRawBufferPointer(copy)
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    do { try TableFile.write(.languageModel, parameters: parameters, tables: buffers, to: path) } catch {
      throw Problem(error.message)
    }
  }

  private func bytes<Number: BitwiseCopyable>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
}
