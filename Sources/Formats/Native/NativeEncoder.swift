import Graphs
import Tensors

/// A model laid out as a native file: everything before the weights as bytes, the weights by where they go.
struct NativeEncoding {
  /// Header and tables; the weights follow at once.
  let head: [UInt8]
  /// In file order, each at the next multiple of 64.
  let tensors: [Tensor]
  /// Of the whole file.
  let byteCount: Int
}

/// Lays out a model. Fails when the model is inconsistent or larger than the format allows.
func encodeNative(_ file: ModelFile) throws(Failure) -> NativeEncoding {
  var encoder = NativeEncoder()
  return try encoder.encode(file)
}

private struct NativeEncoder {
  private var tables = [ByteBuffer](repeating: ByteBuffer(), count: NativeTableKind.allCases.count)
  private var text: [UInt8] = []
  private var strings: [[UInt8]: UInt32] = [:]
  private var tensors: [Tensor] = []
  private var tensorIndices: [TensorKey: UInt32] = [:]
  /// Graphs in file order: breadth first, so that a subgraph comes after the graph whose node holds it.
  private var graphs: [(graph: Graph, parent: Int?, depth: Int)] = []
  private var dimensions = ByteBuffer()

  /// Tensors with the same memory, type and shape are one in the file; empty ones whatever their address.
  private struct TensorKey: Hashable {
    let address: UInt
    let type: Int32
    let shape: Shape
  }

  private subscript(_ kind: NativeTableKind) -> ByteBuffer {
    get { tables[kind.rawValue - 1] }
    _modify { yield &tables[kind.rawValue - 1] }
  }

  mutating func encode(_ file: ModelFile) throws(Failure) -> NativeEncoding {
    self[.stringOffsets].append(UInt32(0))
    self[.model].append(try string(file.producer))
    self[.model].append(UInt32(0))
    try encodeMetadata(file.metadata)
    graphs.append((file.graph, nil, 0))
    var next = 0
    while next < graphs.count {
      try encodeGraph(next)
      next += 1
    }
    self[.text].append(text)
    return try assemble()
  }

  // MARK: Parts

  private func index(_ count: Int, _ what: StaticString, _ name: String = "") throws(Failure) -> UInt32 {
    guard let index = UInt32(exactly: count), index != NativeLayout.none else {
      throw Failure(.unsupported, "\(count) \(what) \(name) do not fit a native file")
    }
    return index
  }

  private mutating func string(_ string: String) throws(Failure) -> UInt32 {
    let bytes = Array(string.utf8)
    if let known = strings[bytes] { return known }
    let number = try index(strings.count, "strings")
    text += bytes
    self[.stringOffsets].append(try index(text.count, "bytes of text"))
    strings[bytes] = number
    return number
  }

  private mutating func encodeMetadata(_ metadata: [(key: String, value: String)]) throws(Failure) {
    var keys = Set<[UInt8]>()
    var size = 0
    for (key, value) in metadata {
      size += key.utf8.count + value.utf8.count
      guard keys.insert(Array(key.utf8)).inserted else {
        throw Failure(.invalidModel, "the metadata key '\(key)' is there twice")
      }
      self[.metadata].append(try string(key))
      self[.metadata].append(try string(value))
    }
    guard size <= NativeLayout.maximumMetadataSize else {
      throw Failure(
        .limitExceeded, "\(size) bytes of metadata, expected \(NativeLayout.maximumMetadataSize) at most")
    }
  }

  private mutating func encodeTensor(_ tensor: Tensor) throws(Failure) -> UInt32 {
    let key = TensorKey(
      address: tensor.byteCount == 0 ? 0 : UInt(bitPattern: tensor.storage.base), type: tensor.type.rawValue,
      shape: tensor.shape)
    if let known = tensorIndices[key] { return known }
    guard tensor.shape.count <= maximumRank else {
      throw Failure(.unsupported, "a tensor of rank \(tensor.shape.count), expected \(maximumRank) at most")
    }
    let number = try index(tensors.count, "tensors")
    tensors.append(tensor)
    tensorIndices[key] = number
    return number
  }

