import Graphs
import KernelTable
import Tensors

// Nodes with constant weights, rewritten to the library's own operators, whose weights lie as the kernels read them.

/// A packed form of a node: what replaces it, and the constants that it needs beside the node's own inputs.
public struct PackedNode {
  public var node: Node
  /// Constants to be added to the graph and set as these inputs of the node.
  public var constants: [(input: Int, tensor: Tensor)]
}

/// The packed form of a node, nil when it has none; `constants` are the inputs that are.
public func packedForm(of node: Node, _ constants: [Tensor?]) throws(Failure) -> PackedNode? {
  if let packed = try packedQuantized(node, constants) { return packed }
  guard node.domain.isEmpty else { return nil }
  switch node.type {
  case "Conv": return try packedConvolution(node, constants, isTransposed: false)
  case "ConvTranspose": return try packedConvolution(node, constants, isTransposed: true)
  case "MatMul": return try packedMatMul(node, constants)
  case "Gemm": return try packedGemm(node, constants)
  case "LSTM": return try packedRecurrent(node, constants, .lstm)
  case "GRU": return try packedRecurrent(node, constants, .gru)
  case "RNN": return try packedRecurrent(node, constants, .rnn)
  default: return nil
  }
}

private func float32(_ constants: [Tensor?], _ index: Int) -> Tensor? {
  guard index < constants.count, let tensor = constants[index], tensor.type == .float32 else { return nil }
  return tensor
}

/// Whether an optional input is absent or a float32 constant.
private func isConstantOrAbsent(_ node: Node, _ constants: [Tensor?], _ index: Int) -> Bool {
  index >= node.inputs.count || node.inputs[index] == nil || float32(constants, index) != nil
}

func packedConvolution(
  _ node: Node, _ constants: [Tensor?], isTransposed: Bool, weights input: Int = 1
) throws(Failure) -> PackedNode? {
  guard let weights = float32(constants, input), (3...5).contains(weights.shape.count) else { return nil }
  let groups = try node.int("group", default: 1)
  let (inputs, outputs, kernel): (Int, Int, [Int])
  let packing: ConvolutionPacking
  do throws(Failure) {
    if isTransposed {
      let shape = try TransposedWeightShape(weights.shape, groups: groups)
      (inputs, outputs, kernel) = (shape.inputChannels, shape.outputChannels, shape.kernel)
      packing = .transposed
    } else {
      let shape = try ConvolutionWeightShape(weights.shape, groups: groups)
      (inputs, outputs, kernel) = (shape.inputChannels, shape.outputChannels, shape.kernel)
      packing = shape.isDepthwise && node.hasDepthwiseKernel ? .depthwise : .panels
    }
  } catch {
    throw error.within("\(node.description)")
  }
  if let declared = try node.ints("kernel_shape"), declared != kernel {
    throw Failure(
      .invalidModel,
      "\(node.description): kernel_shape is \(describe(declared)), but the weights have \(describe(kernel))")
  }
  let taps = kernel.reduce(1, *)
  let packed = try Tensor(
    .float32, packing.shape(groups: groups, outputChannels: outputs, inputChannels: inputs, taps: taps))
  guard let source = weights.elements(as: Float.self).baseAddress,
    let target = packed.mutableElements(as: Float.self).baseAddress
  else { return nil }
  packing.pack(source, groups: groups, outputChannels: outputs, inputChannels: inputs, taps: taps, to: target)
  var result = node
  result.domain = "crnn"
  result.opset = 1
  result.attributes.removeAll { $0.name == "kernel_shape" }
  result.attributes += [
    Attribute("kernel_shape", .ints(kernel)), Attribute("channels", .int(outputs * groups)),
    Attribute("input_channels", .int(inputs)),
  ]
  return PackedNode(node: result, constants: [(input, packed)])
}

func packedProduct(_ matrix: Tensor, transposed: Bool, scale: Float) throws(Failure) -> Tensor {
  let depth = matrix.shape[transposed ? 1 : 0]
  let columns = matrix.shape[transposed ? 0 : 1]
  let packed = try Tensor(.float32, [panelCount(columns: columns), depth, panelColumns])
  guard let source = matrix.elements(as: Float.self).baseAddress,
    let target = packed.mutableElements(as: Float.self).baseAddress
  else { return packed }
  packPanels(
    source, depth: depth, columns: columns, depthStride: transposed ? 1 : columns,
    columnOffset: { transposed ? $0 * depth : $0 }, to: target)
  if scale != 1 { for index in 0..<packed.count { target[index] *= scale } }
  return packed
}

