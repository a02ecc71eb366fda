import Graphs
import Tensors

/// Puts an Add of a constant vector after a MatMul with constant weights into the MatMul, as a third input that
/// `packWeights` understands; ONNX's own MatMul has none.
func fuseBias(_ graph: Graph) throws(Failure) {
  let uses = Uses(graph)
  var removed = [Bool](repeating: false, count: graph.nodes.count)
  for (index, node) in graph.nodes.enumerated() {
    guard node.type == "Add", node.domain.isEmpty, node.inputs.count == 2, case let output?? = node.outputs.first
    else { continue }
    for (position, id) in node.inputs.enumerated() {
      guard let id, let maker = uses.maker[id], !removed[maker], uses.onlyReader(of: id) == index,
        graph.nodes[maker].type == "MatMul", graph.nodes[maker].domain.isEmpty, graph.nodes[maker].inputs.count == 2,
        let weights = graph.constant(graph.nodes[maker], 1), weights.tensor.shape.count == 2,
        weights.tensor.type == .float32, weights.tensor.count > 0,
        let bias = graph.constant(node, 1 - position), bias.tensor.type == .float32,
        // Not one that would broadcast the product instead.
        bias.tensor.shape.count <= 1, bias.tensor.count == weights.tensor.shape[1]
      else { continue }
      graph.nodes[maker].inputs.append(bias.id)
      graph.nodes[maker].outputs[0] = output
      removed[index] = true
      break
    }
  }
  var index = 0
  graph.nodes.removeAll { _ in
    defer { index += 1 }
    return removed[index]
  }
}
