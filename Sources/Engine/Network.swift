import Graphs
import Operators
import Tensors

/// A graph whose operators are made: immutable, shared by sessions and threads.
public final class Network: @unchecked Sendable {
  public let graph: Graph
  /// One for each node.
  let operators: [Operator]
  /// The graphs that each node holds, in its operator's order.
  let bodies: [[Network]]
  public let inputs: [Value]
  public let outputs: [Value]

  /// Fails with one message that lists every unsupported node, or with the first bad attribute.
  public init(_ graph: Graph) throws(Failure) {
    try checkMemory(nodes: graph.nodes.count)
    self.graph = graph
    inputs = graph.inputs.map { graph.values[$0] }
    outputs = graph.outputs.map { graph.values[$0] }
    var operators: [Operator] = []
    operators.reserveCapacity(graph.nodes.count)
    for node in graph.nodes { operators.append(try Registry.makeOperator(node)) }
    self.operators = operators
    var bodies: [[Network]] = []
    for (node, operation) in zip(graph.nodes, operators) {
      var networks: [Network] = []
      for graph in operation.graphs {
        do throws(Failure) {
          networks.append(try Network(graph))
        } catch {
          throw error.within("\(node.description)")
        }
      }
      bodies.append(networks)
    }
    self.bodies = bodies
  }

  /// The values that a run must be given: the graph's inputs, then what it captures.
  var given: [ValueID] { graph.inputs + graph.captures.map { $0.inner } }
}

/// Fails with one message that lists every node of the graph whose operator the library does not have.
public func requireSupported(_ graph: Graph) throws(Failure) {
  var count = 0
  var lines: Message = ""
  collectUnsupported(graph, &count, into: &lines)
  guard count > 0 else { return }
  if count > 50 { lines = "\(lines)\n  and \(count - 50) more" }
  throw Failure(.unsupported, "\(count) unsupported \(count == 1 ? "node" : "nodes"):\(lines)")
}

private func collectUnsupported(_ graph: Graph, _ count: inout Int, into lines: inout Message) {
  for node in graph.nodes {
    if Registry.entry(for: node) == nil {
      count += 1
      guard count <= 50 else { continue }
      let domain = node.domain.isEmpty ? "ai.onnx" : node.domain
      lines = "\(lines)\n  '\(node.name)': operator \(node.type), domain \(domain), opset \(node.opset)"
    }
    for subgraph in node.subgraphs { collectUnsupported(subgraph, &count, into: &lines) }
  }
}
