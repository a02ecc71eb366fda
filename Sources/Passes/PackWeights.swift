import Graphs
import Operators
import Tensors

/// Replaces nodes with constant weights by the library's own operators, whose weights lie as the kernels read them.
/// The packed weights are constants like any other: a saved model holds them ready to use.
func packWeights(_ graph: Graph) throws(Failure) {
  for index in graph.nodes.indices {
    let node = graph.nodes[index]
    let constants = node.inputs.map { $0.flatMap { graph.values[$0].constant } }
    guard let packed = try packedForm(of: node, constants) else { continue }
    graph.nodes[index] = packed.node
    for (input, tensor) in packed.constants {
      let source = input < node.inputs.count ? node.inputs[input].map { graph.values[$0].name } : nil
      let name = "\(source ?? "\(node.name).\(input)").packed"
      graph.nodes[index].inputs[input] = graph.add(
        Value(name: name, type: tensor.type, shape: tensor.shape, constant: tensor))
    }
  }
}
