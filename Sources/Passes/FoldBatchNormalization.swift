import CSystem
import Graphs
import Tensors

/// Puts the scale and shift of a BatchNormalization into the weights and bias of the convolution before it.
func foldBatchNormalization(_ graph: Graph) throws(Failure) {
  let uses = Uses(graph)
  var removed = [Bool](repeating: false, count: graph.nodes.count)
  for (index, node) in graph.nodes.enumerated() {
    guard node.type == "BatchNormalization", node.domain.isEmpty,
      case let input?? = node.inputs.first, case let output?? = node.outputs.first,
      node.outputs.dropFirst().allSatisfy({ $0 == nil }), try !node.flag("training_mode"),
      let maker = uses.maker[input], !removed[maker], uses.onlyReader(of: input) == index,
      let folded = try fold(node, into: graph.nodes[maker], graph)
    else { continue }
    graph.nodes[maker] = folded
    graph.nodes[maker].outputs[0] = output
    removed[index] = true
  }
  var index = 0
  graph.nodes.removeAll { _ in
    defer { index += 1 }
    return removed[index]
  }
}

/// The convolution with the normalisation in its weights; nil when it is none, or its weights are not constant.
private func fold(_ normalization: Node, into convolution: Node, _ graph: Graph) throws(Failure) -> Node? {
  guard convolution.domain.isEmpty, convolution.type == "Conv" || convolution.type == "ConvTranspose",
    let weights = graph.constant(convolution, 1), weights.tensor.type == .float32, weights.tensor.shape.count >= 3,
    let scale = graph.constant(normalization, 1), let shift = graph.constant(normalization, 2),
    let mean = graph.constant(normalization, 3), let variance = graph.constant(normalization, 4)
  else { return nil }
  let bias = graph.constant(convolution, 2)
  if convolution.inputs.count > 2, convolution.inputs[2] != nil, bias == nil { return nil }
  let isTransposed = convolution.type == "ConvTranspose"
  let groups = try convolution.int("group", default: 1)
  let shape = weights.tensor.shape
  let (channels, overflow) = isTransposed ? shape[1].multipliedReportingOverflow(by: groups) : (shape[0], false)
  guard !overflow, groups > 0, channels > 0, shape[0] % groups == 0 else { return nil }
  let parameters = [scale.tensor, shift.tensor, mean.tensor, variance.tensor] + (bias.map { [$0.tensor] } ?? [])
  guard parameters.allSatisfy({ $0.type == .float32 && $0.count == channels }) else { return nil }

  let epsilon = try normalization.float("epsilon", default: 1e-5)
  let newWeights = try Tensor(.float32, shape)
  let newBias = try Tensor(.float32, [channels])
  let (source, target) = (weights.tensor.elements(as: Float.self), newWeights.mutableElements(as: Float.self))
  let biases = newBias.mutableElements(as: Float.self)
  var factors = [Float](repeating: 0, count: channels)
  for channel in 0..<channels {
    let deviation = Double(variance.tensor.elements(as: Float.self)[channel]) + Double(epsilon)
    let factor = Double(scale.tensor.elements(as: Float.self)[channel]) / deviation.squareRoot()
    let before = bias.map { Double($0.tensor.elements(as: Float.self)[channel]) } ?? 0
    factors[channel] = Float(factor)
    biases[channel] = Float(
      (before - Double(mean.tensor.elements(as: Float.self)[channel])) * factor
        + Double(shift.tensor.elements(as: Float.self)[channel]))
  }
  let taps = shape[2...].reduce(1, *)
  for first in 0..<shape[0] {
    for second in 0..<shape[1] {
      let channel = isTransposed ? first / (shape[0] / groups) * shape[1] + second : first
      let offset = (first * shape[1] + second) * taps
      for tap in offset..<offset + taps { target[tap] = source[tap] * factors[channel] }
    }
  }
  var node = convolution
  let weightID = graph.add(Value(name: weights.name, type: .float32, shape: shape, constant: newWeights))
  let biasID = graph.add(
    Value(name: bias?.name ?? "\(weights.name).bias", type: .float32, shape: [channels], constant: newBias))
  node.inputs = [convolution.inputs[0], weightID, biasID]
  return node
}
