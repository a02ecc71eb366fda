import Tensors

/// A value's number in its graph.
public typealias ValueID = Int

/// What flows along the graph's edges: an input, a constant or a node's output.
public struct Value {
  public var name: String
  /// As declared in the file, if at all. Only those of inputs are trusted.
  public var type: ElementType?
  /// As declared; -1 for an open dimension; nil when not declared.
  public var shape: Shape?
  /// The data of an initialiser.
  public var constant: Tensor?

  public init(name: String, type: ElementType? = nil, shape: Shape? = nil, constant: Tensor? = nil) {
    self.name = name
    self.type = type
    self.shape = shape
    self.constant = constant
  }
}

/// A network as read from a file: nodes in an order in which every value is made before it is used.
public final class Graph {
  public var name: String
  public var values: [Value]
  public var nodes: [Node]
  public var inputs: [ValueID]
  public var outputs: [ValueID]
  /// For a subgraph: pairs of a value of the enclosing graph and the value in this graph that stands for it.
  public var captures: [(outer: ValueID, inner: ValueID)]

  public init(name: String = "") {
    self.name = name
    values = []
    nodes = []
    inputs = []
    outputs = []
    captures = []
  }

  /// This graph and those inside its nodes, to any depth.
  public var family: [Graph] {
    var graphs = [self]
    for node in nodes { for subgraph in node.subgraphs { graphs += subgraph.family } }
    return graphs
  }

  public func add(_ value: Value) -> ValueID {
    values.append(value)
    return values.count - 1
  }
}

/// A file's whole content.
public struct ModelFile {
  public var graph: Graph
  /// In the file's order; keys are unique.
  public var metadata: [(key: String, value: String)]
  /// What the file says of its maker, for inspection only.
  public var producer: String

  public init(graph: Graph, metadata: [(key: String, value: String)] = [], producer: String = "") {
    self.graph = graph
    self.metadata = metadata
    self.producer = producer
  }
}