  private mutating func encodeGraph(_ number: Int) throws(Failure) {
    let graph = graphs[number].graph
    try checkConsistency(of: graph, outer: graphs[number].parent.map { graphs[$0].graph.values.count })
    self[.graphs].append(try string(graph.name))
    for count in [
      graph.values.count, graph.nodes.count, graph.inputs.count, graph.outputs.count, graph.captures.count,
    ] {
      self[.graphs].append(try index(count, "parts of graph", graph.name))
    }
    for value in graph.values { try encodeValue(value) }
    for value in graph.inputs + graph.outputs { try encodeLink(value) }
    for capture in graph.captures {
      try encodeLink(capture.outer)
      try encodeLink(capture.inner)
    }
    for node in graph.nodes { try encodeNode(node, in: number) }
  }

  private mutating func encodeLink(_ value: ValueID?) throws(Failure) {
    guard let value else { return self[.links].append(NativeLayout.none) }
    self[.links].append(try index(value, "values"))
  }

  private mutating func encodeValue(_ value: Value) throws(Failure) {
    self[.values].append(try string(value.name))
    self[.values].append(UInt32(bitPattern: value.type?.rawValue ?? 0))
    if let shape = value.shape {
      guard shape.count <= maximumRank else {
        throw Failure(.unsupported, "value '\(value.name)' has rank \(shape.count), expected \(maximumRank) at most")
      }
      self[.values].append(UInt32(shape.count))
      for dimension in shape { dimensions.append(UInt64(bitPattern: Int64(max(dimension, -1)))) }
    } else {
      self[.values].append(UInt32(bitPattern: -1))
    }
    if let constant = value.constant {
      self[.values].append(try encodeTensor(constant))
    } else {
      self[.values].append(NativeLayout.none)
    }
  }

  private mutating func encodeNode(_ node: Node, in graph: Int) throws(Failure) {
    for part in [node.name, node.type, node.domain] { self[.nodes].append(try string(part)) }
    for count in [node.inputs.count, node.outputs.count, node.attributes.count] {
      self[.nodes].append(try index(count, "parts of a node"))
    }
    self[.nodes].append(UInt64(bitPattern: Int64(node.opset)))
    for value in node.inputs { try encodeLink(value) }
    for value in node.outputs { try encodeLink(value) }
    for attribute in node.attributes {
      do { try encodeAttribute(attribute, in: graph) } catch { throw error.within("\(node.description)") }
    }
  }

  // MARK: Attributes

  private mutating func encodeAttribute(_ attribute: Attribute, in graph: Int) throws(Failure) {
    switch attribute.value {
    case .int(let value): try encodeAttribute(attribute.name, .int, [UInt64(bitPattern: Int64(value))])
    case .float(let value): try encodeAttribute(attribute.name, .float, [UInt64(value.bitPattern)])
    case .string(let value): try encodeAttribute(attribute.name, .string, [UInt64(try string(value))])
    case .tensor(let value): try encodeAttribute(attribute.name, .tensor, [UInt64(try encodeTensor(value))])
    case .graph(let value): try encodeAttribute(attribute.name, .graph, [UInt64(try subgraph(value, of: graph))])
    case .ints(let list):
      try encodeAttribute(attribute.name, .ints, list.map { UInt64(bitPattern: Int64($0)) })
    case .floats(let list): try encodeAttribute(attribute.name, .floats, list.map { UInt64($0.bitPattern) })
    case .strings(let list):
      var elements: [UInt64] = []
      for value in list { elements.append(UInt64(try string(value))) }
      try encodeAttribute(attribute.name, .strings, elements)
    case .tensors(let list):
      var elements: [UInt64] = []
      for value in list { elements.append(UInt64(try encodeTensor(value))) }
      try encodeAttribute(attribute.name, .tensors, elements)
    case .graphs(let list):
      var elements: [UInt64] = []
      for value in list { elements.append(UInt64(try subgraph(value, of: graph))) }
      try encodeAttribute(attribute.name, .graphs, elements)
    }
  }

  private mutating func encodeAttribute(
    _ name: String, _ kind: NativeAttributeKind, _ elements: [UInt64]
  ) throws(Failure) {
    self[.attributes].append(try string(name))
    self[.attributes].append(kind.rawValue)
    self[.attributes].append(try index(elements.count, "elements of attribute", name))
    for element in elements { self[.elements].append(element) }
  }

