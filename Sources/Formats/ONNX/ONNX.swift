import Graphs
import Tensors

/// Reads an ONNX model: IR versions 3 to 14, https://github.com/onnx/onnx/blob/main/docs/IR.md.
///
/// Tensors are views of the file where their elements are aligned in it, else copies. Nodes come out in an order in
/// which every value is made before it is used, which is the file's own order if that is one. Operators are not looked
/// at, only that their domains are imported.
///
/// - Parameters:
///   - bytes: the whole file.
///   - owner: what keeps `bytes` in memory; tensors hold on to it. With nil the caller keeps them, for as long as
///     the result.
///   - folder: where external data is looked for; nil for a model from memory, which can have none.
///   - copyingExternalData: read external data into memory instead of mapping its files.
/// - Throws: `.invalidModel` for what is not ONNX or contradicts itself, `.unsupported` for what the library does not
///   have, `.fileError` for external data that cannot be opened, `.outOfMemory`.
public func readONNX(
  _ bytes: UnsafeRawBufferPointer, keeping owner: AnyObject?, folder: String?, copyingExternalData: Bool = false
) throws(Failure) -> ModelFile {
  let message = try ModelMessage(WireReader(bytes))
  guard let graph = message.graph else { throw Failure(.invalidModel, "the model has no graph") }
  let files = ExternalFiles(folder: folder, copying: copyingExternalData)
  let scope = ModelScope(
    opsets: message.opsets, functions: message.functions, source: TensorSource(owner: owner, files: files))
  let header = message.header
  let space = header.producerName.isEmpty || header.producerVersion.isEmpty ? "" : " "
  return ModelFile(
    graph: try GraphReader(scope, within: nil).read(graph), metadata: header.metadata,
    producer: header.producerName + space + header.producerVersion)
}

/// What every graph of a model needs to know of the model.
final class ModelScope {
  let opsets: [Name: Int]
  let functions: Set<FunctionName>
  let source: TensorSource

  init(opsets: [Name: Int], functions: Set<FunctionName>, source: TensorSource) {
    self.opsets = opsets
    self.functions = functions
    self.source = source
  }

  /// The version of the node's operator set.
  func opset(of node: NodeMessage) throws(Failure) -> Int {
    if functions.contains(FunctionName(domain: node.domain, name: node.type)) {
      throw Failure(.unsupported, "\(node.described): calls a function that is defined in the model itself")
    }
    guard let version = opsets[node.domain] else {
      let domain = node.domain.isEmpty ? "'ai.onnx'" : node.domain.quoted
      throw Failure(.invalidModel, "\(node.described): the model imports no operator set \(domain)")
    }
    return version
  }
}
