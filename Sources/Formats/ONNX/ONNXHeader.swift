import Tensors

/// What an ONNX file says of itself, apart from its graph.
public struct ONNXHeader {
  public var irVersion = 0
  public var producerName = ""
  public var producerVersion = ""
  public var domain = ""
  public var modelVersion = 0
  /// In the file's order, "ai.onnx" as "".
  public var opsetImports: [(domain: String, version: Int)] = []
  /// Keys are unique; of two equal ones the later value counts, at the place of the first.
  public var metadata: [(key: String, value: String)] = []

  public init() {}
}

/// IR versions that the reader knows.
public let onnxIRVersions = 3...14

/// Reads an ONNX file's header alone.
public func readONNXHeader(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> ONNXHeader {
  try ModelMessage(WireReader(bytes)).header
}

/// Whether the bytes could be an ONNX file, whole or truncated: the fields of a ModelProto with their wire types, the
/// IR version or the graph among them. Reads a few bytes only.
public func looksLikeONNX(_ bytes: UnsafeRawBufferPointer) -> Bool {
  var reader = WireReader(bytes)
  var convincing = false
  while !reader.isAtEnd {
    // A field that runs over the end is what a truncated model ends with.
    guard let tag = try? reader.varint() else { return convincing }
    let isNumber: Bool
    switch tag >> 3 {
    case 1, 5: isNumber = true
    case 2, 3, 4, 6, 7, 8, 14, 20, 25, 26: isNumber = false
    default: return false
    }
    guard tag & 7 == (isNumber ? 0 : 2) else { return false }
    guard let value = try? reader.varint() else { return convincing }
    switch tag >> 3 {
    case 1:
      guard (1...1000).contains(value) else { return false }
      convincing = true
    case 7:
      convincing = true
    default: break
    }
    if !isNumber {
      guard value <= UInt64(reader.remaining) else { return convincing }
      reader.skip(Int(value))
    }
  }
  return convincing
}