  private mutating func subgraph(_ graph: Graph, of parent: Int) throws(Failure) -> UInt32 {
    let depth = graphs[parent].depth + 1
    guard depth <= NativeLayout.maximumDepth else {
      throw Failure(.unsupported, "subgraphs lie more than \(NativeLayout.maximumDepth) deep")
    }
    let number = try index(graphs.count, "graphs")
    graphs.append((graph, parent, depth))
    return number
  }

  // MARK: The file's head

  private mutating func assemble() throws(Failure) -> NativeEncoding {
    for tensor in tensors {
      for dimension in tensor.shape { self[.dimensions].append(UInt64(dimension)) }
    }
    self[.dimensions].append(dimensions.bytes)

    let headEnd = try headSize()
    let fileSize = try layTensors(from: headEnd)
    let directory = layTables()
    var body = ByteBuffer()
    body.append(directory.bytes)
    for table in tables {
      body.append(table.bytes)
      body.pad(to: 8)
    }
    body.pad(to: NativeLayout.alignment)
    let header = self.header(fileSize: fileSize, tablesEnd: headEnd, tables: body.bytes)
    return NativeEncoding(head: header + body.bytes, tensors: tensors, byteCount: fileSize)
  }

  /// Bytes of header and tables, known before the tensor table is filled because its records have a fixed size.
  private func headSize() throws(Failure) -> Int {
    var size = NativeLayout.headerSize + tables.count * NativeLayout.directoryEntrySize
    for kind in NativeTableKind.allCases {
      let bytes = kind == .tensors ? tensors.count * kind.recordSize : self[kind].bytes.count
      size = try aligned(size + bytes, to: 8)
    }
    return try aligned(size, to: NativeLayout.alignment)
  }

  /// Fills the tensor table; returns the file's size.
  private mutating func layTensors(from start: Int) throws(Failure) -> Int {
    var offset = start
    for tensor in tensors {
      self[.tensors].append(UInt32(bitPattern: tensor.type.rawValue))
      self[.tensors].append(UInt32(tensor.shape.count))
      self[.tensors].append(UInt64(offset))
      self[.tensors].append(UInt64(tensor.byteCount))
      self[.tensors].append(weightsChecksum(tensor.bytes, formatVersion: NativeLayout.formatVersion))
      let (end, overflow) = offset.addingReportingOverflow(tensor.byteCount)
      guard !overflow else { throw Failure(.unsupported, "the weights do not fit a file") }
      offset = try aligned(end, to: NativeLayout.alignment)
    }
    return offset
  }

  private func layTables() -> ByteBuffer {
    var directory = ByteBuffer()
    var offset = NativeLayout.headerSize + tables.count * NativeLayout.directoryEntrySize
    for kind in NativeTableKind.allCases {
      let size = self[kind].bytes.count
      directory.append(UInt32(kind.rawValue))
      directory.append(UInt32(kind.recordSize))
      directory.append(UInt64(offset))
      directory.append(UInt64(size / kind.recordSize))
      offset += (size + 7) & ~7
    }
    return directory
  }

  private func header(fileSize: Int, tablesEnd: Int, tables body: [UInt8]) -> [UInt8] {
    var header = ByteBuffer()
    header.append(NativeLayout.magic)
    header.append(NativeLayout.formatVersion)
    header.append(NativeLayout.minimumReaderVersion)
    header.append(UInt64(fileSize))
    header.append(UInt64(tablesEnd))
    header.append(body.withUnsafeBytes { xxHash64($0) })
    header.append(UInt32(tables.count))
    header.append(UInt32(0))
    header.append(UInt64(0))
    header.append(header.bytes.withUnsafeBytes { xxHash64($0) })
    return header.bytes
  }
}

/// The next multiple of `alignment`, a power of two.
func aligned(_ offset: Int, to alignment: Int) throws(Failure) -> Int {
  let (sum, overflow) = offset.addingReportingOverflow(alignment - 1)
  guard !overflow else { throw Failure(.unsupported, "the weights do not fit a file") }
  return sum & ~(alignment - 1)
}
