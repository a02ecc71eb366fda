import Formats
import Graphs
import Tensors

/// What the reader made of a model, in the lines that `onnx_checker_dump` prints for libprotobuf; see there.
struct ONNXDump {
  private(set) var lines: [String] = []

  init(_ header: ONNXHeader, _ model: ModelFile) {
    lines.append(
      "model ir=\(header.irVersion) version=\(header.modelVersion) domain=\(quoted(header.domain)) "
        + "producer=\(quoted(header.producerName)) \(quoted(header.producerVersion))")
    for (domain, version) in header.opsetImports { lines.append("opset \(quoted(domain)) \(version)") }
    for (key, value) in model.metadata { lines.append("metadata \(quoted(key)) \(quoted(value))") }
    add(model.graph, "/")
  }

  private mutating func add(_ graph: Graph, _ path: String) {
    func name(_ id: ValueID?) -> String { id.map { quoted(graph.values[$0].name) } ?? "-" }

    lines.append("\(path) graph \(quoted(graph.name))")
    for id in graph.inputs { lines.append("\(path) input \(declaration(graph.values[id]))") }
    for value in graph.values {
      if let constant = value.constant { lines.append("\(path) constant \(quoted(value.name)) \(text(constant))") }
    }
    for node in graph.nodes {
      let inputs = node.inputs.map(name).joined(separator: ", ")
      let outputs = node.outputs.map(name).joined(separator: ", ")
      lines.append(
        "\(path) node \(quoted(node.name)) \(quoted(node.type)) \(quoted(node.domain)) \(node.opset) "
          + "in(\(inputs)) out(\(outputs))")
      let first = node.outputs.compactMap { $0 }.first.map { graph.values[$0].name } ?? ""
      for attribute in node.attributes { add(attribute, of: first, path) }
    }
    let made = Set(graph.nodes.flatMap { $0.outputs.compactMap { $0 } })
    let declared = made.map { graph.values[$0] }.filter { $0.type != nil || $0.shape != nil }
    for value in declared.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      lines.append("\(path) value \(declaration(value))")
    }
    for id in graph.outputs { lines.append("\(path) output \(name(id))") }
  }

  private mutating func add(_ attribute: Attribute, of output: String, _ path: String) {
    let place = path + "\(quoted(output)):\(quoted(attribute.name))."
    let line = "\(path) attribute \(quoted(output)) \(quoted(attribute.name)) "
    func list<Element>(_ kind: String, _ elements: [Element], _ text: (Element) -> String) -> String {
      ([kind] + elements.map(text)).joined(separator: " ")
    }
    switch attribute.value {
    case .float(let number): lines.append(line + "float \(bits(number))")
    case .int(let number): lines.append(line + "int \(number)")
    case .string(let string): lines.append(line + "string \(quoted(string))")
    case .tensor(let tensor): lines.append(line + "tensor \(text(tensor))")
    case .floats(let numbers): lines.append(line + list("floats", numbers, bits))
    case .ints(let numbers): lines.append(line + list("ints", numbers) { "\($0)" })
    case .strings(let strings): lines.append(line + list("strings", strings, quoted))
    case .tensors(let tensors): lines.append(line + list("tensors", tensors, text))
    case .graph(let graph):
      lines.append(line + "graph")
      add(graph, place + "0/")
    case .graphs(let graphs):
      lines.append(line + "graphs \(graphs.count)")
      for (index, graph) in graphs.enumerated() { add(graph, place + "\(index)/") }
    }
  }

  private func declaration(_ value: Value) -> String {
    "\(quoted(value.name)) \(value.type?.name ?? "?") \(value.shape.map { describe($0) } ?? "?")"
  }

  private func text(_ tensor: Tensor) -> String {
    // 64-bit FNV-1a
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in tensor.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return "\(tensor.type.name) \(describe(tensor.shape)) \(hex(hash, 16))"
  }

  private func bits(_ number: Float) -> String { hex(UInt64(number.bitPattern), 8) }

  private func hex(_ number: UInt64, _ digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }

  private func quoted(_ text: String) -> String {
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      switch byte {
      case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F: bytes += Array("\\x\(hex(UInt64(byte), 2))".utf8)
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes + [UInt8(ascii: "\"")], as: UTF8.self)
  }
}
