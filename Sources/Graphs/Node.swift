import Tensors

/// One application of an operator.
public struct Node {
  /// One reference instead of seven fields: nodes are passed on in very many places. Copied when a copy is changed.
  private var content: Content

  private final class Content {
    var name: String
    var type: String
    var domain: String
    var opset: Int
    var inputs: [ValueID?]
    var outputs: [ValueID?]
    var attributes: [Attribute]

    @inline(never)
    init(
      _ name: String, _ type: String, _ domain: String, _ opset: Int, _ inputs: [ValueID?], _ outputs: [ValueID?],
      _ attributes: [Attribute]
    ) {
      self.name = name
      self.type = type
      self.domain = domain
      self.opset = opset
      self.inputs = inputs
      self.outputs = outputs
      self.attributes = attributes
    }
  }

  @inline(never)
  private mutating func own() -> Content {
    if !isKnownUniquelyReferenced(&content) {
      content = Content(name, type, domain, opset, inputs, outputs, attributes)
    }
    return content
  }

  public init(
    name: String, type: String, domain: String = "", opset: Int = 1, inputs: [ValueID?], outputs: [ValueID?],
    attributes: [Attribute] = []
  ) {
    content = Content(name, type, domain, opset, inputs, outputs, attributes)
  }

  public var name: String {
    get { content.name }
    _modify { yield &own().name }
  }

  public var type: String {
    get { content.type }
    _modify { yield &own().type }
  }

  /// "" is ONNX's own domain ("ai.onnx" is read as ""); "crnn" holds the library's fused operators.
  public var domain: String {
    get { content.domain }
    _modify { yield &own().domain }
  }

  /// The version of the domain's operator set that the model imports.
  public var opset: Int {
    get { content.opset }
    _modify { yield &own().opset }
  }

  /// nil where an optional input is left out.
  public var inputs: [ValueID?] {
    get { content.inputs }
    _modify { yield &own().inputs }
  }

  /// nil where an output is not wanted.
  public var outputs: [ValueID?] {
    get { content.outputs }
    _modify { yield &own().outputs }
  }

  public var attributes: [Attribute] {
    get { content.attributes }
    _modify { yield &own().attributes }
  }

  /// How messages name the node: its own name, or its first output's.
  public var description: String {
    let place: Message = domain.isEmpty ? "\(type)" : "\(domain).\(type)"
    let message: Message = name.isEmpty ? "node \(place)" : "node '\(name)' (\(place))"
    return message.text
  }

  /// The graphs among its attributes.
  public var subgraphs: [Graph] {
    var graphs: [Graph] = []
    for attribute in attributes {
      switch attribute.value {
      case .graph(let graph): graphs.append(graph)
      case .graphs(let more): graphs += more
      default: break
      }
    }
    return graphs
  }

  public func failure(_ status: Status, _ message: Message) -> Failure {
    Failure(status, "\(description): \(message)")
  }
}

/// A named constant of a node.
public struct Attribute {
  public var name: String
  public var value: AttributeValue

  public init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }
}

public enum AttributeValue {
  case int(Int)
  case float(Float)
  case string(String)
  case tensor(Tensor)
  case graph(Graph)
  case ints([Int])
  case floats([Float])
  case strings([String])
  case tensors([Tensor])
  case graphs([Graph])
}

// Attributes by name. An attribute of another type than asked for is an error, an absent one takes its default.
// Operators ask for them in very many places: one call each.
extension Node {
  @inline(never)
  public func attribute(_ name: String) -> AttributeValue? {
    for attribute in attributes where attribute.name == name { return attribute.value }
    return nil
  }

  @inline(never)
  private func mismatch(_ name: String, _ expected: String) -> Failure {
    failure(.invalidModel, "attribute '\(name)' is not \(expected)")
  }

  @inline(never)
  public func int(_ name: String) throws(Failure) -> Int? {
    guard let value = attribute(name) else { return nil }
    guard case .int(let number) = value else { throw mismatch(name, "an integer") }
    return number
  }

  @inline(never)
  public func int(_ name: String, default fallback: Int) throws(Failure) -> Int { try int(name) ?? fallback }

  @inline(never)
  public func flag(_ name: String, default fallback: Bool = false) throws(Failure) -> Bool {
    try int(name, default: fallback ? 1 : 0) != 0
  }

  @inline(never)
  public func float(_ name: String) throws(Failure) -> Float? {
    guard let value = attribute(name) else { return nil }
    guard case .float(let number) = value else { throw mismatch(name, "a number") }
    return number
  }

  @inline(never)
  public func float(_ name: String, default fallback: Float) throws(Failure) -> Float { try float(name) ?? fallback }

  @inline(never)
  public func string(_ name: String) throws(Failure) -> String? {
    guard let value = attribute(name) else { return nil }
    guard case .string(let text) = value else { throw mismatch(name, "a string") }
    return text
  }

  @inline(never)
  public func string(_ name: String, default fallback: String) throws(Failure) -> String {
    try string(name) ?? fallback
  }

  @inline(never)
  public func ints(_ name: String) throws(Failure) -> [Int]? {
    guard let value = attribute(name) else { return nil }
    guard case .ints(let numbers) = value else { throw mismatch(name, "a list of integers") }
    return numbers
  }

  @inline(never)
  public func floats(_ name: String) throws(Failure) -> [Float]? {
    guard let value = attribute(name) else { return nil }
    guard case .floats(let numbers) = value else { throw mismatch(name, "a list of numbers") }
    return numbers
  }

  @inline(never)
  public func strings(_ name: String) throws(Failure) -> [String]? {
    guard let value = attribute(name) else { return nil }
    guard case .strings(let texts) = value else { throw mismatch(name, "a list of strings") }
    return texts
  }

  @inline(never)
  public func tensor(_ name: String) throws(Failure) -> Tensor? {
    guard let value = attribute(name) else { return nil }
    guard case .tensor(let tensor) = value else { throw mismatch(name, "a tensor") }
    return tensor
  }
}
