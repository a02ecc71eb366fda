import Graphs
import Tensors

/// Whether the bytes begin as a native model file does.
public func looksLikeNative(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard bytes.count >= NativeLayout.magic.count else { return false }
  for index in NativeLayout.magic.indices where bytes[index] != NativeLayout.magic[index] { return false }
  return true
}

/// Reads a native model (docs/format.md). Constants are views of `bytes`, which `owner` must keep alive and unchanged
/// as long as any of them lives; only when the bytes do not begin at a multiple of 64 are they copied first.
///
/// The checksums of header and tables are always verified, those of the weights when `verifyingWeights`.
/// Throws `.unsupported` for a file that needs a newer reader, `.invalidModel` for a damaged one.
public func readNative(
  _ bytes: UnsafeRawBufferPointer, keeping owner: AnyObject?, verifyingWeights: Bool = true
) throws(Failure) -> ModelFile {
  guard UInt(bitPattern: bytes.baseAddress) % UInt(NativeLayout.alignment) == 0 else {
    let copy = try Storage(byteCount: bytes.count)
    UnsafeMutableRawBufferPointer(start: copy.base, count: bytes.count).copyMemory(from: bytes)
    return try readNative(
      UnsafeRawBufferPointer(start: copy.base, count: bytes.count), keeping: copy, verifyingWeights: verifyingWeights)
  }
  var decoder = try NativeDecoder(bytes, owner)
  let file = try decoder.decode()
  if verifyingWeights { try decoder.verifyWeights(of: file.graph) }
  return file
}
