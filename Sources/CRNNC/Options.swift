import CCRNN
import CSystem
import Tensors

/// A struct that begins with its size, as this library knows it: members that the caller's version lacks are zero.
func sized<Options>(
  _ pointer: UnsafePointer<Options>?, zero: Options, _ name: StaticString
) throws(Failure) -> Options {
  guard let pointer else { return zero }
  // The first member may be all that there is.
  let byteCount = UnsafeRawPointer(pointer).loadUnaligned(as: Int.self)
  guard byteCount >= MemoryLayout<Int>.size, byteCount <= 1 << 16 else {
    throw Failure(.invalidArgument, "\(name).size is \(byteCount), expected sizeof(*\(name))")
  }
  var options = zero
  withUnsafeMutableBytes(of: &options) { bytes in
    bytes.copyMemory(
      from: UnsafeRawBufferPointer(start: pointer, count: min(byteCount, MemoryLayout<Options>.size)))
  }
  return options
}

/// Fills the caller's struct, whose first member is its size, as far as the caller's version goes.
func fill<Info>(_ pointer: UnsafeMutablePointer<Info>, with info: Info, _ name: StaticString) throws(Failure) {
  let byteCount = UnsafeRawPointer(pointer).loadUnaligned(as: Int.self)
  guard byteCount >= MemoryLayout<Int>.size, byteCount <= 1 << 16 else {
    throw Failure(.invalidArgument, "\(name)->size is \(byteCount), expected sizeof(*\(name))")
  }
  withUnsafeBytes(of: info) { bytes in
    let start = MemoryLayout<Int>.size
    let end = min(byteCount, bytes.count)
    guard end > start, let base = bytes.baseAddress else { return }
    (UnsafeMutableRawPointer(pointer) + start).copyMemory(from: base + start, byteCount: end - start)
  }
}

extension crnn_model_options {
  /// What a model, or a file of another kind, may take.
  func budget(of owner: StaticString) throws(Failure) -> Budget {
    guard node_limit >= 0 else {
      throw Failure(.invalidArgument, "options.node_limit is \(node_limit), expected 0 or more")
    }
    return Budget(
      of: owner, bytes: try byteLimit(memory_limit), nodes: node_limit == 0 ? Budget.defaultNodeLimit : Int(node_limit))
  }
}

/// The limit that an option `memory_limit` asks for.
func byteLimit(_ option: Int64) throws(Failure) -> Int {
  guard option >= 0 else {
    throw Failure(.invalidArgument, "options.memory_limit is \(option), expected 0 or more")
  }
  return option == 0 ? Budget.defaultByteLimit : Int(option)
}

/// A text without its NUL.
func bytes(of text: UnsafePointer<CChar>) -> UnsafeBufferPointer<UInt8> {
  UnsafeBufferPointer(start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: strlen(text))
}
