import Graphs
import Tensors

/// The models behind the golden files in fixtures/native. Never changed once their format version is released: a new
/// version adds models and files.
enum NativeGoldenModel: String, CaseIterable {
  case empty = "version1-empty"
  case everything = "version1-everything"
  case reader = "version1-reader"
  case everything2 = "version2-everything"
  case sizes2 = "version2-sizes"

  /// Whether the library writes the file's format version.
  var isCurrent: Bool { rawValue.hasPrefix("version2") }

  func make() throws -> ModelFile {
    switch self {
    case .empty: ModelFile(graph: Graph())
    case .everything, .everything2: try everythingModel()
    case .reader: try readerModel()
    case .sizes2: try sizesModel()
    }
  }
}

/// Every kind of attribute and element type, nested subgraphs, left-out inputs and outputs, shared and empty tensors.
private func everythingModel() throws -> ModelFile {
  let graph = Graph(name: "everything")
  let input = graph.add(Value(name: "input", type: .float32, shape: [-1, 3]))
  let undeclared = graph.add(Value(name: "undeclared"))
  graph.inputs = [input, undeclared]
  for (number, type) in everyType.enumerated() {
    _ = graph.add(
      Value(name: type.name, type: type, shape: [3], constant: try countingTensor(type, [3], from: UInt8(number))))
  }
  let scalar = graph.add(Value(name: "scalar", constant: try Tensor.float32([-1.5], shape: [])))
  _ = graph.add(Value(name: "empty", constant: try Tensor(.int64, [0, 4])))
  let shared = try Tensor.int64([1, -2, 3])
  let first = graph.add(Value(name: "shared", constant: shared))
  let second = graph.add(Value(name: "shared too", constant: shared))

  let inner = Graph(name: "inner")
  let innerCaptured = inner.add(Value(name: "captured"))
  let innerOutput = inner.add(Value(name: "result"))
  inner.captures = [(outer: 0, inner: innerCaptured)]
  inner.outputs = [innerOutput]
  inner.nodes = [Node(name: "", type: "Relu", opset: 14, inputs: [innerCaptured], outputs: [innerOutput])]

  let branch = Graph(name: "branch")
  let branchCaptured = branch.add(Value(name: "captured"))
  let branchOutput = branch.add(Value(name: "result"))
  branch.captures = [(outer: input, inner: branchCaptured)]
  branch.outputs = [branchOutput]
  branch.nodes = [
    Node(
      name: "nested", type: "Loop", opset: 16, inputs: [nil, nil, branchCaptured], outputs: [branchOutput],
      attributes: [Attribute("body", .graph(inner))])
  ]

  let middle = graph.add(Value(name: "middle"))
  let output = graph.add(Value(name: "output", type: .float16, shape: [1, -1, 80]))
  graph.outputs = [output, scalar]
  graph.nodes = [
    Node(
      name: "first", type: "Every.kind", domain: "crnn", opset: 1, inputs: [input, nil, first, second],
      outputs: [nil, middle],
      attributes: [
        Attribute("int", .int(.min)), Attribute("float", .float(0.1)), Attribute("string", .string("naïve 字 😀\n")),
        Attribute("tensor", .tensor(try Tensor.float32([1, 2, 3, 4], shape: [2, 2]))),
        Attribute("ints", .ints([0, -1, .max])), Attribute("no ints", .ints([])),
        Attribute("floats", .floats([.infinity, -0.0, .leastNonzeroMagnitude])),
        Attribute("strings", .strings(["", "forward", "forward", "bidirectional"])),
        Attribute("tensors", .tensors([shared, try Tensor.float32([7])])),
        Attribute("graphs", .graphs([branch, Graph()])),
      ]),
    Node(name: "last", type: "If", opset: 19, inputs: [middle], outputs: [output]),
  ]
  return ModelFile(
    graph: graph, metadata: [("crnn.labels", "a\nb\né"), ("", "empty key"), ("empty value", "")],
    producer: "golden 1.0")
}

/// Blobs around the sizes at which their checksums change their ways.
private func sizesModel() throws -> ModelFile {
  let graph = Graph(name: "sizes")
  for size in [1, 31, 32, 240, 241, 255, 256, 1024, 1025, 1088, 1089, 3000] {
    let tensor = try Tensor(.uint8, [size])
    for index in 0..<size {
      tensor.storage.base.storeBytes(of: UInt8(index * 37 % 251), toByteOffset: index, as: UInt8.self)
    }
    _ = graph.add(Value(name: "\(size) bytes", constant: tensor))
  }
  return ModelFile(graph: graph)
}

/// A tiny recogniser: one convolution, one recurrent layer, scores of two classes. [N, 1, 8, W] -> [W, N, 2]
private func readerModel() throws -> ModelFile {
  let graph = Graph(name: "reader")
  func weights(_ name: String, _ shape: Shape, _ seed: Int) throws -> ValueID {
    let count = try elementCount(of: shape)
    let numbers = (0..<count).map { Float(($0 * 7 + seed) % 17 - 8) / 16 }
    return graph.add(Value(name: name, constant: try Tensor.float32(numbers, shape: shape)))
  }
  func node(_ type: String, _ inputs: [ValueID], _ output: String, _ attributes: [Attribute] = []) -> ValueID {
    let result = graph.add(Value(name: output))
    graph.nodes.append(
      Node(name: output, type: type, opset: 17, inputs: inputs, outputs: [result], attributes: attributes))
    return result
  }
  let image = graph.add(Value(name: "image", type: .float32, shape: [-1, 1, 8, -1]))
  let kernel = try weights("conv.weight", [2, 1, 8, 3], 1)
  let conv = node(
    "Conv", [image, kernel], "conv",
    [Attribute("kernel_shape", .ints([8, 3])), Attribute("pads", .ints([0, 1, 0, 1]))])
  let two = graph.add(Value(name: "two", constant: try Tensor.int64([2])))
  let columns = node("Squeeze", [conv, two], "columns")
  let sequence = node("Transpose", [columns], "sequence", [Attribute("perm", .ints([2, 0, 1]))])
  let inputWeights = try weights("lstm.W", [1, 8, 2], 2)
  let recurrentWeights = try weights("lstm.R", [1, 8, 2], 3)
  let lstm = node(
    "LSTM", [sequence, inputWeights, recurrentWeights], "lstm",
    [Attribute("hidden_size", .int(2)), Attribute("direction", .string("forward"))])
  let one = graph.add(Value(name: "one", constant: try Tensor.int64([1])))
  let states = node("Squeeze", [lstm, one], "states")
  let scores = node("LogSoftmax", [states], "scores", [Attribute("axis", .int(-1))])
  graph.values[scores].type = .float32
  graph.values[scores].shape = [-1, -1, 2]
  graph.inputs = [image]
  graph.outputs = [scores]
  return ModelFile(
    graph: graph,
    metadata: [
      ("crnn.kind", "image"), ("crnn.labels", "x"), ("crnn.blank", "0"), ("crnn.image.height", "8"),
      ("crnn.image.channels", "gray"), ("crnn.output.kind", "log_probabilities"), ("crnn.output.layout", "TNC"),
    ], producer: "golden 1.0")
}
