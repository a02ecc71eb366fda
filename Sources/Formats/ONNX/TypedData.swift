import CSystem
import Tensors

/// The typed data fields of TensorProto: which of them holds elements of a type, and how.
struct TypedData {
  private let type: ElementType
  private let field: Int
  private let wire: WireType

  init(_ type: ElementType) {
    self.type = type
    switch type {
    case .float32: (field, wire) = (4, .fixed32)
    case .float64: (field, wire) = (10, .fixed64)
    case .int64: (field, wire) = (7, .varint)
    case .uint32, .uint64: (field, wire) = (11, .varint)
    // The 16-bit floats by their bit patterns.
    case .int32, .int16, .int8, .uint16, .uint8, .bool, .float16, .bfloat16: (field, wire) = (5, .varint)
    }
  }

  private func holdsElements(_ found: WireField) -> Bool {
    found.number == field && (found.type == wire || found.type == .bytes)
  }

  /// How many elements the message holds.
  func count(in message: WireReader) throws(Failure) -> Int {
    var reader = message
    var count = 0
    while let found = try reader.next() {
      guard holdsElements(found) else { continue }
      if wire == .varint {
        try found.forEachVarint { _ in count += 1 }
      } else if found.type == .bytes && found.bytes.count % type.size == 0 {
        count += found.bytes.count / type.size
      } else {
        try found.forEachFixed(byteCount: type.size) { _ in count += 1 }
      }
    }
    return count
  }

  /// Fills the tensor, which has as many elements as `count` found.
  func read(_ message: WireReader, into tensor: Tensor) throws(Failure) {
    var reader = message
    var index = 0
    while let found = try reader.next() {
      guard holdsElements(found) else { continue }
      if wire == .varint {
        try found.forEachVarint { bits in
          store(bits, in: tensor, at: index)
          index += 1
        }
      } else if found.type == .bytes {
        let offset = index * type.size
        let bytes = found.bytes
        guard let source = bytes.baseAddress, offset + bytes.count <= tensor.byteCount else { continue }
        memcpy(tensor.storage.base + offset, source, bytes.count)
        index += bytes.count / type.size
      } else {
        store(found.bits, in: tensor, at: index)
        index += 1
      }
    }
  }

  /// The element's low bits; an index past the end is left alone.
  private func store(_ bits: UInt64, in tensor: Tensor, at index: Int) {
    guard index < tensor.count else { return }
    let base = tensor.storage.base
    if type == .bool {
      let value = UInt32(truncatingIfNeeded: bits)
      return base.storeBytes(of: value == 0 ? 0 : 1, toByteOffset: index, as: UInt8.self)
    }
    switch type.size {
    case 1: base.storeBytes(of: UInt8(truncatingIfNeeded: bits), toByteOffset: index, as: UInt8.self)
    case 2: base.storeBytes(of: UInt16(truncatingIfNeeded: bits), toByteOffset: 2 * index, as: UInt16.self)
    case 4: base.storeBytes(of: UInt32(truncatingIfNeeded: bits), toByteOffset: 4 * index, as: UInt32.self)
    default: base.storeBytes(of: bits, toByteOffset: 8 * index, as: UInt64.self)
    }
  }
}

/// ONNX's names of the element types that the library does not have.
func elementTypeName(_ number: Int32) -> String {
  switch number {
  case 8: "string"
  case 14: "complex64"
  case 15: "complex128"
  case 17: "float8e4m3fn"
  case 18: "float8e4m3fnuz"
  case 19: "float8e5m2"
  case 20: "float8e5m2fnuz"
  case 21: "uint4"
  case 22: "int4"
  case 23: "float4e2m1"
  case 24: "float8e8m0"
  case 25: "uint2"
  case 26: "int2"
  default: ElementType(rawValue: number)?.name ?? "number \(number)"
  }
}
