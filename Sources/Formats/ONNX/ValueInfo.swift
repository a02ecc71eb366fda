import Tensors

/// ValueInfoProto: what the file declares a value to be.
struct ValueInfo {
  private(set) var name = Name.empty
  private(set) var type: ElementType?
  /// -1 for a dimension that is open; nil when no shape is declared.
  private(set) var shape: Shape?
  /// What the value is when it is no dense tensor of a type that the library has.
  private(set) var foreignType: String?

  init(_ message: WireReader) throws(Failure) {
    var reader = message
    var hasType = false
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .bytes): name = field.name
      case (2, .bytes):
        guard !hasType else { throw Failure(.invalidModel, "value \(name.quoted) is declared with two types") }
        hasType = true
        try readType(field.content)
      default: break
      }
    }
  }

  /// TypeProto
  private mutating func readType(_ message: WireReader) throws(Failure) {
    var reader = message
    var kinds = 0
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .bytes): try readTensorType(field.content)
      case (4, .bytes): foreignType = "a sequence"
      case (5, .bytes): foreignType = "a map"
      case (7, .bytes): foreignType = "of an opaque type"
      case (8, .bytes): foreignType = "a sparse tensor"
      case (9, .bytes): foreignType = "optional"
      default: continue
      }
      kinds += 1
    }
    guard kinds < 2 else { throw Failure(.invalidModel, "value \(name.quoted) is declared with two types") }
  }

  /// TypeProto.Tensor
  private mutating func readTensorType(_ message: WireReader) throws(Failure) {
    var reader = message
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .varint):
        type = ElementType(rawValue: field.int32)
        foreignType = type == nil && field.int32 != 0 ? "a tensor of type \(elementTypeName(field.int32))" : nil
      case (2, .bytes):
        guard shape == nil else { throw Failure(.invalidModel, "value \(name.quoted) is declared with two shapes") }
        shape = []
        try readShape(field.content)
      default: break
      }
    }
  }

  /// TensorShapeProto
  private mutating func readShape(_ message: WireReader) throws(Failure) {
    var reader = message
    var dimensions: Shape = []
    while let field = try reader.next() {
      guard field.number == 1, field.type == .bytes else { continue }
      guard dimensions.count < maximumRank else {
        throw Failure(.unsupported, "value \(name.quoted) has more than \(maximumRank) dimensions")
      }
      dimensions.append(try readDimension(field.content))
    }
    shape = dimensions
  }

  /// TensorShapeProto.Dimension: a number, a symbol, or neither. Some writers put -1 for an open one.
  private func readDimension(_ message: WireReader) throws(Failure) -> Int {
    var reader = message
    var dimension = -1
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .varint): dimension = max(field.int, -1)
      case (2, .bytes): dimension = -1
      default: break
      }
    }
    return dimension
  }
}
