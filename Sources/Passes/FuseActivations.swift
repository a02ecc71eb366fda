import Graphs
import KernelTable
import Operators
import Tensors

/// Lets the packed convolutions and matrix products apply the activation that follows them.
func fuseActivations(_ graph: Graph) throws(Failure) {
  let uses = Uses(graph)
  var removed = [Bool](repeating: false, count: graph.nodes.count)
  for (index, node) in graph.nodes.enumerated() {
    guard case let input?? = node.inputs.first, case let output?? = node.outputs.first,
      let maker = uses.maker[input], !removed[maker], uses.onlyReader(of: input) == index,
      graph.nodes[maker].domain == "crnn", fusing.contains(graph.nodes[maker].type),
      graph.nodes[maker].attribute("activation") == nil,
      let activation = try activation(of: node, graph)
    else { continue }
    graph.nodes[maker].attributes += activation.attributes
    graph.nodes[maker].outputs[0] = output
    removed[index] = true
  }
  var index = 0
  graph.nodes.removeAll { _ in
    defer { index += 1 }
    return removed[index]
  }
}

/// The packed operators that can carry an activation.
private let fusing: Set<String> = ["Conv", "ConvTranspose", "MatMul"]

/// The activation that a node is; nil when it is none of those that fuse.
private func activation(of node: Node, _ graph: Graph) throws(Failure) -> Activation? {
  guard node.domain.isEmpty else { return nil }
  switch node.type {
  case "Relu": return Activation(.relu)
  case "LeakyRelu": return Activation(.leakyRelu, alpha: try node.float("alpha", default: 0.01))
  case "Sigmoid": return Activation(.sigmoid)
  case "Tanh": return Activation(.tanh)
  case "HardSwish": return Activation(.hardSwish)
  case "HardSigmoid":
    return Activation(
      .hardSigmoid, alpha: try node.float("alpha", default: 0.2), beta: try node.float("beta", default: 0.5))
  case "Swish": return Activation(.swish, alpha: try node.float("alpha", default: 1))
  case "Clip": return try bounds(of: node, graph).map { Activation(.clip, alpha: $0.low, beta: $0.high) }
  default: return nil
  }
}

/// The bounds of a Clip; nil when they are not constant.
func bounds(of clip: Node, _ graph: Graph) throws(Failure) -> (low: Float, high: Float)? {
  let low = try bound(clip, graph, input: 1, attribute: "min", default: -.infinity)
  let high = try bound(clip, graph, input: 2, attribute: "max", default: .infinity)
  guard let low, let high else { return nil }
  return (low, high)
}

/// A bound of a Clip: an attribute before opset 11, then a constant input; nil when it is not constant.
private func bound(
  _ node: Node, _ graph: Graph, input: Int, attribute: String, default fallback: Float
) throws(Failure) -> Float? {
  if node.opset < 11 { return try node.float(attribute, default: fallback) }
  guard input < node.inputs.count, node.inputs[input] != nil else { return fallback }
  guard let constant = graph.constant(node, input)?.tensor, constant.type == .float32, constant.count == 1 else {
    return nil
  }
  return constant.elements(as: Float.self)[0]
}
