import CCRNN
import CSystem
import Tensors

/// Runs the body of a C function: what it throws becomes a status and this thread's last error message. The host may
/// round otherwise, or be interrupted by exceptions; here floating-point arithmetic is that of IEEE 754's defaults.
func reporting(_ body: () throws(Failure) -> Void) -> crnn_status {
  let control = system_float_control()
  system_set_float_control(UInt32(SYSTEM_FLOAT_DEFAULT))
  defer { system_set_float_control(control) }
  do throws(Failure) {
    try body()
    return CRNN_OK
  } catch {
    setLastError(error.message)
    return crnn_status(UInt32(error.status.rawValue))
  }
}

private func setLastError(_ message: String) {
  guard let buffer = system_thread_message() else { return }
  var length = 0
  for byte in message.utf8 {
    if length >= SYSTEM_MESSAGE_CAPACITY - 1 { break }
    // A NUL within a name would cut the message.
    buffer[length] = byte == 0 ? 0x3f : CChar(bitPattern: byte)
    length += 1
  }
  // No half character at the end.
  if length == SYSTEM_MESSAGE_CAPACITY - 1 {
    while length > 0, UInt8(bitPattern: buffer[length - 1]) & 0xc0 == 0x80 { length -= 1 }
    if length > 0, UInt8(bitPattern: buffer[length - 1]) >= 0xc0 { length -= 1 }
  }
  buffer[length] = 0
}

/// A pointer argument that must not be NULL.
func required<Pointer>(_ pointer: Pointer?, _ name: StaticString) throws(Failure) -> Pointer {
  guard let pointer else { throw Failure(.invalidArgument, "\(name) is NULL") }
  return pointer
}

@c @implementation
public func crnn_last_error() -> UnsafePointer<CChar>! { UnsafePointer(system_thread_message()) }

@c @implementation
public func crnn_status_name(_ status: crnn_status) -> UnsafePointer<CChar>! {
  let name: StaticString =
    switch status {
    case CRNN_OK: "CRNN_OK"
    case CRNN_INVALID_ARGUMENT: "CRNN_INVALID_ARGUMENT"
    case CRNN_INVALID_HANDLE: "CRNN_INVALID_HANDLE"
    case CRNN_FILE_ERROR: "CRNN_FILE_ERROR"
    case CRNN_INVALID_MODEL: "CRNN_INVALID_MODEL"
    case CRNN_UNSUPPORTED: "CRNN_UNSUPPORTED"
    case CRNN_INVALID_INPUT: "CRNN_INVALID_INPUT"
    case CRNN_OUT_OF_MEMORY: "CRNN_OUT_OF_MEMORY"
    case CRNN_LIMIT_EXCEEDED: "CRNN_LIMIT_EXCEEDED"
    case CRNN_BUSY: "CRNN_BUSY"
    case CRNN_INVALID_METADATA: "CRNN_INVALID_METADATA"
    default: "CRNN_UNKNOWN_STATUS"
    }
  return text(name)
}

/// A static string as C sees it.
func text(_ string: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(string.utf8Start).assumingMemoryBound(to: CChar.self)
}
