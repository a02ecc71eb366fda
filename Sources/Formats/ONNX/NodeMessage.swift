import Tensors

/// NodeProto, its attributes still messages.
struct NodeMessage {
  private(set) var name = Name.empty
  private(set) var type = Name.empty
  private(set) var domain = Name.empty
  /// An empty name stands for an input or output that is left out.
  private(set) var inputs: [Name] = []
  private(set) var outputs: [Name] = []
  private(set) var attributes: [WireReader] = []

  init(_ message: WireReader) throws(Failure) {
    var reader = message
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .bytes): inputs.append(field.name)
      case (2, .bytes): outputs.append(field.name)
      case (3, .bytes): name = field.name
      case (4, .bytes): type = field.name
      case (5, .bytes): attributes.append(field.content)
      case (7, .bytes): domain = field.name.asDomain
      default: break
      }
    }
    guard !type.isEmpty else { throw Failure(.invalidModel, "\(described): has no operator") }
  }

  /// As `Node.description`, before there is a node.
  var described: Message {
    if !name.isEmpty { return "node \(name.quoted) (\(type.text))" }
    guard let output = outputs.first else { return "node \(type.text)" }
    return "node \(type.text) of \(output.quoted)"
  }
}
