import CSystem
import Graphs
import Tensors

/// Writes a native model file (docs/format.md). It appears at `path` whole or not at all, replacing what was there.
/// Weights go from where they lie straight to the file.
/// Throws `.fileError` when it cannot be written, `.invalidModel` when the graph is inconsistent.
public func writeNative(_ file: ModelFile, to path: String) throws(Failure) {
  let encoding = try encodeNative(file)
  var error: Int32 = 0
  guard let writer = system_create_file(path, &error) else { throw writeFailure(path, error) }
  error = write(encoding, to: writer)
  let closing = system_close_writer(writer, error == 0 ? 1 : 0)
  if error == 0 { error = closing }
  guard error == 0 else { throw writeFailure(path, error) }
}

/// The same file in memory, aligned to 64 bytes.
public func nativeBytes(_ file: ModelFile) throws(Failure) -> Storage {
  let encoding = try encodeNative(file)
  let storage = try Storage(byteCount: encoding.byteCount)
  memset(storage.base, 0, encoding.byteCount)
  encoding.head.withUnsafeBytes { head in
    if let start = head.baseAddress { memcpy(storage.base, start, head.count) }
  }
  var offset = encoding.head.count
  for tensor in encoding.tensors {
    if tensor.byteCount > 0 { memcpy(storage.base + offset, tensor.storage.base, tensor.byteCount) }
    offset = try aligned(offset + tensor.byteCount, to: NativeLayout.alignment)
  }
  return storage
}

/// Returns 0 or an errno.
private func write(_ encoding: NativeEncoding, to writer: OpaquePointer) -> Int32 {
  var error = encoding.head.withUnsafeBytes { system_write(writer, $0.baseAddress, $0.count) }
  let padding = [UInt8](repeating: 0, count: NativeLayout.alignment)
  for tensor in encoding.tensors where error == 0 {
    error = system_write(writer, tensor.storage.base, tensor.byteCount)
    let rest = tensor.byteCount % NativeLayout.alignment
    if error == 0, rest > 0 { error = system_write(writer, padding, NativeLayout.alignment - rest) }
  }
  return error
}

private func writeFailure(_ path: String, _ error: Int32) -> Failure {
  Failure(.fileError, "cannot write '\(path)': \(String(cString: system_error_text(error)))")
}
