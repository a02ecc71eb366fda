import CSystem
import Graphs
import KernelTable
import Plans
import Tensors

/// Resize and Upsample: nearest, linear or cubic interpolation, one axis after the other. Computed in float32.
///
/// Upsample, and Resize before operator set 11, have scales alone, as an attribute before 9.
final class Resize: Operator {
  private let isOld: Bool
  private let sampling: Sampling
  private let scales: [Float]?
  private let axes: [Int]?
  private let policy: String
  private let extrapolation: Float

  override init(_ node: Node) throws(Failure) {
    isOld = node.type == "Upsample" || node.opset < 11
    sampling = try Sampling(node, old: isOld)
    scales = isOld && node.opset < 9 ? try node.floats("scales") : nil
    axes = try node.ints("axes")
    policy = try node.string("keep_aspect_ratio_policy", default: "stretch")
    guard policy == "stretch" || policy == "not_larger" || policy == "not_smaller" else {
      throw Failure(.invalidModel, "attribute 'keep_aspect_ratio_policy' is '\(policy)'")
    }
    extrapolation = try node.float("extrapolation_value", default: 0)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let axes = try normalize(axes: self.axes ?? Array(0..<input.rank), rank: input.rank)
    let (sizes, scales) = try targets(inputs, input, axes, builder)
    var region = [Double](repeating: 0, count: axes.count) + [Double](repeating: 1, count: axes.count)
    if sampling.coordinates == .cropAndResize {
      region = try numbers(inputs.required(1), "the region", count: region.count, builder)
    }
    var shape = input.shape
    for (index, axis) in axes.enumerated() { shape[axis] = sizes[index] }
    if try elementCount(of: shape) == 0 { return [try builder.allocate(input.type, shape)] }
    let isCopying = sampling.mode == .nearest
    var x = isCopying ? input : try builder.cast(input, to: .float32)
    for (index, axis) in axes.enumerated() {
      let (first, last) = (region[index], region[axes.count + index])
      if sizes[index] == x.shape[axis], scales[index] == 1, first == 0, last == 1 { continue }
      guard x.shape[axis] > 0 else { throw Failure(.invalidInput, "shape \(describe(x.shape)) has nothing to resize") }
      let taps = try sampling.taps(
        from: x.shape[axis], to: sizes[index], scale: scales[index], region: (first, last))
      x = try builder.resampled("Resize", x, axis, sizes[index], taps)
      try fill(x, axis, taps.inside, builder)
    }
    if !isCopying, !input.type.isFloatingPoint {
      let bits = input.type.size * 8 - (input.type.isSignedInteger ? 1 : 0)
      let highest = Float(sign: .plus, exponent: bits, significand: 1) - 1
      let lowest = input.type.isSignedInteger ? -highest - 1 : 0
      x = try builder.unary("Resize", [Activation(.round), Activation(.clip, alpha: lowest, beta: highest)], x)
    }
    return [try builder.cast(x, to: input.type)]
  }

  private func numbers(
    _ operand: Operand, _ what: String, count: Int, _ builder: PlanBuilder
  ) throws(Failure) -> [Double] {
    let values = try builder.known(operand, what).numbers(what)
    guard values.count == count, values.allSatisfy({ $0.magnitude < 0x1p30 }) else {
      throw Failure(.invalidInput, "\(what) has \(values.count) numbers, expected \(count) below 2^30")
    }
    return values
  }

  /// Writes the extrapolation value to positions of an axis that lie outside the input.
  private func fill(
    _ x: Operand, _ axis: Int, _ inside: Range<Int>, _ builder: PlanBuilder
  ) throws(Failure) {
    for outside in [0..<inside.lowerBound, inside.upperBound..<x.shape[axis]] where !outside.isEmpty && x.count > 0 {
      let part = x.sliced(axis: axis, start: outside.lowerBound, count: outside.count)
      let value = try Tensor.float32([extrapolation], shape: []).converted(to: x.type)
      builder.copy(try broadcast(builder.constant(value), to: part.shape), to: part)
    }
  }

