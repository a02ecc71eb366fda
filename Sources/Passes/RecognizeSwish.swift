import Graphs
import KernelTable
import Operators
import Tensors

/// Writes x · hardSigmoid(x) and x · sigmoid(x), as exporters spell HardSwish and Swish for operator sets without them,
/// as those operators: with HardSigmoid or Sigmoid, or as x · clip(x + 3, 0, 6) / 6.
func recognizeSwish(_ graph: Graph) throws(Failure) {
  let pattern = SwishPattern(graph)
  for index in graph.nodes.indices {
    let node = graph.nodes[index]
    guard node.domain.isEmpty, node.type == "Mul" || node.type == "Div" else { continue }
    for x in 0..<2 {
      guard let type = try pattern.type(node, x), let id = pattern.argument else { continue }
      graph.nodes[index].type = type
      graph.nodes[index].opset = 24
      graph.nodes[index].inputs = [id]
      break
    }
  }
  removeDeadNodes(graph)
}

private final class SwishPattern {
  private let graph: Graph
  private let uses: Uses
  /// Of the swish that was found last.
  private(set) var argument: ValueID?

  init(_ graph: Graph) {
    self.graph = graph
    uses = Uses(graph)
  }

  /// The operator that a product of the node's input `x` with its other one is; nil when it is none.
  func type(_ node: Node, _ x: Int) throws(Failure) -> String? {
    guard x < node.inputs.count, node.inputs.count == 2 else { return nil }
    argument = node.inputs[x]
    if node.type == "Mul" {
      if let sigmoid = maker(node, 1 - x, "Sigmoid"), sigmoid.inputs[0] == argument { return "Swish" }
      if let hard = maker(node, 1 - x, "HardSigmoid"), hard.inputs[0] == argument {
        let (alpha, beta) = (try hard.float("alpha", default: 0.2), try hard.float("beta", default: 0.5))
        return isSixth(alpha) && beta == 0.5 ? "HardSwish" : nil
      }
    }
    let factor = number(node, 1 - x)
    guard isSixth(node.type == "Mul" ? factor : x == 0 ? 1 / factor : 0), let product = maker(node, x, "Mul"),
      product.inputs.count == 2
    else { return nil }
    for x in 0..<2 {
      guard let clip = maker(product, 1 - x, "Clip"), let sum = maker(clip, 0, "Add"), sum.inputs.count == 2
      else { continue }
      argument = product.inputs[x]
      guard let bounds = try bounds(of: clip, graph), bounds == (0, 6) else { return nil }
      for y in 0..<2 where sum.inputs[y] == argument && number(sum, 1 - y) == 3 { return "HardSwish" }
    }
    return nil
  }

  private func isSixth(_ x: Float) -> Bool { (x - 1 / 6).magnitude < 1e-7 }

  /// The node of this type of ONNX's that makes an input of `node` for it alone.
  @inline(never)
  private func maker(_ node: Node, _ input: Int, _ type: String) -> Node? {
    guard input < node.inputs.count, let id = node.inputs[input], uses.onlyReader(of: id) != nil,
      let maker = uses.maker[id], graph.nodes[maker].type == type, graph.nodes[maker].domain.isEmpty,
      !graph.nodes[maker].inputs.isEmpty
    else { return nil }
    return graph.nodes[maker]
  }

  /// The one number that a constant input holds; 0 where it is something else.
  @inline(never)
  private func number(_ node: Node, _ input: Int) -> Float {
    guard let constant = graph.constant(node, input)?.tensor, constant.type == .float32, constant.count == 1 else {
      return 0
    }
    return constant.elements(as: Float.self)[0]
  }
}
