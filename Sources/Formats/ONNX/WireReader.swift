import CSystem
import Tensors

/// How a field's content is encoded.
/// https://protobuf.dev/programming-guides/encoding/
enum WireType {
  case varint, fixed64, bytes, fixed32
}

/// One field of a message, content included. `bytes` views the file; nothing is copied.
struct WireField {
  let number: Int
  let type: WireType
  /// The content of a number; 0 for bytes.
  let bits: UInt64
  /// Where the content of `bytes` lies in the file.
  let start: Int
  let end: Int
  private let file: UnsafeRawBufferPointer

  init(number: Int, type: WireType, bits: UInt64, start: Int, end: Int, file: UnsafeRawBufferPointer) {
    self.number = number
    self.type = type
    self.bits = bits
    self.start = start
    self.end = end
    self.file = file
  }

  /// int64 and int32 fields both; protobuf cuts off what an int32 cannot hold.
  var int: Int { Int(Int64(bitPattern: bits)) }
  var int32: Int32 { Int32(truncatingIfNeeded: bits) }
  var float: Float { Float(bitPattern: UInt32(truncatingIfNeeded: bits)) }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file[start..<end]) }
  var name: Name { Name(bytes) }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  /// A reader of the bytes as a message or as packed numbers.
  var content: WireReader { WireReader(file, start, end) }
}

/// Reads protobuf's wire format field by field out of a file's bytes, from `position` up to `end`.
/// Offsets in messages count from the file's start.
struct WireReader {
  private let file: UnsafeRawBufferPointer
  private(set) var position: Int
  private let end: Int

  init(_ file: UnsafeRawBufferPointer) { self.init(file, 0, file.count) }

  /// A part of the file; 0 ≤ position ≤ end ≤ file.count.
  init(_ file: UnsafeRawBufferPointer, _ position: Int, _ end: Int) {
    self.file = file
    self.position = position
    self.end = end
  }

  var isAtEnd: Bool { position >= end }
  var remaining: Int { end - position }

  /// The next field, nil at the end of the message. Skipping a field is not looking at it.
  @inline(never)
  mutating func next() throws(Failure) -> WireField? {
    if isAtEnd { return nil }
    try checkMemory()
    let tagPosition = position
    let tag = try varint()
    let number = tag >> 3
    guard number > 0, tag <= UInt64(UInt32.max) else { throw damaged("not a field's tag", at: tagPosition) }
    var type = WireType.varint
    var bits: UInt64 = 0
    var start = position
    switch tag & 7 {
    case 0:
      bits = try varint()
    case 1:
      type = .fixed64
      bits = try fixed(byteCount: 8)
    case 2:
      type = .bytes
      let count = try varint()
      start = position
      guard count <= UInt64(remaining) else {
        throw damaged("a field of \(count) bytes where \(remaining) are left", at: tagPosition)
      }
      position += Int(count)
    case 5:
      type = .fixed32
      bits = try fixed(byteCount: 4)
    default:
      throw damaged("unknown wire type \(tag & 7)", at: tagPosition)
    }
    return WireField(number: Int(number), type: type, bits: bits, start: start, end: position, file: file)
  }

  /// A base-128 number of up to 64 bits, least significant group first.
  mutating func varint() throws(Failure) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = file[position]
      position += 1
      if shift == 63 && byte > 1 { throw damaged("a number of more than 64 bits", at: start) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw damaged("the data ends inside a number", at: start)
  }

  /// A little-endian number.
  mutating func fixed(byteCount: Int) throws(Failure) -> UInt64 {
    guard remaining >= byteCount else { throw damaged("the data ends inside a number", at: position) }
    var value: UInt64 = 0
    for index in 0..<byteCount { value |= UInt64(file[position + index]) << UInt64(8 * index) }
    position += byteCount
    return value
  }

  /// Moves on; 0 ≤ byteCount ≤ remaining.
  mutating func skip(_ byteCount: Int) { position += byteCount }

  private func damaged(_ what: Message, at offset: Int) -> Failure {
    Failure(.invalidModel, "damaged or truncated: \(what) at byte \(offset)")
  }
}

extension WireField {
  /// Calls `body` with each varint of a repeated field, which comes packed or one element a field.
  func forEachVarint(_ body: (UInt64) -> Void) throws(Failure) {
    guard type == .bytes else { return body(bits) }
    var reader = content
    while !reader.isAtEnd { body(try reader.varint()) }
  }

  /// The same for numbers of fixed width.
  func forEachFixed(byteCount: Int, _ body: (UInt64) -> Void) throws(Failure) {
    guard type == .bytes else { return body(bits) }
    var reader = content
    while !reader.isAtEnd { body(try reader.fixed(byteCount: byteCount)) }
  }
}
