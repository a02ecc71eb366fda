import Graphs
import Tensors

/// AttributeProto, its tensors and graphs still messages.
struct AttributeMessage {
  private var name = Name.empty
  /// AttributeProto.AttributeType; 0 when the file does not say.
  private var kind = 0
  private var float: Float?
  private var int: Int?
  private var string: Name?
  private var tensor: WireReader?
  private var graph: WireReader?
  private var floats: [Float] = []
  private var ints: [Int] = []
  private var strings: [Name] = []
  private var tensors: [WireReader] = []
  private var graphs: [WireReader] = []
  private var isReference = false
  /// Sparse tensors and types, which no attribute of an operator in the library's scope has.
  private var hasForeignValue = false

  init(_ message: WireReader) throws(Failure) {
    var reader = message
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .bytes): name = field.name
      case (2, .fixed32): float = field.float
      case (3, .varint): int = field.int
      case (4, .bytes): string = field.name
      case (5, .bytes):
        guard tensor == nil else { throw repeated() }
        tensor = field.content
      case (6, .bytes):
        guard graph == nil else { throw repeated() }
        graph = field.content
      case (7, .fixed32), (7, .bytes):
        try field.forEachFixed(byteCount: 4) { floats.append(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
      case (8, .varint), (8, .bytes):
        try field.forEachVarint { ints.append(Int(Int64(bitPattern: $0))) }
      case (9, .bytes): strings.append(field.name)
      case (10, .bytes): tensors.append(field.content)
      case (11, .bytes): graphs.append(field.content)
      case (14, .bytes), (15, .bytes), (22, .bytes), (23, .bytes): hasForeignValue = true
      case (20, .varint): kind = Int(field.int32)
      case (21, .bytes): isReference = !field.bytes.isEmpty
      default: break
      }
    }
  }

  private func repeated() -> Failure { Failure(.invalidModel, "attribute \(name.quoted) has two values") }

  /// The attribute with its value; `reader` is the graph's whose node it belongs to.
  func attribute(in reader: GraphReader) throws(Failure) -> Attribute {
    guard !name.isEmpty else { throw Failure(.invalidModel, "an attribute has no name") }
    guard !isReference else {
      throw Failure(.unsupported, "attribute \(name.quoted) refers to one of a function around the node")
    }
    do throws(Failure) {
      return Attribute(name.text, try value(in: reader))
    } catch {
      throw error.within("attribute \(name.quoted)")
    }
  }

  private func value(in reader: GraphReader) throws(Failure) -> AttributeValue {
    // A number or string that equals the default is left out by some writers.
    switch kind == 0 ? try inferredKind() : kind {
    case 1: return .float(float ?? 0)
    case 2: return .int(int ?? 0)
    case 3: return .string(string?.text ?? "")
    case 4:
      guard let tensor else { throw Failure(.invalidModel, "has no tensor") }
      return .tensor(try read(tensor: tensor, in: reader))
    case 5:
      guard let graph else { throw Failure(.invalidModel, "has no graph") }
      return .graph(try read(graph: graph, in: reader))
    case 6: return .floats(floats)
    case 7: return .ints(ints)
    case 8: return .strings(strings.map { $0.text })
    case 9:
      var values: [Tensor] = []
      for tensor in tensors { values.append(try read(tensor: tensor, in: reader)) }
      return .tensors(values)
    case 10:
      var values: [Graph] = []
      for graph in graphs { values.append(try read(graph: graph, in: reader)) }
      return .graphs(values)
    case 11, 12: throw Failure(.unsupported, "holds a sparse tensor")
    case 13, 14: throw Failure(.unsupported, "holds a type")
    default: throw Failure(.invalidModel, "has a value of unknown type \(kind)")
    }
  }

  /// From the one field that is there.
  private func inferredKind() throws(Failure) -> Int {
    if hasForeignValue { throw Failure(.unsupported, "holds a sparse tensor or a type") }
    let present = [
      float != nil, int != nil, string != nil, tensor != nil, graph != nil, !floats.isEmpty, !ints.isEmpty,
      !strings.isEmpty, !tensors.isEmpty, !graphs.isEmpty,
    ]
    guard let first = present.firstIndex(of: true) else { throw Failure(.invalidModel, "has no type and no value") }
    guard first == present.lastIndex(of: true) else {
      throw Failure(.invalidModel, "has no type and values of several")
    }
    return first + 1
  }

  private func read(tensor message: WireReader, in reader: GraphReader) throws(Failure) -> Tensor {
    try TensorMessage(message).tensor(from: reader.scope.source)
  }

  private func read(graph message: WireReader, in reader: GraphReader) throws(Failure) -> Graph {
    try GraphReader(reader.scope, within: reader).read(message)
  }
}
