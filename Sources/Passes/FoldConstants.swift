import Engine
import Graphs
import Operators
import Tensors

/// Computes every node whose inputs are all constants, once and for all.
func foldConstants(_ graph: Graph) throws(Failure) {
  for node in graph.nodes where isFoldable(node, graph) {
    var inputs: [Tensor?] = []
    var inputBytes = 0
    for id in node.inputs {
      let tensor = id.flatMap { graph.values[$0].constant }
      inputBytes += tensor?.byteCount ?? 0
      inputs.append(tensor)
    }
    let outputs: [Tensor?]
    do throws(Failure) {
      // A few bytes may ask for gigabytes.
      outputs = try evaluate(Registry.makeOperator(node), inputs, byteLimit: max(8 * inputBytes, 1 << 26))
    } catch {
      // A node that cannot be computed may still be one that no output needs; if it is needed, planning reports it.
      if error.status == .outOfMemory { throw error.within("\(node.description)") }
      continue
    }
    // What expands (a filled shape, a tiled pattern) is cheaper to make again than to keep.
    let outputBytes = outputs.reduce(0) { $0 + ($1?.byteCount ?? 0) }
    // Dequantised weights are to be packed.
    guard outputBytes <= max(inputBytes * 2, 1 << 20) || node.type == "DequantizeLinear" else { continue }
    for (position, id) in node.outputs.enumerated() {
      guard let id, position < outputs.count else { continue }
      graph.values[id].constant = outputs[position]
    }
  }
  graph.nodes.removeAll { node in
    isFoldable(node, graph) && node.outputs.allSatisfy { $0.map { graph.values[$0].constant != nil } ?? true }
  }
}

private func isFoldable(_ node: Node, _ graph: Graph) -> Bool {
  node.subgraphs.isEmpty && node.inputs.allSatisfy { $0.map { graph.values[$0].constant != nil } ?? true }
}
