import Graphs
import Plans
import Tensors

/// QuantizeLinear and DequantizeLinear: between float and integers of 8 or 16 bits (and from int32), computed in
/// float32. One scale for the whole tensor; from operator set 13 on one for each index of an axis; from 21 on one for
/// each block along it; types by `output_dtype` and, for QuantizeLinear from 23 on, `precision`.
final class LinearQuantization: Operator {
  private let quantizes: Bool
  private let axis: Int
  /// 0 for none.
  private let blockSize: Int
  private let type, precision: ElementType?

  override init(_ node: Node) throws(Failure) {
    quantizes = node.type == "QuantizeLinear"
    axis = try node.int("axis", default: 1)
    blockSize = try node.int("block_size", default: 0)
    guard blockSize >= 0 else {
      throw Failure(.invalidModel, "attribute 'block_size' is \(blockSize), expected a positive number")
    }
    type = try node.elementType("output_dtype")
    precision = try node.elementType("precision")
    if let type, quantizes { _ = try quantizedRange(type) }
    if let float = quantizes ? precision : type, float.computed != .float32 {
      throw Failure(.unsupported, "an attribute asks for \(float.name), expected float32, float16 or bfloat16")
    }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let (x, scale) = (try inputs.required(0), try inputs.required(1))
    for operand in quantizes ? [x, scale] : [scale] {
      guard operand.type.computed == .float32 || operand.type == .int32 else {
        throw Failure(.unsupported, "an input is \(operand.type.name), expected float32, float16, bfloat16 or int32")
      }
    }
    let zero = try parameter(2, inputs, builder)
    let factor = try parameter(1, inputs, builder)
    let result = quantizes ? zero?.type ?? type ?? .uint8 : x.type
    if let zero {
      let expected = quantizes ? type ?? result : result
      guard zero.type == expected, inputs.optional(2)?.shape == scale.shape || inputs.optional(2)?.count == scale.count
      else {
        throw Failure(
          .invalidModel,
          "the zero point is \(zero.type.name) of another shape or type than expected, \(expected.name) "
            + "\(describe(scale.shape))")
      }
    }
    if quantizes {
      return [try builder.quantized(x, scale: factor, zero: zero, to: result, precision: precision ?? scale.type)]
    }
    return [try builder.cast(builder.dequantized(x, scale: factor, zero: zero), to: type ?? scale.type)]
  }

  private func parameter(_ index: Int, _ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> Operand? {
    let shape = try inputs.required(0).shape
    guard blockSize > 0, let given = inputs.optional(index), given.count != 1 else {
      return try inputs.parameter(index, of: shape, axis: axis < 0 ? axis + shape.count : axis)
    }
    let axis = try normalize(axis: axis, rank: shape.count)
    var blocks = shape
    blocks[axis] = shape[axis] == 0 ? 0 : (shape[axis] - 1) / blockSize + 1
    guard given.shape == blocks else {
      throw Failure(
        .invalidInput,
        "input \(index) has shape \(describe(given.shape)), expected \(describe(blocks)) for blocks of \(blockSize)"
          + " along axis \(axis)")
    }
    // Each block's number once for each of its elements; the last block may be cut short.
    let length = min(blockSize, shape[axis])
    var repeated = given.unsqueezed(at: axis + 1)
    repeated.shape[axis + 1] = length
    blocks[axis] *= length
    return try builder.reshaped(repeated, blocks).sliced(axis: axis, start: 0, count: shape[axis])
  }
}

extension Node {
  /// An element type by ONNX's number; nil when the attribute is absent or 0.
  fileprivate func elementType(_ name: String) throws(Failure) -> ElementType? {
    let number = try int(name, default: 0)
    if number == 0 { return nil }
    guard let type = Int32(exactly: number).flatMap({ ElementType(rawValue: $0) }) else {
      throw Failure(.unsupported, "attribute '\(name)' asks for element type \(number), which is not supported")
    }
    return type
  }
}
