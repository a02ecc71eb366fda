import Graphs
import Tensors

/// Turns tables into a model. Everything is read in table order, so the work is in proportion to the file.
struct NativeDecoder {
  private let bytes: UnsafeRawBufferPointer
  private let owner: AnyObject?
  var tables: NativeTables
  let strings: [String]
  private var tensors: [Tensor] = []
  var graphs: [Graph] = []
  /// The enclosing graph of each graph that an attribute has named so far.
  var parents: [Int?] = []
  var depths: [Int] = []

  init(_ bytes: UnsafeRawBufferPointer, _ owner: AnyObject?) throws(Failure) {
    self.bytes = bytes
    self.owner = owner
    tables = try NativeTables(bytes)
    strings = try tables.strings()
  }

  mutating func decode() throws(Failure) -> ModelFile {
    try readTensors()
    let model = tables[.model]
    guard model.count == 1 else { throw Failure(.invalidModel, "the model table holds \(model.count) records, not 1") }
    let metadata = try readMetadata()
    try readGraphs()
    for kind in [NativeTableKind.values, .nodes, .links, .attributes, .elements, .dimensions] {
      try tables[kind].checkExhausted()
    }
    return ModelFile(graph: graphs[0], metadata: metadata, producer: try string(model.uint32(0)))
  }

  func string(_ index: UInt32) throws(Failure) -> String {
    guard Int(index) < strings.count else {
      throw Failure(.invalidModel, "string \(index) is referred to, there are \(strings.count)")
    }
    return strings[Int(index)]
  }

  private mutating func readMetadata() throws(Failure) -> [(key: String, value: String)] {
    let table = tables[.metadata]
    var metadata: [(key: String, value: String)] = []
    var keys = Set<[UInt8]>()
    // Entries may share a string, so their number does not bound their size.
    var size = 0
    for record in 0..<table.count {
      let entry = (key: try string(table.uint32(record, 0)), value: try string(table.uint32(record, 4)))
      size += entry.key.utf8.count + entry.value.utf8.count
      guard size <= NativeLayout.maximumMetadataSize else {
        throw Failure(.invalidModel, "there are more than \(NativeLayout.maximumMetadataSize) bytes of metadata")
      }
      guard keys.insert(Array(entry.key.utf8)).inserted else {
        throw Failure(.invalidModel, "the metadata key '\(entry.key)' is there twice")
      }
      metadata.append(entry)
    }
    return metadata
  }

  // MARK: Weights

