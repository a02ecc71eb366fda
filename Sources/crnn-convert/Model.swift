import CCRNN

/// An input or output as the model declares it.
struct TensorSpec {
  let name: String
  /// -1 where a dimension is open; nil when no shape is declared.
  let shape: [Int64]?
  let type: crnn_type

  var shapeText: String {
    guard let shape else { return "of any shape" }
    return "[" + shape.map { $0 < 0 ? "?" : String($0) }.joined(separator: ", ") + "]"
  }
}

struct NodeSpec {
  let name: String
  let type: String
  let domain: String
  let opset: Int64
}

/// A model opened through the library's C interface.
final class Model {
  let handle: OpaquePointer
  let path: String

  init(_ path: String) throws {
    var handle: OpaquePointer?
    try check(crnn_model_open(path, nil, &handle))
    guard let handle else { throw Problem("\(path): the library gave no model") }
    self.handle = handle
    self.path = path
  }

  deinit { crnn_model_release(handle) }

  func save(to path: String) throws { try check(crnn_model_save(handle, path)) }

  var inputs: [TensorSpec] {
    get throws { try specs(crnn_model_input_count(handle), crnn_model_input) }
  }

  var outputs: [TensorSpec] {
    get throws { try specs(crnn_model_output_count(handle), crnn_model_output) }
  }

  private func specs(
    _ count: Int, _ read: (OpaquePointer, Int, UnsafeMutablePointer<crnn_tensor_spec>) -> crnn_status
  ) throws -> [TensorSpec] {
    try (0..<count).map { index in
      var spec = crnn_tensor_spec()
      try check(read(handle, index, &spec))
      let shape = spec.rank < 0 ? nil : Array(UnsafeBufferPointer(start: spec.shape, count: Int(spec.rank)))
      return TensorSpec(name: text(spec.name), shape: shape, type: spec.type)
    }
  }

  var nodes: [NodeSpec] {
    get throws {
      try (0..<crnn_model_node_count(handle)).map { index in
        var spec = crnn_node_spec()
        try check(crnn_model_node(handle, index, &spec))
        return NodeSpec(
          name: text(spec.name), type: text(spec.operator_type), domain: text(spec.domain), opset: spec.opset)
      }
    }
  }

  var info: crnn_model_info {
    get throws {
      var info = crnn_model_info()
      info.size = MemoryLayout<crnn_model_info>.size
      try check(crnn_model_get_info(handle, &info))
      return info
    }
  }

  var metadataKeys: [String] {
    (0..<crnn_model_metadata_count(handle)).map { text(crnn_model_metadata_key(handle, $0)) }
  }

  /// Setting nil removes the key.
  func metadata(_ key: String) -> String? { crnn_model_metadata(handle, key).map { String(cString: $0) } }

  func setMetadata(_ key: String, _ value: String) throws { try check(crnn_model_set_metadata(handle, key, value)) }
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

/// Turns a status into an error with the library's own message.
func check(_ status: crnn_status) throws {
  guard status != CRNN_OK else { return }
  let message = String(cString: crnn_last_error())
  throw Problem(message.isEmpty ? String(cString: crnn_status_name(status)) : message)
}

/// The name of an element type, as NumPy spells it.
func typeName(_ type: crnn_type) -> String {
  switch type {
  case CRNN_FLOAT32: "float32"
  case CRNN_UINT8: "uint8"
  case CRNN_INT8: "int8"
  case CRNN_UINT16: "uint16"
  case CRNN_INT16: "int16"
  case CRNN_INT32: "int32"
  case CRNN_INT64: "int64"
  case CRNN_BOOL: "bool"
  case CRNN_FLOAT16: "float16"
  case CRNN_FLOAT64: "float64"
  case CRNN_UINT32: "uint32"
  case CRNN_UINT64: "uint64"
  case CRNN_BFLOAT16: "bfloat16"
  default: "type \(type.rawValue)"
  }
}
