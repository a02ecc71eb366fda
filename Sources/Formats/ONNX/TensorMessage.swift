import CSystem
import Tensors

/// Where tensors' data may come from beside the message itself.
struct TensorSource {
  /// Keeps the model's bytes alive; nil when the caller does.
  let owner: AnyObject?
  let files: ExternalFiles
}

/// TensorProto, its data not yet looked at.
struct TensorMessage {
  private let message: WireReader
  private(set) var name = Name.empty
  private(set) var shape: Shape = []
  private var typeNumber: Int32 = 0
  private var raw: UnsafeRawBufferPointer?
  private var isExternal = false
  private var location = ExternalLocation()
  private var isSegment = false

  init(_ message: WireReader) throws(Failure) {
    self.message = message
    var reader = message
    while let field = try reader.next() {
      switch (field.number, field.type) {
      case (1, .varint), (1, .bytes): try appendDimensions(field)
      case (2, .varint): typeNumber = field.int32
      case (3, .bytes): isSegment = true
      case (8, .bytes): name = field.name
      case (9, .bytes): raw = field.bytes
      case (13, .bytes): try location.read(field.content)
      case (14, .varint): isExternal = field.int32 == 1
      default: break
      }
    }
  }

  private mutating func appendDimensions(_ field: WireField) throws(Failure) {
    guard field.type == .bytes else { return try append(field.bits) }
    var reader = field.content
    while !reader.isAtEnd { try append(reader.varint()) }
  }

  private mutating func append(_ dimension: UInt64) throws(Failure) {
    guard shape.count < maximumRank else {
      throw Failure(.unsupported, "\(described) has more than \(maximumRank) dimensions")
    }
    shape.append(Int(Int64(bitPattern: dimension)))
  }

  private var described: Message { name.isEmpty ? "a tensor" : "tensor \(name.quoted)" }

  /// Why the elements cannot be had although the file may be in order; nil when they can.
  var refusal: Failure? {
    if isSegment { return Failure(.unsupported, "\(described) is a segment of a larger one") }
    if typeNumber == 0 { return Failure(.invalidModel, "\(described) has no element type") }
    if ElementType(rawValue: typeNumber) == nil {
      return Failure(.unsupported, "\(described) has elements of type \(elementTypeName(typeNumber))")
    }
    return nil
  }

  /// The elements: where possible a view of the file, else a copy.
  func tensor(from source: TensorSource) throws(Failure) -> Tensor {
    if let refusal { throw refusal }
    guard let type = ElementType(rawValue: typeNumber) else { throw Failure(.unsupported, "\(described)") }
    do throws(Failure) {
      let count = try elementCount(of: shape)
      let byteCount = count * type.size
      if isExternal {
        let (bytes, file) = try source.files.bytes(at: location, byteCount: byteCount)
        return try view(bytes, as: type, keeping: file)
      }
      if let raw, !raw.isEmpty {
        guard raw.count == byteCount else {
          throw Failure(
            .invalidModel, "\(raw.count) bytes of raw data for \(type.name) \(describe(shape)), expected \(byteCount)")
        }
        return try view(raw, as: type, keeping: source.owner)
      }
      return try decode(type, count: count)
    } catch {
      throw error.within("\(described)")
    }
  }

  private func view(_ bytes: UnsafeRawBufferPointer, as type: ElementType, keeping owner: AnyObject?) throws(Failure)
    -> Tensor
  {
    let address = UInt(bitPattern: bytes.baseAddress)
    if type != .bool && address % UInt(type.size) == 0 {
      return try Tensor(type, shape, Storage(bytes, keeping: owner))
    }
    let copy = try Tensor(type, shape)
    if type == .bool {
      // Any byte but 0 means true; in memory that is 1.
      let elements = copy.mutableElements(as: UInt8.self)
      for index in 0..<min(bytes.count, elements.count) { elements[index] = bytes[index] == 0 ? 0 : 1 }
    } else if let source = bytes.baseAddress {
      memcpy(copy.storage.base, source, bytes.count)
    }
    return copy
  }

  /// Elements given one by one, in the field that ONNX sets aside for their type.
  private func decode(_ type: ElementType, count: Int) throws(Failure) -> Tensor {
    let data = TypedData(type)
    let found = try data.count(in: message)
    guard found == count else {
      throw Failure(.invalidModel, "\(found) values for \(type.name) \(describe(shape)), expected \(count)")
    }
    let tensor = try Tensor(type, shape)
    try data.read(message, into: tensor)
    return tensor
  }
}
