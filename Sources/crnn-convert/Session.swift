import CCRNN

/// A dense tensor in the tool's own memory.
struct TensorData {
  var name: String
  var type: crnn_type
  var shape: [Int64]
  var bytes: [UInt8]
}

/// Runs a model, on one thread.
final class Session {
  private let handle: OpaquePointer
  private let outputCount: Int

  init(_ model: Model) throws {
    var handle: OpaquePointer?
    try check(crnn_session_create(model.handle, nil, &handle))
    guard let handle else { throw Problem("\(model.path): the library gave no session") }
    self.handle = handle
    outputCount = crnn_model_output_count(model.handle)
  }

  deinit { crnn_session_release(handle) }

  /// Every output, for inputs in the model's order.
  func run(_ inputs: [TensorData]) throws -> [TensorData] {
    // Copies that stay where they are during the call.
    let shapes = inputs.map { UnsafeMutableBufferPointer<Int64>.allocate(capacity: $0.shape.count) }
    let data = inputs.map { UnsafeMutableRawBufferPointer.allocate(byteCount: $0.bytes.count, alignment: 64) }
    defer {
      for buffer in shapes { buffer.deallocate() }
      for buffer in data { buffer.deallocate() }
    }
    let tensors = inputs.indices.map { index in
      _ = shapes[index].initialize(from: inputs[index].shape)
      data[index].copyBytes(from: inputs[index].bytes)
      return crnn_tensor(
        name: nil, shape: shapes[index].baseAddress, data: data[index].baseAddress, byte_count: data[index].count,
        rank: Int32(shapes[index].count), type: inputs[index].type)
    }
    var outputs = [crnn_tensor](repeating: crnn_tensor(), count: outputCount)
    try check(crnn_session_run(handle, tensors, tensors.count, &outputs, outputs.count))
    return outputs.map { output in
      TensorData(
        name: output.name.map { String(cString: $0) } ?? "", type: output.type,
        shape: Array(UnsafeBufferPointer(start: output.shape, count: Int(max(output.rank, 0)))),
        bytes: Array(UnsafeRawBufferPointer(start: output.data, count: output.byte_count)))
    }
  }
}
