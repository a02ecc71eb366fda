import Graphs
import Plans
import Tensors

/// Where a product's inputs are; .max for those that the operator does not have.
struct QuantizedPlaces {
  var right = 1
  var leftZero = Int.max
  var rightZero = 3
  var leftScale = Int.max
  var rightScale = Int.max
  /// Int32, added to the product.
  var addend = Int.max
  /// Of the scales' type, added to the scaled product.
  var bias = Int.max
  /// Of the result; the zero point follows it.
  var scale = Int.max

  init?(_ type: String) {
    switch type {
    case "MatMulInteger", "ConvInteger": leftZero = 2
    case "QLinearMatMul", "QLinearConv", "QGemm":
      (leftScale, leftZero, right, rightScale, rightZero, scale, addend) = (1, 2, 3, 4, 5, 6, 8)
      if type == "QGemm" { (addend, scale) = (6, 7) }
    case "MatMulIntegerToFloat": (leftScale, rightScale, leftZero, rightZero, bias) = (2, 3, 4, 5, 6)
    case "DynamicQuantizeMatMul": (rightScale, bias) = (2, 4)
    default: return nil
    }
  }
}

/// What products of 8-bit integers less their zero points have in common: ConvInteger and QLinearConv, MatMulInteger
/// and QLinearMatMul of ONNX, MatMulIntegerToFloat, DynamicQuantizeMatMul and QGemm of com.microsoft. The product is
/// int32; scales make float of it, and the result's scale 8 bits again.
///
/// The packed forms, of domain crnn, have the right operand less its zero point as the kernels read it.
class QuantizedProduct: Operator {
  let places: QuantizedPlaces
  private let alpha: Float

  override init(_ node: Node) throws(Failure) {
    guard let places = QuantizedPlaces(node.type) else { throw Failure(.unsupported, "not a quantised product") }
    self.places = places
    alpha = try node.float("alpha", default: 1)
    try super.init(node)
  }

  /// The product in int32.
  func product(_ inputs: Inputs, leftZero: Int, _ builder: PlanBuilder) throws(Failure) -> Operand {
    try inputs.required(0)
  }

  /// The axes of a result of this rank that the left and right operands' scales may vary along.
  func axes(_ rank: Int) -> (left: Int, right: Int) { (-1, 1) }

  override func lower(_ given: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    var inputs = given
    var (leftScale, leftZero) = (places.leftScale, places.leftZero)
    if leftZero == .max {
      let quantized = try builder.dynamicallyQuantized(given.required(0))
      // Behind all inputs that the operator may have.
      (leftScale, leftZero) = (5, 6)
      inputs = Inputs((0..<7).map { $0 == 0 ? quantized[0] : $0 < 5 ? given.optional($0) : quantized[$0 - 4] })
    }
    let sums = try product(inputs, leftZero: leftZero, builder)
    guard places.rightScale != .max else { return [sums] }
    let axes = axes(sums.rank)
    _ = try (inputs.required(leftScale), inputs.required(places.rightScale))
    // QGemm alone may leave out the result's.
    if places.scale == 6 { _ = try inputs.required(places.scale) }
    var scale = try builder.constant(.float32([alpha], shape: []))
    for (operation, index, axis) in [
      (BinaryOperation.multiply, leftScale, axes.left), (.multiply, places.rightScale, axes.right),
      (.divide, places.scale, axes.left),
    ] {
      guard let next = try inputs.parameter(index, of: sums.shape, axis: axis, allowsViews: true) else { continue }
      scale = try builder.binary("Scale", operation, scale, builder.cast(next, to: .float32))
    }
    var result = try builder.dequantized(sums, scale: scale)
    if inputs.optional(places.scale) != nil {
      let zero = try inputs.parameter(places.scale + 1, of: sums.shape, axis: axes.left, allowsViews: true)
      return [try builder.quantized(result, zero: zero, to: zero?.type ?? .uint8)]
    }
    if let bias = inputs.optional(places.bias) {
      result = try builder.binary("Add", .add, result, broadcast(builder.cast(bias, to: .float32), to: result.shape))
    }
    return [try builder.cast(result, to: inputs.required(leftScale).type)]
  }
}
