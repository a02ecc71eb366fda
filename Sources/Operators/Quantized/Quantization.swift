import Plans
import Tensors

// Between real numbers and integers with a scale and a zero point: what all quantised operators are made of.
// Scales and zero points are operands that broadcast to the tensor; without them 1 and 0 are meant.

extension PlanBuilder {
  /// saturate(round(x / scale) + zero), halves to even. The quotient is rounded to `precision` first.
  func quantized(
    _ x: Operand, scale: Operand? = nil, zero: Operand?, to type: ElementType, precision: ElementType = .float32
  ) throws(Failure) -> Operand {
    let range = try quantizedRange(type)
    let source = try cast(x, to: .float32)
    let divisor = try number(scale, default: 1, like: x)
    let offset = try number(zero, default: 0, like: x)
    let result = try allocate(type, like: source)
    let loop = StridedLoop(x.shape, result, source, divisor, offset)
    emit("QuantizeLinear", reads: [source, divisor, offset], writes: [result]) { execution in
      let (y, isWide) = (execution.bytes(result), type.size == 2)
      let (x, s, z) = (execution.floats(source), execution.floats(divisor), execution.floats(offset))
      loop.run(execution, cost: 8) { count, at in
        quantizeRow(count, loop.stride, y, isWide, at[0], x + at[1], s + at[2], z + at[3], range, precision)
      }
    }
    return result
  }

  /// (x - zero) · scale as float32, each step rounded to it; exact without a scale for integers of 8 and 16 bits.
  func dequantized(_ x: Operand, scale: Operand? = nil, zero: Operand? = nil) throws(Failure) -> Operand {
    if x.type != .int32 { _ = try quantizedRange(x.type) }
    let source = try x.type.size == 2 ? cast(x, to: .int32) : x
    let factor = try number(scale, default: 1, like: x)
    let offset = try number(zero, default: 0, like: x)
    let result = try allocate(.float32, like: source)
    let loop = StridedLoop(x.shape, result, source, factor, offset)
    emit("DequantizeLinear", reads: [source, factor, offset], writes: [result]) { execution in
      let (x, y) = (execution.bytes(source), execution.floats(result))
      let (s, z) = (execution.floats(factor), execution.floats(offset))
      loop.run(execution, cost: 2) { count, at in
        switch source.type {
        case .int8:
          dequantizeRow(count, loop.stride, y + at[0], x, at[1], s + at[2], z + at[3], as: Int8.self)
        case .uint8:
          dequantizeRow(count, loop.stride, y + at[0], x, at[1], s + at[2], z + at[3], as: UInt8.self)
        default:
          dequantizeRow(count, loop.stride, y + at[0], x, at[1], s + at[2], z + at[3], as: Int32.self)
        }
      }
    }
    return result
  }

  private func number(_ given: Operand?, default fallback: Float, like x: Operand) throws(Failure) -> Operand {
    guard let given else { return try broadcast(constant(.float32([fallback], shape: [])), to: x.shape) }
    return try broadcast(cast(given, to: .float32), to: x.shape)
  }
}

/// The least and greatest number of an integer type of 8 or 16 bits.
func quantizedRange(_ type: ElementType) throws(Failure) -> ClosedRange<Float> {
  switch type {
  case .int8: -128...127
  case .uint8: 0...255
  case .int16: -32768...32767
  case .uint16: 0...65535
  default: throw Failure(.unsupported, "a quantised tensor is \(type.name), expected int8, uint8, int16 or uint16")
  }
}

private func dequantizeRow<Element: FixedWidthInteger>(
  _ count: Int, _ stride: SIMD4<Int>, _ y: UnsafeMutablePointer<Float>, _ x: UnsafeMutableRawPointer, _ first: Int,
  _ scale: UnsafePointer<Float>, _ zero: UnsafePointer<Float>, as _: Element.Type
) {
  let x = x.assumingMemoryBound(to: Element.self) + first
  for index in 0..<count {
    y[index &* stride[0]] = (Float(x[index &* stride[1]]) - zero[index &* stride[3]]) * scale[index &* stride[2]]
  }
}

