import Graphs
import Tensors

/// Who uses each value of a graph.
struct Uses {
  /// Nodes that read the value, once for each time that they do.
  private(set) var readers: [[Int]]
  /// Values that are needed beside that: the graph's outputs and what subgraphs capture.
  private(set) var isNeededOutside: [Bool]
  /// The node that makes the value.
  private(set) var maker: [Int?]

  init(_ graph: Graph) {
    readers = [[Int]](repeating: [], count: graph.values.count)
    isNeededOutside = [Bool](repeating: false, count: graph.values.count)
    maker = [Int?](repeating: nil, count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() {
      for case let id? in node.inputs { readers[id].append(index) }
      for case let id? in node.outputs { maker[id] = index }
      for subgraph in node.subgraphs { for (outer, _) in subgraph.captures { isNeededOutside[outer] = true } }
    }
    for id in graph.outputs { isNeededOutside[id] = true }
  }

  /// The one node that reads a value which nothing else needs.
  func onlyReader(of id: ValueID) -> Int? {
    readers[id].count == 1 && !isNeededOutside[id] ? readers[id][0] : nil
  }
}

extension Graph {
  /// The constant that a node's input is; nil when it is not one or left out.
  @inline(never)
  func constant(_ node: Node, _ input: Int) -> ValueConstant? {
    guard input < node.inputs.count, let id = node.inputs[input], let tensor = values[id].constant else { return nil }
    return ValueConstant(id: id, name: values[id].name, tensor: tensor)
  }
}

final class ValueConstant {
  let id: ValueID
  let name: String
  let tensor: Tensor

  init(id: ValueID, name: String, tensor: Tensor) {
    self.id = id
    self.name = name
    self.tensor = tensor
  }
}
