import Graphs
import Tensors

/// Turns one GraphProto into a `Graph`; for a subgraph, within the reader of the graph that encloses it.
final class GraphReader {
  /// libprotobuf's own limit of 100 nested messages is reached at 33 subgraphs.
  private static let deepest = 32

  let scope: ModelScope
  private let enclosing: GraphReader?
  private let depth: Int
  private let graph = Graph()
  /// Values by name: this graph's own and those captured from enclosing ones.
  private var known: [Name: ValueID] = [:]
  /// Initialisers whose data cannot be had, which matters only once they are used.
  private var refused: [ValueID: Failure] = [:]
  /// For each value the node that makes it, -1 for those that no node does.
  private var makers: [Int] = []
  /// What the node at work uses, its subgraphs' captures included.
  private var used: [ValueID] = []

  init(_ scope: ModelScope, within enclosing: GraphReader?) {
    self.scope = scope
    self.enclosing = enclosing
    depth = (enclosing?.depth ?? 0) + 1
  }

  func read(_ content: WireReader) throws(Failure) -> Graph {
    guard depth <= Self.deepest else {
      throw Failure(.unsupported, "subgraphs are nested more than \(Self.deepest) deep")
    }
    let message = try GraphMessage(content)
    graph.name = message.name.text
    let expected = message.initializers.count + message.inputs.count + message.nodes.count
    graph.values.reserveCapacity(expected)
    makers.reserveCapacity(expected)
    known.reserveCapacity(expected)
    try addConstants(message)
    try addInputs(message)
    try addNodeOutputs(message)
    declare(message)
    let uses = try addNodes(message)
    try addOutputs(message)
    try sort(uses)
    return graph
  }

  private func add(_ value: Value, as name: Name, madeBy node: Int = -1) -> ValueID {
    let id = graph.add(value)
    known[name] = id
    makers.append(node)
    return id
  }

  private func addConstants(_ message: GraphMessage) throws(Failure) {
    for initializer in message.initializers {
      let name = initializer.name
      guard !name.isEmpty else { throw Failure(.invalidModel, "an initializer has no name") }
      guard known[name] == nil else { throw Failure(.invalidModel, "two initializers are named \(name.quoted)") }
      let refusal = initializer.refusal
      let data = refusal == nil ? try initializer.tensor(from: scope.source) : nil
      let value = Value(name: name.text, type: data?.type, shape: data?.shape, constant: data)
      let id = add(value, as: name)
      if let refusal { refused[id] = refusal }
    }
  }

  /// An input with an initialiser is a constant: IR version 3 lists all of them as inputs, later ones mean a default.
  private func addInputs(_ message: GraphMessage) throws(Failure) {
    let constants = graph.values.count
    for input in message.inputs {
      guard !input.name.isEmpty else { throw Failure(.invalidModel, "an input has no name") }
      if let id = known[input.name] {
        if id < constants { continue }
        throw Failure(.invalidModel, "two inputs are named \(input.name.quoted)")
      }
      if let foreign = input.foreignType, enclosing == nil {
        throw Failure(.unsupported, "input \(input.name.quoted) is \(foreign)")
      }
      graph.inputs.append(add(Value(name: input.name.text, type: input.type, shape: input.shape), as: input.name))
    }
  }

  private func addNodeOutputs(_ message: GraphMessage) throws(Failure) {
    try checkMemory(nodes: message.nodes.count)
    for (index, node) in message.nodes.enumerated() {
      try checkMemory()
      for output in node.outputs where !output.isEmpty {
        guard known[output] == nil else {
          let makers = "another node, an input or an initializer"
          throw Failure(.invalidModel, "\(node.described): its output \(output.quoted) is made by \(makers), too")
        }
        _ = add(Value(name: output.text), as: output, madeBy: index)
      }
    }
  }

  /// Types and shapes of nodes' outputs as declared; the graph's outputs go before other declarations.
  private func declare(_ message: GraphMessage) {
    for declaration in message.outputs + message.values {
      guard let id = known[declaration.name], makers[id] >= 0 else { continue }
      if graph.values[id].type == nil { graph.values[id].type = declaration.type }
      if graph.values[id].shape == nil { graph.values[id].shape = declaration.shape }
    }
  }

  /// - Returns: for each node, the values it uses that other nodes make.
  private func addNodes(_ message: GraphMessage) throws(Failure) -> [[ValueID]] {
    var uses: [[ValueID]] = []
    uses.reserveCapacity(message.nodes.count)
    graph.nodes.reserveCapacity(message.nodes.count)
    for node in message.nodes {
      try checkMemory()
      used = []
      graph.nodes.append(try read(node))
      uses.append(used)
    }
    return uses
  }

  private func read(_ node: NodeMessage) throws(Failure) -> Node {
    var inputs: [ValueID?] = []
    for name in node.inputs {
      inputs.append(name.isEmpty ? nil : try find(name, for: node))
    }
    var result = Node(
      name: node.name.text, type: node.type.text, domain: node.domain.text, opset: try scope.opset(of: node),
      inputs: inputs, outputs: node.outputs.map { $0.isEmpty ? nil : known[$0] })
    for attribute in node.attributes {
      do throws(Failure) {
        result.attributes.append(try AttributeMessage(attribute).attribute(in: self))
      } catch {
        throw error.within("\(node.described)")
      }
    }
    return result
  }

  private func find(_ input: Name, for node: NodeMessage) throws(Failure) -> ValueID {
    do throws(Failure) {
      if let id = try find(input) { return id }
    } catch {
      throw error.within("\(node.described)")
    }
    throw Failure(
      .invalidModel, "\(node.described): its input \(input.quoted) is made by no node, input or initializer")
  }

  /// The value of a name in this graph, captured from an enclosing one if it is not this graph's own; nil when there is
  /// none. Counts as a use by the node at work.
  private func find(_ name: Name) throws(Failure) -> ValueID? {
    if let id = known[name] {
      if let refusal = refused[id] { throw refusal }
      if makers[id] >= 0 { used.append(id) }
      return id
    }
    guard let outer = try enclosing?.find(name), let source = enclosing?.graph.values[outer] else { return nil }
    let id = add(Value(name: source.name, type: source.type, shape: source.shape), as: name)
    graph.captures.append((outer, id))
    return id
  }

  private func addOutputs(_ message: GraphMessage) throws(Failure) {
    for output in message.outputs {
      guard let id = try find(output.name) else {
        throw Failure(
          .invalidModel, "output \(output.name.quoted) is made by no node, input or initializer")
      }
      graph.outputs.append(id)
    }
  }

  private func sort(_ uses: [[ValueID]]) throws(Failure) {
    guard let order = try executionOrder(of: graph, uses: uses, makers: makers) else { return }
    graph.nodes = order.map { graph.nodes[$0] }
  }
}
