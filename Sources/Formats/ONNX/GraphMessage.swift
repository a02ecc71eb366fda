import Tensors

/// GraphProto, its nodes and tensors still messages.
struct GraphMessage {
  private(set) var name = Name.empty
  private(set) var nodes: [NodeMessage] = []
  private(set) var initializers: [TensorMessage] = []
  private(set) var inputs: [ValueInfo] = []
  private(set) var outputs: [ValueInfo] = []
  /// Declarations of values inside the graph.
  private(set) var values: [ValueInfo] = []

  init(_ message: WireReader) throws(Failure) {
    var reader = message
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .bytes):
        try Budget.takeNodes(1)
        nodes.append(try NodeMessage(field.content))
      case (2, .bytes): name = field.name
      case (5, .bytes): initializers.append(try TensorMessage(field.content))
      case (11, .bytes): inputs.append(try ValueInfo(field.content))
      case (12, .bytes): outputs.append(try ValueInfo(field.content))
      case (13, .bytes): values.append(try ValueInfo(field.content))
      case (15, .bytes): throw try Self.sparse(field.content)
      default: break
      }
    }
  }

  /// Names a SparseTensorProto by its values' tensor.
  private static func sparse(_ message: WireReader) throws(Failure) -> Failure {
    var reader = message
    var name = Name.empty
    while let field = try reader.next() {
      if field.number == 1, field.type == .bytes { name = try TensorMessage(field.content).name }
    }
    return Failure(.unsupported, "sparse initializer \(name.quoted)")
  }
}