  /// The size of each of `axes` and the scale that coordinates go by.
  private func targets(
    _ inputs: Inputs, _ x: Operand, _ axes: [Int], _ builder: PlanBuilder
  ) throws(Failure) -> (sizes: [Int], scales: [Double]) {
    var sizes: [Int] = []
    var scales: [Double] = []
    if !isOld, let operand = inputs.optional(3), operand.count > 0 {
      sizes = try builder.integers(operand, "the sizes")
      guard sizes.count == axes.count, sizes.allSatisfy({ $0 >= 0 && $0 < 1 << 40 }) else {
        throw Failure(.invalidInput, "sizes \(describe(sizes)) do not fit \(axes.count) axes")
      }
      for (index, axis) in axes.enumerated() { scales.append(Double(sizes[index]) / Double(max(x.shape[axis], 1))) }
      guard policy != "stretch", let first = scales.first else { return (sizes, scales) }
      let scale = scales.reduce(first) { policy == "not_larger" ? min($0, $1) : max($0, $1) }
      scales = scales.map { _ in scale }
      for (index, axis) in axes.enumerated() { sizes[index] = try size(Double(x.shape[axis]) * scale + 0.5) }
      return (sizes, scales)
    }
    if let attribute = self.scales {
      scales = attribute.map { Double($0) }
    } else {
      scales = try numbers(inputs.required(isOld ? 1 : 2), "the scales", count: axes.count, builder)
    }
    guard scales.count == axes.count, scales.allSatisfy({ $0 > 0 }) else {
      throw Failure(.invalidInput, "\(scales.count) scales for \(axes.count) axes, expected one positive number each")
    }
    // In float32, as ONNX's own shape inference has it.
    for (index, axis) in axes.enumerated() {
      sizes.append(try size(Double(Float(x.shape[axis]) * Float(scales[index]))))
    }
    return (sizes, scales)
  }

  private func size(_ size: Double) throws(Failure) -> Int {
    guard size < 0x1p40 else { throw Failure(.outOfMemory, "the result is too large") }
    return Int(size)
  }

}

extension PlanBuilder {
  /// Position j of `axis` becomes the weighted sum of the taps of j; a copy of the one tap when there is but one.
  /// More than one tap takes float32.
  func resampled(
    _ name: String, _ x: Operand, _ axis: Int, _ size: Int, _ taps: Taps
  ) throws(Failure) -> Operand {
    let source = try dense(x)
    let order = memoryOrder(of: source)
    var shape = x.shape
    shape[axis] = size
    let result = try allocate(x.type, checked(shape), order: order)
    if result.count == 0 { return result }
    let depth = order.firstIndex(of: axis) ?? 0
    let outer = try elementCount(of: order[..<depth].map { shape[$0] })
    let inner = try elementCount(of: order[(depth + 1)...].map { shape[$0] })
    let length = x.shape[axis]
    let bytes = x.type.size
    let isCopying = taps.count == 1
    emit(name, reads: [source], writes: [result]) { execution in
      let (indices, weights) = (taps.indices, taps.weights)
      execution.parallel(outer, work: result.count &* taps.count) { block in
        if isCopying {
          let from = execution.bytes(source) + block &* length &* inner &* bytes
          let to = execution.bytes(result) + block &* size &* inner &* bytes
          for position in 0..<size {
            memcpy(to + position &* inner &* bytes, from + indices[position] &* inner &* bytes, inner &* bytes)
          }
          return
        }
        let from = execution.floats(source) + block &* length &* inner
        for position in 0..<size {
          let y = execution.floats(result) + (block &* size &+ position) &* inner
          for tap in 0..<taps.count {
            let line = from + indices[position &* taps.count &+ tap] &* inner
            let weight = weights[position &* taps.count &+ tap]
            if tap == 0 {
              for index in 0..<inner { y[index] = weight * line[index] }
            } else {
              for index in 0..<inner { y[index] += weight * line[index] }
            }
          }
        }
      }
    }
    return result
  }
}

/// For each position of a new axis, `count` positions of the input and, where they are more than one, their weights: in
/// tables that a plan keeps.
struct Taps {
  let count: Int
  /// Positions whose taps lie inside the input; the others take the extrapolation value.
  var inside: Range<Int>
  private let indexTable, weightTable: Tensor

  init(count: Int, size: Int) throws(Failure) {
    self.count = count
    inside = 0..<size
    indexTable = try Tensor(.int64, [size, count])
    weightTable = try Tensor(.float32, [count > 1 ? size : 0, count])
  }

  var indices: UnsafeMutablePointer<Int> { indexTable.storage.base.assumingMemoryBound(to: Int.self) }
  var weights: UnsafeMutablePointer<Float> { weightTable.storage.base.assumingMemoryBound(to: Float.self) }
}
