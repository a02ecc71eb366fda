import CCRNN
import CSystem
import Engine
import Graphs
import Models
import Tensors

@c @implementation
public func crnn_model_open(
  _ path: UnsafePointer<CChar>!, _ options: UnsafePointer<crnn_model_options>!,
  _ model: UnsafeMutablePointer<OpaquePointer?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(model, "model")
    result.pointee = nil
    let path = String(cString: try required(path, "path"))
    let options = try sized(options, zero: crnn_model_options(), "options")
    let budget = try options.budget(of: "model")
    budget.begin()
    defer { budget.end() }
    result.pointee = try open(Model(path: path, copyingFile: options.copy_file != 0))
  }
}

@c @implementation
public func crnn_model_open_memory(
  _ bytes: UnsafeRawPointer!, _ byte_count: Int, _ options: UnsafePointer<crnn_model_options>!,
  _ model: UnsafeMutablePointer<OpaquePointer?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(model, "model")
    result.pointee = nil
    let bytes = try required(bytes, "bytes")
    guard byte_count >= 0 else { throw Failure(.invalidArgument, "byte_count is too large") }
    let budget = try sized(options, zero: crnn_model_options(), "options").budget(of: "model")
    budget.begin()
    defer { budget.end() }
    result.pointee = try open(Model(copying: UnsafeRawBufferPointer(start: bytes, count: byte_count)))
  }
}

private func open(_ model: Model) throws(Failure) -> OpaquePointer? {
  log(CRNN_LOG_INFO) {
    "model opened: \(model.network.graph.nodes.count) nodes, \(model.parameters.count) parameters"
  }
  return HandleTable.shared.add(OpenModel(model), .model)
}

@c @implementation
public func crnn_model_release(_ model: OpaquePointer!) { release(model, .model) }

@c @implementation
public func crnn_model_save(_ model: OpaquePointer!, _ path: UnsafePointer<CChar>!) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.model(model)
    try open.model.save(to: String(cString: try required(path, "path")))
  }
}

@c @implementation
public func crnn_model_input_count(_ model: OpaquePointer!) -> Int { count(model) { $0.inputs.count } }

@c @implementation
public func crnn_model_output_count(_ model: OpaquePointer!) -> Int { count(model) { $0.outputs.count } }

@c @implementation
public func crnn_model_metadata_count(_ model: OpaquePointer!) -> Int { count(model) { $0.model.metadata.count } }

@c @implementation
public func crnn_model_node_count(_ model: OpaquePointer!) -> Int { count(model) { $0.nodes.count } }

/// 0 for a handle that is none.
private func count(_ handle: OpaquePointer?, _ body: (OpenModel) -> Int) -> Int {
  var count = 0
  _ = reporting { () throws(Failure) in count = body(try model(handle)) }
  return count
}

@c @implementation
public func crnn_model_input(
  _ model: OpaquePointer!, _ index: Int, _ spec: UnsafeMutablePointer<crnn_tensor_spec>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.model(model)
    try required(spec, "spec").pointee = try element(open.inputs, index, "inputs").spec
  }
}

@c @implementation
public func crnn_model_output(
  _ model: OpaquePointer!, _ index: Int, _ spec: UnsafeMutablePointer<crnn_tensor_spec>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.model(model)
    try required(spec, "spec").pointee = try element(open.outputs, index, "outputs").spec
  }
}

@c @implementation
public func crnn_model_node(
  _ model: OpaquePointer!, _ index: Int, _ spec: UnsafeMutablePointer<crnn_node_spec>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.model(model)
    try required(spec, "spec").pointee = try element(open.nodes, index, "nodes").spec
  }
}

private func element<Element>(_ list: [Element], _ index: Int, _ name: StaticString) throws(Failure) -> Element {
  guard list.indices.contains(index) else {
    throw Failure(.invalidArgument, "index is \(index), but the model has \(list.count) \(name)")
  }
  return list[index]
}

@c @implementation
public func crnn_model_metadata_key(_ model: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
  var key: UnsafePointer<CChar>?
  _ = reporting { () throws(Failure) in key = try CRNNC.model(model).model.metadata.key(index) }
  return key
}

@c @implementation
public func crnn_model_metadata(_ model: OpaquePointer!, _ key: UnsafePointer<CChar>!) -> UnsafePointer<CChar>! {
  var value: UnsafePointer<CChar>?
  _ = reporting { () throws(Failure) in
    value = try CRNNC.model(model).model.metadata.value(try required(key, "key"))
  }
  return value
}

@c @implementation
public func crnn_model_set_metadata(
  _ model: OpaquePointer!, _ key: UnsafePointer<CChar>!, _ value: UnsafePointer<CChar>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let metadata = try CRNNC.model(model).model.metadata
    let key = try required(key, "key")
    guard key.pointee != 0 else { throw Failure(.invalidArgument, "key is empty") }
    try metadata.set(key, value)
  }
}

@c @implementation
public func crnn_model_get_info(
  _ model: OpaquePointer!, _ info: UnsafeMutablePointer<crnn_model_info>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let model = try CRNNC.model(model).model
    let parameters = model.parameters
    let figures = crnn_model_info(
      size: 0, format: text(model.format == .onnx ? "onnx" : "crnn"), parameter_count: UInt64(parameters.count),
      parameter_bytes: UInt64(parameters.bytes), memory_bytes: UInt64(model.memoryBytes),
      mapped_bytes: UInt64(model.mappedBytes))
    try fill(try required(info, "info"), with: figures, "info")
  }
}
