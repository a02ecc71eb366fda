import Foundation
import Graphs
import Tensors

@testable import Formats

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same on every machine.
struct NativeRandom: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Everything that a model file holds, as text: two models are equal when their texts are. The same text is printed by
/// fixtures/native/read_native.py.
func listing(of file: ModelFile) -> String {
  var lines = ["producer \(quoted(file.producer))"]
  for (key, value) in file.metadata { lines.append("metadata \(quoted(key)) \(quoted(value))") }
  list(file.graph, indent: "", into: &lines)
  return lines.joined(separator: "\n") + "\n"
}

private func quoted(_ text: String) -> String {
  var escaped = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\\", "\"": escaped += "\\" + String(scalar)
    case _ where scalar.value < 32: escaped += "\\u{\(scalar.value)}"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped + "\""
}

private func list(_ graph: Graph, indent: String, into lines: inout [String]) {
  lines.append("\(indent)graph \(quoted(graph.name))")
  let inner = indent + "  "
  for (number, value) in graph.values.enumerated() {
    let type = value.type?.name ?? "-"
    let shape = value.shape.map { describe($0) } ?? "-"
    let constant = value.constant.map { listing(of: $0) } ?? "-"
    lines.append("\(inner)value \(number) \(quoted(value.name)) \(type) \(shape) \(constant)")
  }
  lines.append("\(inner)inputs \(listing(of: graph.inputs))")
  lines.append("\(inner)outputs \(listing(of: graph.outputs))")
  for capture in graph.captures { lines.append("\(inner)capture \(capture.outer) as \(capture.inner)") }
  for node in graph.nodes {
    lines.append("\(inner)node \(quoted(node.name)) \(quoted(node.type)) \(quoted(node.domain)) \(node.opset)")
    lines.append("\(inner)  inputs \(listing(of: node.inputs))")
    lines.append("\(inner)  outputs \(listing(of: node.outputs))")
    for attribute in node.attributes { list(attribute, indent: inner + "  ", into: &lines) }
  }
}

private func list(_ attribute: Attribute, indent: String, into lines: inout [String]) {
  let name = "\(indent)attribute \(quoted(attribute.name))"
  func join(_ items: [String]) -> String { items.joined(separator: ", ") }
  switch attribute.value {
  case .int(let value): lines.append("\(name) int \(value)")
  case .float(let value): lines.append("\(name) float \(hex(value))")
  case .string(let value): lines.append("\(name) string \(quoted(value))")
  case .tensor(let value): lines.append("\(name) tensor \(listing(of: value))")
  case .ints(let values): lines.append("\(name) ints [\(join(values.map { "\($0)" }))]")
  case .floats(let values): lines.append("\(name) floats [\(join(values.map { hex($0) }))]")
  case .strings(let values): lines.append("\(name) strings [\(join(values.map { quoted($0) }))]")
  case .tensors(let values): lines.append("\(name) tensors [\(join(values.map { listing(of: $0) }))]")
  case .graph(let graph):
    lines.append("\(name) graph")
    list(graph, indent: indent + "  ", into: &lines)
  case .graphs(let graphs):
    lines.append("\(name) graphs \(graphs.count)")
    for graph in graphs { list(graph, indent: indent + "  ", into: &lines) }
  }
}

private func hex(_ value: Float) -> String { String(format: "%08x", value.bitPattern) }

private func listing(of values: [ValueID?]) -> String {
  "[" + values.map { $0.map { "\($0)" } ?? "-" }.joined(separator: ", ") + "]"
}

private func listing(of tensor: Tensor) -> String {
  "\(tensor.type.name) \(describe(tensor.shape)) " + tensor.bytes.map { String(format: "%02x", $0) }.joined() + "."
}

let everyType: [ElementType] = [
  .float32, .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .float16, .float64, .uint32, .uint64, .bfloat16,
]

/// A tensor whose bytes count up from `start`.
func countingTensor(_ type: ElementType, _ shape: Shape, from start: UInt8 = 0) throws -> Tensor {
  let tensor = try Tensor(type, shape)
  let bytes = tensor.mutableElements(as: UInt8.self).baseAddress
  for index in 0..<tensor.byteCount { bytes?[index] = start &+ UInt8(truncatingIfNeeded: index) }
  return tensor
}

/// A random but consistent model.
func randomModel(_ random: inout NativeRandom) throws -> ModelFile {
  let file = ModelFile(
    graph: try randomGraph(depth: 0, outer: 0, &random),
    metadata: (0..<Int.random(in: 0...4, using: &random)).map { ("key \($0)", randomText(&random)) },
    producer: randomText(&random))
  return file
}

