import Engine
import Formats
import Graphs
import Passes
import Tensors

/// A network ready to run, with its file's metadata. The network is immutable; metadata may be set, and is guarded.
public final class Model: @unchecked Sendable {
  public enum Format: Sendable { case onnx, native }

  public let network: Network
  public let format: Format
  /// Bytes of the model file that are kept mapped.
  public let mappedBytes: Int
  private let producer: String
  public let metadata: Metadata

  /// Opens a file, ONNX or native, whichever its content is.
  /// - Parameter copyingFile: read it into memory instead of mapping it.
  public convenience init(path: String, copyingFile: Bool = false) throws(Failure) {
    do throws(Failure) {
      let file = try OpenFile(path: path, copying: copyingFile)
      try self.init(
        file.bytes, keeping: file, folder: folder(of: path), copyingExternalData: copyingFile,
        mappedBytes: copyingFile ? 0 : file.bytes.count)
      // Weights have been packed: what is used lies elsewhere.
      if format == .onnx { file.forget() }
    } catch {
      throw error.within("\(path)")
    }
  }

  /// Opens a model that is in memory; the bytes are copied.
  public convenience init(copying bytes: UnsafeRawBufferPointer) throws(Failure) {
    let copy = try Storage(byteCount: bytes.count)
    let target = UnsafeMutableRawBufferPointer(start: copy.base, count: bytes.count)
    target.copyMemory(from: bytes)
    do throws(Failure) {
      try self.init(
        UnsafeRawBufferPointer(target), keeping: copy, folder: nil, copyingExternalData: true, mappedBytes: 0)
    } catch {
      throw error.within("model in memory")
    }
  }

  private init(
    _ bytes: UnsafeRawBufferPointer, keeping owner: AnyObject?, folder: String?, copyingExternalData: Bool,
    mappedBytes: Int
  ) throws(Failure) {
    guard !bytes.isEmpty else { throw Failure(.invalidModel, "the file is empty, expected an ONNX or .crnn model") }
    let file: ModelFile
    if looksLikeNative(bytes) {
      format = .native
      file = try readNative(bytes, keeping: owner, verifyingWeights: true)
      try requireSupported(file.graph)
    } else if looksLikeONNX(bytes) {
      format = .onnx
      file = try readONNX(bytes, keeping: owner, folder: folder, copyingExternalData: copyingExternalData)
      try requireSupported(file.graph)
      try optimize(file.graph)
    } else {
      throw Failure(.invalidModel, "neither an ONNX nor a .crnn model")
    }
    network = try Network(file.graph)
    metadata = try Metadata(file.metadata)
    producer = file.producer
    self.mappedBytes = mappedBytes
  }

  /// Writes the network as it is run, its weights packed, in the native format. The file appears whole or not at all.
  public func save(to path: String) throws(Failure) {
    do throws(Failure) {
      try writeNative(ModelFile(graph: network.graph, metadata: metadata.all, producer: producer), to: path)
    } catch {
      throw error.within("\(path)")
    }
  }

  // MARK: Figures

  /// Elements and bytes of all constants.
  public var parameters: (count: Int, bytes: Int) {
    var (count, bytes) = (0, 0)
    for constant in constants {
      count += constant.count
      bytes += constant.byteCount
    }
    return (count, bytes)
  }

  /// Bytes of constants that lie in memory of their own rather than in the file.
  public var memoryBytes: Int {
    var bytes = 0
    for constant in constants where constant.storage.isOwned { bytes += constant.storage.byteCount }
    return bytes
  }

  private var constants: [Tensor] { network.graph.family.flatMap { $0.values.compactMap { $0.constant } } }
}

/// Everything before the last slash.
private func folder(of path: String) -> String {
  let bytes = Array(path.utf8)
  guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
  return slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
}
