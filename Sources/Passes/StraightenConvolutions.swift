import Graphs
import Tensors

/// Writes a ConvTranspose whose strides are 1 as the Conv that it is: the kernel turned around, and padded by what its
/// own padding leaves of the kernel's extent.
func straightenConvolutions(_ graph: Graph) throws(Failure) {
  for index in graph.nodes.indices {
    let node = graph.nodes[index]
    guard node.type == "ConvTranspose", node.domain.isEmpty, let weights = graph.constant(node, 1),
      weights.tensor.type == .float32, weights.tensor.count > 0, (3...5).contains(weights.tensor.shape.count),
      let pads = try straightPads(node, kernel: Array(weights.tensor.shape[2...]))
    else { continue }
    let groups = try node.int("group", default: 1)
    guard groups > 0, weights.tensor.shape[0] % groups == 0 else { continue }
    let turned = try turned(weights.tensor, groups: groups)
    graph.nodes[index].type = "Conv"
    graph.nodes[index].attributes.removeAll { $0.name == "pads" || $0.name == "output_padding" }
    graph.nodes[index].attributes.append(Attribute("pads", .ints(pads)))
    graph.nodes[index].inputs[1] = graph.add(
      Value(name: weights.name, type: .float32, shape: turned.shape, constant: turned))
  }
}

/// The padding of the Conv; nil where there is none that does it.
private func straightPads(_ node: Node, kernel: [Int]) throws(Failure) -> [Int]? {
  let rank = kernel.count
  let ones = [Int](repeating: 1, count: rank)
  let autoPad = try node.string("auto_pad", default: "NOTSET")
  guard autoPad == "NOTSET" || autoPad.isEmpty, try node.ints("output_shape") == nil,
    try node.ints("strides") ?? ones == ones, try (node.ints("output_padding") ?? []).allSatisfy({ $0 == 0 }),
    try node.ints("kernel_shape") ?? kernel == kernel
  else { return nil }
  let dilations = try node.ints("dilations") ?? ones
  let pads = try node.ints("pads") ?? [Int](repeating: 0, count: 2 * rank)
  guard dilations.count == rank, pads.count == 2 * rank else { return nil }
  var left: [Int] = []
  for (index, pad) in pads.enumerated() {
    let (span, overflow) = (kernel[index % rank] - 1).multipliedReportingOverflow(by: dilations[index % rank])
    guard !overflow, pad >= 0, pad <= span else { return nil }
    left.append(span - pad)
  }
  return left
}

/// Weights `[C, M / groups, …]` as `[M, C / groups, …]`, each kernel from its last tap to its first.
private func turned(_ weights: Tensor, groups: Int) throws(Failure) -> Tensor {
  let (inputs, outputs) = (weights.shape[0] / groups, weights.shape[1])
  let taps = weights.count / (weights.shape[0] * outputs)
  let result = try Tensor(.float32, [groups * outputs, inputs] + weights.shape[2...])
  let (source, target) = (weights.elements(as: Float.self), result.mutableElements(as: Float.self))
  for channel in 0..<groups * outputs {
    for input in 0..<inputs {
      let from = ((channel / outputs * inputs + input) * outputs + channel % outputs) * taps
      let to = (channel * inputs + input) * taps
      for tap in 0..<taps { target[to + tap] = source[from + taps - 1 - tap] }
    }
  }
  return result
}