private func randomText(_ random: inout NativeRandom) -> String {
  let scalars: [Unicode.Scalar] = ["a", "Z", "0", " ", "\n", "\"", "\\", "é", "e", "\u{301}", "字", "😀", "\0"]
  var text = ""
  for _ in 0..<Int.random(in: 0...20, using: &random) {
    text.unicodeScalars.append(scalars[Int.random(in: 0..<scalars.count, using: &random)])
  }
  return text
}

private func randomTensor(_ random: inout NativeRandom) throws -> Tensor {
  let shape = (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...5, using: &random) }
  let type = everyType[Int.random(in: 0..<everyType.count, using: &random)]
  return try countingTensor(type, shape, from: UInt8.random(in: 0...255, using: &random))
}

private func randomGraph(depth: Int, outer: Int, _ random: inout NativeRandom) throws -> Graph {
  let graph = Graph(name: randomText(&random))
  var made: [ValueID] = []
  func add(_ constant: Tensor?) -> ValueID {
    var value = Value(name: randomText(&random), constant: constant)
    if Bool.random(using: &random) { value.type = everyType[Int.random(in: 0..<everyType.count, using: &random)] }
    if Bool.random(using: &random) {
      value.shape = (0..<Int.random(in: 0...5, using: &random)).map { _ in Int.random(in: -1...300, using: &random) }
    }
    return graph.add(value)
  }
  for _ in 0..<Int.random(in: 0...3, using: &random) {
    let input = add(nil)
    graph.inputs.append(input)
    made.append(input)
  }
  for _ in 0..<Int.random(in: 0...4, using: &random) { made.append(add(try randomTensor(&random))) }
  if outer > 0 {
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let inner = add(nil)
      graph.captures.append((outer: Int.random(in: 0..<outer, using: &random), inner: inner))
      made.append(inner)
    }
  }
  for _ in 0..<Int.random(in: 0...5, using: &random) {
    let inputs = (0..<Int.random(in: 0...4, using: &random)).map { _ -> ValueID? in
      Bool.random(using: &random) ? made.randomElement(using: &random) : nil
    }
    var node = Node(
      name: randomText(&random), type: randomText(&random), domain: randomText(&random),
      opset: Int.random(in: -5...30, using: &random), inputs: inputs, outputs: [])
    for number in 0..<Int.random(in: 0...4, using: &random) {
      node.attributes.append(
        Attribute("a\(number)", try randomAttribute(depth: depth, outer: graph.values.count, &random)))
    }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      if Bool.random(using: &random) {
        let output = add(nil)
        made.append(output)
        node.outputs.append(output)
      } else {
        node.outputs.append(nil)
      }
    }
    graph.nodes.append(node)
  }
  for _ in 0..<Int.random(in: 0...2, using: &random) {
    if let output = made.randomElement(using: &random) { graph.outputs.append(output) }
  }
  return graph
}

private func randomAttribute(depth: Int, outer: Int, _ random: inout NativeRandom) throws -> AttributeValue {
  let count = Int.random(in: 0...4, using: &random)
  switch Int.random(in: 0...(depth < 3 ? 9 : 7), using: &random) {
  case 0: return .int(Int.random(in: Int.min...Int.max, using: &random))
  case 1: return .float(Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random)))
  case 2: return .string(randomText(&random))
  case 3: return .tensor(try randomTensor(&random))
  case 4: return .ints((0..<count).map { _ in Int.random(in: -9...9, using: &random) })
  case 5: return .floats((0..<count).map { _ in Float.random(in: -9...9, using: &random) })
  case 6: return .strings((0..<count).map { _ in randomText(&random) })
  case 7: return .tensors(try (0..<count).map { _ in try randomTensor(&random) })
  case 8: return .graph(try randomGraph(depth: depth + 1, outer: outer, &random))
  default:
    return .graphs(try (0..<min(count, 2)).map { _ in try randomGraph(depth: depth + 1, outer: outer, &random) })
  }
}

/// Reads the bytes of a storage; the model keeps the storage alive.
func readNative(_ storage: Storage, verifyingWeights: Bool = true) throws(Failure) -> ModelFile {
  try readNative(
    UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount), keeping: storage,
    verifyingWeights: verifyingWeights)
}

/// Reads bytes from 64-byte aligned memory, which is never copied.
func readNative(_ bytes: [UInt8], verifyingWeights: Bool = true) throws(Failure) -> ModelFile {
  let storage = try Storage(byteCount: bytes.count)
  UnsafeMutableRawBufferPointer(start: storage.base, count: bytes.count).copyBytes(from: bytes)
  return try readNative(storage, verifyingWeights: verifyingWeights)
}

func byteArray(_ storage: Storage) -> [UInt8] {
  [UInt8](UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount))
}

let nativeFixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("fixtures/native")
