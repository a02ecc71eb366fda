import Graphs
import Plans
import Tensors

/// QLinearAdd, QLinearSigmoid and others of com.microsoft: an operator of ONNX between 8-bit integers. Its operands,
/// each with its scale and zero point, are dequantised, its result is quantised.
final class QuantizedWrapper: Operator {
  private let inner: Operator
  /// Inputs that come before the operands.
  private let first: Int
  private let isConcat: Bool

  override init(_ node: Node) throws(Failure) {
    var plain = node
    plain.type = String(decoding: Array(node.type.utf8.dropFirst(7)), as: UTF8.self)
    plain.domain = ""
    plain.opset = try node.int("opset", default: 17)
    guard try !node.flag("channels_last") else {
      throw Failure(.unsupported, "attribute 'channels_last' is 1, expected 0")
    }
    inner = try Registry.makeOperator(plain)
    isConcat = plain.type == "Concat"
    first = isConcat ? 2 : 0
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let count = (inputs.count - (isConcat ? 2 : 1)) / 3
    var operands: [Operand?] = []
    for place in stride(from: first, to: first + 3 * count, by: 3) {
      _ = try inputs.required(place + 1)
      operands.append(try inputs.centred(place, zero: place + 2, axis: -1, builder, scale: place + 1))
    }
    let scale = isConcat ? 0 : 3 * count
    guard count > 0, let result = try inner.plan(Inputs(operands), builder).first ?? nil else {
      throw Failure(.invalidModel, "\(inputs.count) inputs, expected operands with scales and zero points")
    }
    _ = try inputs.required(scale)
    let zero = try inputs.parameter(scale + 1, of: result.shape, axis: -1)
    let operand = try inputs.required(first)
    let type = zero?.type ?? operand.type
    return [
      try builder.quantized(
        result, scale: inputs.parameter(scale, of: result.shape, axis: -1), zero: zero, to: type)
    ]
  }
}
