import Graphs
import Tensors

/// Leaves out initial states of recurrent layers that are zeros made to measure, as exporters write them for the state
/// that a layer begins with anyway. What makes them is dead then, and need not be worked out for each shape.
func dropZeroStates(_ graph: Graph) {
  let uses = Uses(graph)
  for index in graph.nodes.indices where isRecurrent(graph.nodes[index]) {
    for input in graph.nodes[index].inputs.indices where input == 5 || input == 6 {
      guard let id = graph.nodes[index].inputs[input], let maker = uses.maker[id] else { continue }
      if makesZeros(graph.nodes[maker], graph) { graph.nodes[index].inputs[input] = nil }
    }
  }
}

private func isRecurrent(_ node: Node) -> Bool {
  node.domain.isEmpty && (node.type == "LSTM" || node.type == "GRU" || node.type == "RNN")
}

/// Whether the node repeats a zero.
private func makesZeros(_ node: Node, _ graph: Graph) -> Bool {
  guard node.domain.isEmpty else { return false }
  var element: Tensor?
  if node.type == "ConstantOfShape" {
    guard let value = node.attribute("value") else { return true }
    if case .tensor(let tensor) = value { element = tensor }
  } else if node.type == "Expand" {
    element = graph.constant(node, 0)?.tensor
  }
  return element.map { $0.count == 1 && $0.bytes.allSatisfy { $0 == 0 } } ?? false
}
