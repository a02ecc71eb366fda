import CCRNN
import CSystem
import Engine
import Graphs
import Models
import Tensors

/// A model behind a handle, with its descriptions as C reads them.
final class OpenModel {
  let model: Model
  let inputs: [TensorSpec]
  let outputs: [TensorSpec]
  let nodes: [NodeSpec]

  init(_ model: Model) {
    self.model = model
    inputs = model.network.inputs.map { TensorSpec($0) }
    outputs = model.network.outputs.map { TensorSpec($0) }
    nodes = model.network.graph.nodes.map { NodeSpec($0) }
  }
}

/// A NUL-terminated copy of a text.
final class CText {
  let pointer: UnsafeMutablePointer<CChar>
  let count: Int

  init(_ text: String) {
    let bytes = Array(text.utf8)
    count = bytes.count
    pointer = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for (index, byte) in bytes.enumerated() { pointer[index] = CChar(bitPattern: byte) }
    pointer[bytes.count] = 0
  }

  deinit { pointer.deallocate() }
}

/// An input or output as declared.
final class TensorSpec {
  let name: CText
  let spec: crnn_tensor_spec
  private let shape: UnsafeMutablePointer<Int64>?

  init(_ value: Value) {
    name = CText(value.name)
    var shape: UnsafeMutablePointer<Int64>?
    if let declared = value.shape {
      let dimensions = UnsafeMutablePointer<Int64>.allocate(capacity: max(declared.count, 1))
      for (axis, dimension) in declared.enumerated() { dimensions[axis] = Int64(dimension) }
      shape = dimensions
    }
    self.shape = shape
    spec = crnn_tensor_spec(
      name: name.pointer, shape: shape.map { UnsafePointer($0) }, rank: value.shape.map { Int32(clamping: $0.count) } ?? -1,
      type: crnn_type(UInt32(bitPattern: value.type?.rawValue ?? 0)))
  }

  deinit { shape?.deallocate() }
}

/// A node of the graph that is run.
final class NodeSpec {
  private let texts: [CText]
  let spec: crnn_node_spec

  init(_ node: Node) {
    texts = [CText(node.name), CText(node.type), CText(node.domain.isEmpty ? "ai.onnx" : node.domain)]
    spec = crnn_node_spec(
      name: texts[0].pointer, operator_type: texts[1].pointer, domain: texts[2].pointer, opset: Int64(node.opset))
  }
}
