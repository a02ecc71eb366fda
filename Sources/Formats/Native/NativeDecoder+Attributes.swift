import Graphs
import Tensors

extension NativeDecoder {
  mutating func readAttribute(_ record: Int, in graph: Int) throws(Failure) -> Attribute {
    let table = tables[.attributes]
    let name = try string(table.uint32(record, 0))
    let count = Int(table.uint32(record, 8))
    guard let kind = NativeAttributeKind(rawValue: table.uint32(record, 4)), !kind.isSingle || count == 1 else {
      throw Failure(.invalidModel, "attribute '\(name)' has \(count) elements of kind \(table.uint32(record, 4))")
    }
    let records = try tables[.elements].take(count)
    let first = records.lowerBound
    switch kind {
    case .int: return Attribute(name, .int(try int(first)))
    case .float: return Attribute(name, .float(float(first)))
    case .string: return Attribute(name, .string(try string(element: first)))
    case .tensor: return Attribute(name, .tensor(try tensor(tables[.elements].uint64(first))))
    case .graph: return Attribute(name, .graph(try subgraph(first, of: graph)))
    case .ints:
      var list: [Int] = []
      for element in records { list.append(try int(element)) }
      return Attribute(name, .ints(list))
    case .floats: return Attribute(name, .floats(records.map { float($0) }))
    case .strings:
      var list: [String] = []
      for element in records { list.append(try string(element: element)) }
      return Attribute(name, .strings(list))
    case .tensors:
      var list: [Tensor] = []
      for element in records { list.append(try tensor(tables[.elements].uint64(element))) }
      return Attribute(name, .tensors(list))
    case .graphs:
      var list: [Graph] = []
      for element in records { list.append(try subgraph(element, of: graph)) }
      return Attribute(name, .graphs(list))
    }
  }

  private func int(_ element: Int) throws(Failure) -> Int {
    guard let value = Int(exactly: tables[.elements].int64(element)) else {
      throw Failure(.invalidModel, "the number \(tables[.elements].int64(element)) is out of range")
    }
    return value
  }

  private func float(_ element: Int) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: tables[.elements].uint64(element)))
  }

  private func string(element: Int) throws(Failure) -> String {
    let index = tables[.elements].uint64(element)
    guard index < UInt64(strings.count) else {
      throw Failure(.invalidModel, "string \(index) is referred to, there are \(strings.count)")
    }
    return strings[Int(index)]
  }

  private mutating func subgraph(_ element: Int, of parent: Int) throws(Failure) -> Graph {
    let number = tables[.elements].uint64(element)
    guard number > UInt64(parent), number < UInt64(graphs.count), parents[Int(number)] == nil else {
      throw Failure(.invalidModel, "a node of graph \(parent) has graph \(number) as a subgraph")
    }
    let index = Int(number)
    parents[index] = parent
    depths[index] = depths[parent] + 1
    guard depths[index] <= NativeLayout.maximumDepth else {
      throw Failure(.invalidModel, "subgraphs lie more than \(NativeLayout.maximumDepth) deep")
    }
    return graphs[index]
  }
}
