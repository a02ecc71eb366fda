import CSystem
import Tensors

/// A name as it stands in the file. Names are compared byte by byte; as `String`s, two spellings of one accented
/// letter would be equal. Valid while the file's bytes are.
struct Name: Hashable {
  let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  static var empty: Name { Name(UnsafeRawBufferPointer(start: nil, count: 0)) }

  var isEmpty: Bool { bytes.isEmpty }
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// For messages: in quotation marks, cut when it is very long.
  var quoted: Message {
    if bytes.count <= 200 { return "'\(text)'" }
    return "'\(String(decoding: bytes.prefix(200), as: UTF8.self))…'"
  }

  static func == (a: Name, b: Name) -> Bool {
    guard a.bytes.count == b.bytes.count else { return false }
    guard let first = a.bytes.baseAddress, let second = b.bytes.baseAddress else { return true }
    return memcmp(first, second, a.bytes.count) == 0
  }

  func hash(into hasher: inout Hasher) { hasher.combine(bytes: bytes) }

  func equals(_ text: StaticString) -> Bool {
    self == Name(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// ONNX's own domain has two spellings, "" and "ai.onnx".
  var asDomain: Name { equals("ai.onnx") ? .empty : self }
}
