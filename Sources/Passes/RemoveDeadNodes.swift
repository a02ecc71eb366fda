import Graphs

/// Removes nodes that no output needs, and the values that only they used.
func removeDeadNodes(_ graph: Graph) {
  var isNeeded = [Bool](repeating: false, count: graph.values.count)
  for id in graph.outputs { isNeeded[id] = true }
  var kept: [Node] = []
  for var node in graph.nodes.reversed() {
    guard node.outputs.contains(where: { $0.map { isNeeded[$0] } ?? false }) else { continue }
    for case let id? in node.inputs { isNeeded[id] = true }
    for subgraph in node.subgraphs { for (outer, _) in subgraph.captures { isNeeded[outer] = true } }
    // Outputs that nobody reads need not be computed.
    node.outputs = node.outputs.map { id in id.flatMap { isNeeded[$0] ? $0 : nil } }
    kept.append(node)
  }
  graph.nodes = kept.reversed()
  renumber(graph, keeping: isNeeded)
}

/// Drops the values that are not needed and numbers the others anew.
private func renumber(_ graph: Graph, keeping isNeeded: [Bool]) {
  var isKept = isNeeded
  for id in graph.inputs { isKept[id] = true }
  var number = [Int](repeating: 0, count: graph.values.count)
  var values: [Value] = []
  for (id, value) in graph.values.enumerated() where isKept[id] {
    number[id] = values.count
    values.append(value)
  }
  graph.values = values
  graph.captures = graph.captures.filter { isKept[$0.inner] }.map { ($0.outer, number[$0.inner]) }
  graph.inputs = graph.inputs.map { number[$0] }
  graph.outputs = graph.outputs.map { number[$0] }
  for index in graph.nodes.indices {
    graph.nodes[index].inputs = graph.nodes[index].inputs.map { $0.map { number[$0] } }
    graph.nodes[index].outputs = graph.nodes[index].outputs.map { $0.map { number[$0] } }
    for subgraph in graph.nodes[index].subgraphs {
      subgraph.captures = subgraph.captures.map { (number[$0.outer], $0.inner) }
    }
  }
}
