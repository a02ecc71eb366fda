import Tensors

/// A function defined in the model itself, by what nodes call it.
struct FunctionName: Hashable {
  let domain: Name
  let name: Name
}

/// ModelProto: the header, and the graph still as a message, since the graph's meaning depends on fields after it.
struct ModelMessage {
  var header = ONNXHeader()
  var graph: WireReader?
  /// Versions by domain.
  var opsets: [Name: Int] = [:]
  var functions: Set<FunctionName> = []

  init(_ message: WireReader) throws(Failure) {
    var reader = message
    var metadataKeys: [Name: Int] = [:]
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .varint): header.irVersion = field.int
      case (2, .bytes): header.producerName = field.text
      case (3, .bytes): header.producerVersion = field.text
      case (4, .bytes): header.domain = field.text
      case (5, .varint): header.modelVersion = field.int
      case (7, .bytes):
        guard graph == nil else { throw Failure(.invalidModel, "two graphs in one model") }
        graph = field.content
      case (8, .bytes): try readOpsetImport(field.content)
      case (14, .bytes): try readMetadata(field.content, &metadataKeys)
      case (25, .bytes): try readFunction(field.content)
      default: break
      }
    }
    try checkVersion()
  }

  private func checkVersion() throws(Failure) {
    let version = header.irVersion
    guard version > 0 else { throw Failure(.invalidModel, "no IR version: this is not an ONNX model") }
    guard onnxIRVersions.contains(version) else {
      let known: Message = "versions \(onnxIRVersions.lowerBound) to \(onnxIRVersions.upperBound) are supported"
      throw Failure(.unsupported, "ONNX IR version \(version); \(known)")
    }
  }

  /// OperatorSetIdProto
  private mutating func readOpsetImport(_ message: WireReader) throws(Failure) {
    var reader = message
    var domain = Name.empty
    var version = 0
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .bytes): domain = field.name.asDomain
      case (2, .varint): version = field.int
      default: break
      }
    }
    let named = domain.isEmpty ? "ai.onnx" : domain.text
    guard version > 0 else { throw Failure(.invalidModel, "operator set '\(named)' is imported in version \(version)") }
    if let other = opsets[domain], other != version {
      throw Failure(.invalidModel, "operator set '\(named)' is imported in versions \(other) and \(version)")
    }
    if opsets.updateValue(version, forKey: domain) == nil {
      header.opsetImports.append((domain.text, version))
    }
  }

  private mutating func readMetadata(_ message: WireReader, _ keys: inout [Name: Int]) throws(Failure) {
    let entry = try readStringEntry(message)
    if let index = keys[entry.key] {
      header.metadata[index].value = entry.value.text
    } else {
      keys[entry.key] = header.metadata.count
      header.metadata.append((entry.key.text, entry.value.text))
    }
  }

  /// FunctionProto, by name only.
  private mutating func readFunction(_ message: WireReader) throws(Failure) {
    var reader = message
    var domain = Name.empty
    var name = Name.empty
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .bytes): name = field.name
      case (10, .bytes): domain = field.name.asDomain
      default: break
      }
    }
    functions.insert(FunctionName(domain: domain, name: name))
  }
}

/// StringStringEntryProto
func readStringEntry(_ message: WireReader) throws(Failure) -> (key: Name, value: Name) {
  var reader = message
  var key = Name.empty
  var value = Name.empty
  while let field = try reader.next() {
    switch (field.number, field.type) {
    case (1, .bytes): key = field.name
    case (2, .bytes): value = field.name
    default: break
    }
  }
  return (key, value)
}