@inline(never)
private func quantizeRow(
  _ count: Int, _ stride: SIMD4<Int>, _ y: UnsafeMutableRawPointer, _ isWide: Bool, _ first: Int,
  _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ zero: UnsafePointer<Float>, _ range: ClosedRange<Float>,
  _ precision: ElementType
) {
  for index in 0..<count {
    var quotient = x[index &* stride[1]] / scale[index &* stride[2]]
    if precision == .float16 { quotient = float(fromHalf: half(from: quotient)) }
    if precision == .bfloat16 { quotient = float(fromBFloat16: bfloat16(from: quotient)) }
    let bits = (quantize(quotient, zero[index &* stride[3]], range) + roundingShift).bitPattern
    let place = first &+ index &* stride[0]
    if isWide {
      y.assumingMemoryBound(to: UInt16.self)[place] = UInt16(truncatingIfNeeded: bits)
    } else {
      y.assumingMemoryBound(to: UInt8.self)[place] = UInt8(truncatingIfNeeded: bits)
    }
  }
}

/// The nearest integer, halves to even, plus `zero`, within the range. What is not a number gives the least.
@inline(__always)
func quantize(_ x: Float, _ zero: Float, _ range: ClosedRange<Float>) -> Float {
  // Beyond ± 2¹⁷ are no quantised numbers; the shift rounds only up to ± 2²².
  let near = x > -131_072 ? (x < 131_072 ? x : 131_072) : -131_072
  let sum = near + roundingShift - roundingShift + zero
  return sum > range.lowerBound ? (sum < range.upperBound ? sum : range.upperBound) : range.lowerBound
}

/// 1.5 · 2²³: adding it leaves no room for a fraction, so that the sum is rounded, halves to even, and its low bits
/// are the integer's.
private let roundingShift: Float = 12_582_912

extension Inputs {
  /// Input `index`, scales or zero points, so that it broadcasts to `shape`: one for all, one for each index of `axis`,
  /// or, if `allowsViews`, anything that broadcasts already. nil when it is left out.
  func parameter(
    _ index: Int, of shape: Shape, axis: Int, allowsViews: Bool = false
  ) throws(Failure) -> Operand? {
    guard var view = optional(index) else { return nil }
    if view.count == 1 {
      (view.shape, view.strides) = ([], [])
    } else if view.rank == 1, shape.indices.contains(axis), shape[axis] == view.shape[0] {
      for _ in axis + 1..<shape.count { view = view.unsqueezed(at: view.rank) }
    } else {
      guard allowsViews, view.rank == shape.count, view.broadcast(to: shape) != nil else {
        throw Failure(
          .invalidInput,
          "input \(index) has shape \(describe(view.shape)), expected a scalar or one number for each index of axis "
            + "\(axis) of \(describe(shape))")
      }
    }
    return view
  }

  /// Input `index` less the zero points of input `zero`, of its own type.
  func centred(
    _ index: Int, zero: Int, axis: Int, _ builder: PlanBuilder, scale: Int = .max
  ) throws(Failure) -> Operand {
    let x = try required(index)
    if let zero = optional(zero), zero.type != x.type {
      throw Failure(.invalidModel, "the zero point of input \(index) is \(zero.type.name), expected \(x.type.name)")
    }
    return try builder.dequantized(
      x, scale: parameter(scale, of: x.shape, axis: axis, allowsViews: true),
      zero: parameter(zero, of: x.shape, axis: axis, allowsViews: true))
  }
}

/// Scale and zero point by which a range of numbers is quantised to uint8: DynamicQuantizeLinear's formula.
struct DynamicRange {
  private var least: Float = 0
  private var greatest: Float = 0

  mutating func include(_ x: UnsafePointer<Float>, count: Int) {
    for index in 0..<count {
      least = x[index] < least ? x[index] : least
      greatest = x[index] > greatest ? x[index] : greatest
    }
  }

  var scale: Float { (least == greatest ? 1 : greatest - least) / 255 }
  var zero: Float { quantize(-least / scale, 0, 0...255) }
}
