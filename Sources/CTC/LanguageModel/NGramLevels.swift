import Tensors

/// How many n-grams of each length a model has: level k holds those of k words, k from 1.
struct NGramLevels {
  let order: Int
  /// The first node of each level, and the number of nodes in the end.
  private let firsts: UnsafePointer<UInt32>

  init(_ tables: MappedTables) throws(Failure) {
    typealias Layout = LanguageModel.Layout
    order = Int(tables.parameter(Layout.order))
    guard order >= 1, order <= Layout.maximumOrder else {
      throw Failure(.invalidModel, "order \(order), expected 1 to \(Layout.maximumOrder)")
    }
    firsts = try tables.table(Layout.levels, elementSize: 4, count: order + 1).elements(UInt32.self)
    guard firsts[0] == 1, firsts[1] > 1, isAscending(firsts, order + 1) else {
      throw tables.failure(Layout.levels, "is inconsistent")
    }
  }

  var nodeCount: Int { Int(firsts[order]) }
  /// Nodes that may have children: all but those of the last level.
  var innerCount: Int { Int(firsts[order - 1]) }
  var wordCount: Int { Int(firsts[1]) - 1 }

  /// 0 for words, up to `order` − 1.
  func level(of node: Int) -> Int {
    var level = 0
    while level < order - 1, node >= Int(firsts[level + 1]) { level += 1 }
    return level
  }
}

@inline(never)
func isAscending(_ numbers: UnsafePointer<UInt32>, _ count: Int) -> Bool {
  for index in 1..<max(count, 1) where numbers[index - 1] > numbers[index] { return false }
  return true
}
