import Graphs
import Tensors

// Quantised operators with constant weights: these are packed less their zero points, as the kernels take them.

/// The packed form of a quantised operator; nil when it has none.
func packedQuantized(_ node: Node, _ constants: [Tensor?]) throws(Failure) -> PackedNode? {
  guard node.domain != "crnn" else { return nil }
  if node.type == "FusedMatMul" {
    let (a, b) = (try node.flag("transBatchA"), try node.flag("transBatchB"))
    return a || b ? nil : try packedGemm(node, constants)
  }
  if node.type == "DynamicQuantizeLSTM" { return try packedLSTM(node, constants) }
  guard let places = QuantizedPlaces(node.type), let weights = constants[at: places.right] else { return nil }
  let isConvolution = node.type == "ConvInteger" || node.type == "QLinearConv"
  let transposed = try node.flag("transB")
  let rank = weights.shape.count
  guard rank == 2 || isConvolution && rank > 2, weights.count > 0 else { return nil }
  // One zero point for each output channel, which is an outer or the inner index.
  let isOuter = isConvolution || transposed
  let channels = weights.shape[isOuter ? 0 : 1]
  let zero = places.rightZero < node.inputs.count && node.inputs[places.rightZero] != nil
  if zero, (constants[at: places.rightZero]?.shape.count ?? 2) > 1 { return nil }
  guard
    let centred = try affine(
      weights, nil, constants[at: places.rightZero], outer: isOuter ? channels : 1,
      middle: isOuter ? 1 : weights.shape[0], allowed: [1, channels])
  else { return nil }
  var plain = node
  if zero { plain.inputs[places.rightZero] = nil }
  if isConvolution {
    var replaced = constants
    replaced[places.right] = centred
    return try packedConvolution(plain, replaced, isTransposed: false, weights: places.right)
  }
  (plain.domain, plain.opset) = ("crnn", 1)
  plain.attributes.append(Attribute("columns", .int(channels)))
  return PackedNode(
    node: plain, constants: [(places.right, try packedProduct(centred, transposed: transposed, scale: 1))])
}

private func packedLSTM(_ node: Node, _ constants: [Tensor?]) throws(Failure) -> PackedNode? {
  var replaced = constants
  for index in 1...2 {
    let scale = 6 + 2 * index
    guard let weights = constants[at: index], weights.shape.count == 3, weights.count > 0,
      let scales = constants[at: scale], let zeros = constants[at: scale + 1]
    else { return nil }
    let (outer, middle, inner) = (weights.shape[0], weights.shape[1], weights.shape[2])
    guard
      let float = try affine(weights, scales, zeros, outer: outer, middle: middle, allowed: [outer, outer * inner])
    else { return nil }
    let result = try Tensor(.float32, [outer, inner, middle])
    StridedCopy(
      shape: weights.shape, from: contiguousStrides(of: weights.shape), to: [middle * inner, 1, middle], elementSize: 4
    ).run(from: float.storage.base, to: result.storage.base)
    replaced[index] = result
  }
  var plain = node
  plain.inputs.removeSubrange(8...)
  return try packedRecurrent(plain, replaced, .lstm)
}

/// A constant `[outer, middle, inner]` of 8-bit integers as float32: less its zero point, times its scale. These have
/// one of the `allowed` counts of elements: one for all, for each outer or inner index, or for each pair of them.
/// nil when something does not fit, which is for the operator to say.
private func affine(
  _ tensor: Tensor, _ scales: Tensor?, _ zeros: Tensor?, outer: Int, middle: Int, allowed: [Int]
) throws(Failure) -> Tensor? {
  for parameter in [scales, zeros] {
    if let parameter, !allowed.contains(parameter.count) { return nil }
  }
  guard tensor.type == .int8 || tensor.type == .uint8, (zeros?.type ?? tensor.type) == tensor.type,
    (scales?.type ?? .float32) == .float32
  else { return nil }
  let inner = tensor.count / outer / middle
  let result = try tensor.converted(to: .float32)
  let values = result.mutableElements(as: Float.self)
  var (offsets, factors) = (try Tensor.float32([0]), try Tensor.float32([1]))
  if let zeros { offsets = try zeros.converted(to: .float32) }
  if let scales { factors = scales }
  for index in 0..<tensor.count {
    let (first, last) = (index / inner / middle, index % inner)
    func parameter(_ tensor: Tensor) -> Float {
      let count = tensor.count
      return tensor.elements(as: Float.self)[
        count == 1 ? 0 : count == outer ? first : count == inner ? last : first * inner + last]
    }
    values[index] = (values[index] - parameter(offsets)) * parameter(factors)
  }
  return result
}

extension [Tensor?] {
  fileprivate subscript(at index: Int) -> Tensor? { index < count ? self[index] : nil }
}