private func packedMatMul(_ node: Node, _ constants: [Tensor?]) throws(Failure) -> PackedNode? {
  guard let matrix = float32(constants, 1), matrix.shape.count == 2, matrix.count > 0 else { return nil }
  var result = Node(
    name: node.name, type: "MatMul", domain: "crnn", opset: 1, inputs: node.inputs, outputs: node.outputs)
  result.attributes = [Attribute("columns", .int(matrix.shape[1]))]
  return PackedNode(
    node: result, constants: [(1, try packedProduct(matrix, transposed: false, scale: 1))])
}

func packedGemm(_ node: Node, _ constants: [Tensor?]) throws(Failure) -> PackedNode? {
  guard let matrix = float32(constants, 1), matrix.shape.count == 2, matrix.count > 0, try !node.flag("transA"),
    isConstantOrAbsent(node, constants, 2)
  else { return nil }
  let transposed = try node.flag("transB")
  let columns = matrix.shape[transposed ? 0 : 1]
  var result = Node(
    name: node.name, type: "MatMul", domain: "crnn", opset: 1, inputs: Array(node.inputs.prefix(2)),
    outputs: node.outputs)
  result.attributes = [Attribute("columns", .int(columns))]
  if node.type == "Gemm" { result.attributes.append(Attribute("rank", .int(2))) }
  var added = [(
    input: 1, tensor: try packedProduct(matrix, transposed: transposed, scale: node.float("alpha", default: 1))
  )]
  if let bias = float32(constants, 2) {
    // A vector, or a scalar for all columns; a C with rows of its own stays with ONNX's operator.
    let isVector = bias.shape.last == columns && bias.count == columns
    guard isVector || bias.count == 1, bias.shape.count <= 2 else { return nil }
    let beta = try node.float("beta", default: 1)
    let elements = bias.elements(as: Float.self)
    added.append((2, try Tensor.float32((0..<columns).map { beta * elements[isVector ? $0 : 0] })))
    result.inputs.append(nil)
  }
  return PackedNode(node: result, constants: added)
}

func packedRecurrent(
  _ node: Node, _ constants: [Tensor?], _ cell: RecurrentCell
) throws(Failure) -> PackedNode? {
  guard let w = float32(constants, 1), let r = float32(constants, 2), isConstantOrAbsent(node, constants, 3),
    w.count > 0, r.count > 0
  else { return nil }
  let packing: RecurrentPacking
  let form: RecurrentForm
  do throws(Failure) {
    form = try RecurrentForm(node, cell)
    packing = try RecurrentPacking(form, w: w.shape, r: r.shape)
  } catch {
    throw Failure(.invalidModel, "\(error.message)").within("\(node.description)")
  }
  let input = try Tensor(.float32, packing.inputShape)
  let recurrent = try Tensor(.float32, packing.recurrentShape)
  guard let wSource = w.elements(as: Float.self).baseAddress, let rSource = r.elements(as: Float.self).baseAddress,
    let inputTarget = input.mutableElements(as: Float.self).baseAddress,
    let recurrentTarget = recurrent.mutableElements(as: Float.self).baseAddress
  else { return nil }
  packing.packInput(wSource, to: inputTarget)
  packing.packRecurrent(rSource, to: recurrentTarget)
  var result = node
  result.domain = "crnn"
  result.opset = 1
  result.attributes.removeAll { $0.name == "hidden_size" }
  result.attributes += [
    Attribute("hidden_size", .int(packing.hiddenSize)), Attribute("input_size", .int(packing.inputSize)),
  ]
  result.inputs = [node.inputs.first ?? nil, nil, nil, nil, nil] + node.inputs.dropFirst(4)
  var added = [(input: 1, tensor: input), (input: 2, tensor: recurrent)]
  if let b = float32(constants, 3) {
    guard b.shape == [packing.directions, 2 * packing.gateColumns] else {
      throw Failure(.invalidModel, "\(node.description): B has shape \(describe(b.shape))")
    }
    let bias = try Tensor(.float32, packing.biasShape)
    let separate = try packing.separatesBias ? Tensor(.float32, packing.biasShape) : nil
    if let source = b.elements(as: Float.self).baseAddress,
      let target = bias.mutableElements(as: Float.self).baseAddress
    {
      packing.packBias(source, to: target, recurrent: separate?.mutableElements(as: Float.self).baseAddress)
    }
    added.append((3, bias))
    if let separate { added.append((4, separate)) }
  }
  return PackedNode(node: result, constants: added)
}