  private mutating func readTensors() throws(Failure) {
    let table = tables[.tensors]
    tensors.reserveCapacity(table.count)
    var end = tables.weightsOffset
    for record in 0..<table.count {
      guard let type = ElementType(rawValue: table.int32(record, 0)) else {
        throw Failure(.invalidModel, "tensor \(record) has the unknown element type \(table.int32(record, 0))")
      }
      let shape = try readShape(rank: Int(table.uint32(record, 4)), "tensor")
      guard let offset = Int(exactly: table.uint64(record, 8)), let size = Int(exactly: table.uint64(record, 16)),
        offset >= end, offset <= bytes.count, size <= bytes.count - offset, offset % NativeLayout.alignment == 0
      else { throw Failure(.invalidModel, "the weights of tensor \(record) lie outside their place in the file") }
      let (expected, overflow) = try elementCount(of: shape).multipliedReportingOverflow(by: type.size)
      guard !overflow, size == expected else {
        throw Failure(.invalidModel, "tensor \(record) has \(size) bytes for \(type.name) \(describe(shape))")
      }
      let storage = Storage(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size]), keeping: owner)
      tensors.append(try Tensor(type, shape, storage))
      end = offset + size
    }
  }

  /// The next `rank` dimensions; -1 stands for an open one.
  private mutating func readShape(rank: Int, _ place: StaticString, named name: String = "") throws(Failure) -> Shape {
    guard rank <= maximumRank else {
      throw Failure(.invalidModel, "\(place) '\(name)' has rank \(rank), expected \(maximumRank) at most")
    }
    var shape: Shape = []
    for record in try tables[.dimensions].take(rank) {
      guard let dimension = Int(exactly: tables[.dimensions].int64(record)), dimension >= -1 else {
        throw Failure(.invalidModel, "\(place) '\(name)' has the dimension \(tables[.dimensions].int64(record))")
      }
      shape.append(dimension)
    }
    return shape
  }

  func tensor(_ index: UInt64) throws(Failure) -> Tensor {
    guard index < UInt64(tensors.count) else {
      throw Failure(.invalidModel, "tensor \(index) is referred to, there are \(tensors.count)")
    }
    return tensors[Int(index)]
  }

  func verifyWeights(of graph: Graph) throws(Failure) {
    for (index, tensor) in tensors.enumerated()
    where weightsChecksum(tensor.bytes, formatVersion: tables.formatVersion) != tables[.tensors].uint64(index, 24) {
      throw Failure(.invalidModel, "the weights of \(name(ofTensor: index)) are damaged: their checksum does not match")
    }
  }

  private func name(ofTensor tensor: Int) -> Message {
    let values = tables[.values]
    for record in 0..<values.count where values.uint32(record, 12) == UInt32(truncatingIfNeeded: tensor) {
      let name = Int(values.uint32(record, 0))
      if name < strings.count { return "value '\(strings[name])'" }
    }
    return "tensor \(tensor)"
  }

  // MARK: Graphs

  private mutating func readGraphs() throws(Failure) {
    let table = tables[.graphs]
    guard table.count > 0 else { throw Failure(.invalidModel, "the graph table is empty") }
    for _ in 0..<table.count { graphs.append(Graph()) }
    parents = [Int?](repeating: nil, count: table.count)
    depths = [Int](repeating: 0, count: table.count)
    for index in 0..<table.count {
      // A graph is named by exactly one attribute, of a graph before it.
      guard index == 0 || parents[index] != nil else {
        throw Failure(.invalidModel, "graph \(index) belongs to no node")
      }
      try readGraph(index, table)
      try checkConsistency(of: graphs[index], outer: parents[index].map { graphs[$0].values.count })
    }
  }

  private mutating func readGraph(_ index: Int, _ table: NativeTable) throws(Failure) {
    let graph = graphs[index]
    graph.name = try string(table.uint32(index, 0))
    for record in try tables[.values].take(Int(table.uint32(index, 4))) { graph.values.append(try readValue(record)) }
    graph.inputs = try readLinks(table.uint32(index, 12))
    graph.outputs = try readLinks(table.uint32(index, 16))
    let captures = Int(table.uint32(index, 20))
    for _ in 0..<captures {
      let pair = try readLinks(2)
      graph.captures.append((outer: pair[0], inner: pair[1]))
    }
    let nodes = try tables[.nodes].take(Int(table.uint32(index, 8)))
    try Budget.takeNodes(nodes.count)
    for record in nodes {
      graph.nodes.append(try readNode(record, in: index))
    }
  }

  private mutating func readValue(_ record: Int) throws(Failure) -> Value {
    let table = tables[.values]
    var value = Value(name: try string(table.uint32(record, 0)))
    let type = table.int32(record, 4)
    if type != 0 {
      value.type = ElementType(rawValue: type)
      guard value.type != nil else {
        throw Failure(.invalidModel, "value '\(value.name)' has the unknown element type \(type)")
      }
    }
    let rank = Int(table.int32(record, 8))
    if rank >= 0 { value.shape = try readShape(rank: rank, "value", named: value.name) }
    let index = table.uint32(record, 12)
    if index != NativeLayout.none { value.constant = try tensor(UInt64(index)) }
    return value
  }

  private mutating func readOptionalLinks(_ count: UInt32) throws(Failure) -> [ValueID?] {
    let records = try tables[.links].take(Int(count))
    let table = tables[.links]
    return records.map { table.uint32($0) == NativeLayout.none ? nil : ValueID(table.uint32($0)) }
  }

  private mutating func readLinks(_ count: UInt32) throws(Failure) -> [ValueID] {
    let records = try tables[.links].take(Int(count))
    let table = tables[.links]
    return records.map { ValueID(table.uint32($0)) }
  }

  private mutating func readNode(_ record: Int, in graph: Int) throws(Failure) -> Node {
    let table = tables[.nodes]
    guard let opset = Int(exactly: table.int64(record, 24)) else {
      throw Failure(.invalidModel, "node \(record) has the operator set version \(table.int64(record, 24))")
    }
    var node = Node(
      name: try string(table.uint32(record, 0)), type: try string(table.uint32(record, 4)),
      domain: try string(table.uint32(record, 8)), opset: opset,
      inputs: try readOptionalLinks(table.uint32(record, 12)),
      outputs: try readOptionalLinks(table.uint32(record, 16)))
    for record in try tables[.attributes].take(Int(table.uint32(record, 20))) {
      node.attributes.append(try readAttribute(record, in: graph))
    }
    return node
  }
}
