import Graphs
import Tensors

/// Lets a packed convolution add what an Add after it adds to its result, as residual blocks do. The convolution takes
/// the sum's place, where both terms are there.
func fuseSums(_ graph: Graph) throws(Failure) {
  let uses = Uses(graph)
  for index in graph.nodes.indices {
    let sum = graph.nodes[index]
    guard sum.type == "Add", sum.domain.isEmpty, sum.inputs.count == 2, sum.attributes.isEmpty else { continue }
    for position in 0..<2 {
      guard let id = sum.inputs[position], uses.onlyReader(of: id) == index, let maker = uses.maker[id],
        let term = sum.inputs[1 - position]
      else { continue }
      var node = graph.nodes[maker]
      guard node.type == "Conv", node.domain == "crnn", node.inputs.count <= 3, try node.int("group", default: 1) == 1
      else { continue }
      while node.inputs.count < 3 { node.inputs.append(nil) }
      node.inputs.append(term)
      node.outputs = sum.outputs
      graph.nodes[index] = node
      break
    }
  }
  removeDeadNodes(graph)
}
