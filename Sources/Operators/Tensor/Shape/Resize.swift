import CSystem
import Graphs
import Plans
import Tensors

/// Resize and Upsample: nearest, linear or cubic interpolation, one axis after the other.
final class Resize: Operator {
  private let isUpsample: Bool
  private let opset: Int
  private let sampling: Sampling
  private let scales: [Float]?
  private let axes: [Int]?
  private let policy: String

  override init(_ node: Node) throws(Failure) {
    isUpsample = node.type == "Upsample"
    opset = node.opset
    let old = node.type == "Upsample" || node.opset < 11
    sampling = try Sampling(node, old: old)
    scales = isUpsample && node.opset < 9 ? try node.floats("scales") : nil
    axes = try node.ints("axes")
    policy = try node.string("keep_aspect_ratio_policy", default: "stretch")
    guard policy == "stretch" || policy == "not_larger" || policy == "not_smaller" else {
      throw Failure(.invalidModel, "attribute 'keep_aspect_ratio_policy' is '\(policy)'")
    }
    if try node.flag("antialias") { throw Failure(.unsupported, "attribute 'antialias'") }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let axes = try normalize(axes: self.axes ?? Array(0..<input.rank), rank: input.rank)
    let (sizes, scales) = try targets(inputs, input, axes, builder)
    let isCopying = sampling.mode == .nearest
    guard isCopying || input.type.isFloatingPoint || input.type == .uint8 || input.type == .int8 else {
      throw Failure(.unsupported, "interpolation of \(input.type.name)")
    }
    var x = isCopying ? input : try builder.cast(input, to: .float32)
    for (index, axis) in axes.enumerated() where sizes[index] != x.shape[axis] || scales[index] != 1 {
      guard x.shape[axis] > 0 else { throw Failure(.invalidInput, "shape \(describe(x.shape)) has nothing to resize") }
      // The table of taps is kept in memory with the plan.
      guard sizes[index] <= 1 << 22 else {
        throw Failure(.limitExceeded, "axis \(axis) would have \(sizes[index]) elements, at most \(1 << 22) are supported")
      }
      let taps = sampling.taps(from: x.shape[axis], to: sizes[index], scale: scales[index])
      x = try resampled(x, axis, sizes[index], taps, builder)
    }
    return [try builder.cast(x, to: input.type)]
  }

  /// The size of each of `axes` and the scale that coordinates go by.
  private func targets(
    _ inputs: Inputs, _ x: Operand, _ axes: [Int], _ builder: PlanBuilder
  ) throws(Failure) -> (sizes: [Int], scales: [Double]) {
    let (scalesIndex, sizesIndex) = isUpsample || opset < 11 ? (1, Int.max) : (2, 3)
    if sizesIndex != Int.max, let operand = inputs.optional(sizesIndex), operand.count > 0 {
      var sizes = try builder.integers(operand, "the sizes")
      guard sizes.count == axes.count, sizes.allSatisfy({ $0 >= 0 && $0 < 1 << 40 }) else {
        throw Failure(.invalidInput, "sizes \(describe(sizes)) do not fit \(axes.count) axes")
      }
      var scales: [Double] = []
      for (index, axis) in axes.enumerated() { scales.append(Double(sizes[index]) / Double(max(x.shape[axis], 1))) }
      if policy != "stretch", let first = scales.first {
        let scale = scales.dropFirst().reduce(first) { policy == "not_larger" ? min($0, $1) : max($0, $1) }
        for (index, axis) in axes.enumerated() {
          let size = (Double(x.shape[axis]) * scale + 0.5).rounded(.down)
          guard size < 0x1p40 else { throw Failure(.outOfMemory, "the result is too large") }
          sizes[index] = Int(size)
          scales[index] = scale
        }
      }
      return (sizes, scales)
    }
    var scales: [Double] = []
    if let attribute = self.scales {
      scales = attribute.map { Double($0) }
    } else if let operand = inputs.optional(scalesIndex), operand.count > 0 {
      guard operand.type == .float32 else {
        throw Failure(.invalidInput, "the scales are \(operand.type.name), expected float32")
      }
      scales = try builder.known(operand, "the scales").elements(as: Float.self).map { Double($0) }
    }
    guard scales.count == axes.count, scales.allSatisfy({ $0 > 0 && $0 < 0x1p30 }) else {
      throw Failure(.invalidInput, "\(scales.count) scales for \(axes.count) axes, expected one positive number each")
    }
    var sizes: [Int] = []
    for (index, axis) in axes.enumerated() {
      let size = (Double(x.shape[axis]) * scales[index]).rounded(.down)
      guard size < 0x1p40 else { throw Failure(.outOfMemory, "the result is too large") }
      sizes.append(Int(size))
    }
    return (sizes, scales)
  }

  /// Position j of `axis` becomes the weighted sum of the taps of j.
  private func resampled(
    _ x: Operand, _ axis: Int, _ size: Int, _ taps: Taps, _ builder: PlanBuilder
  ) throws(Failure) -> Operand {
    let source = try builder.dense(x)
    let order = memoryOrder(of: source)
    var shape = x.shape
    shape[axis] = size
    let result = try builder.allocate(x.type, checked(shape), order: order)
    if result.count == 0 { return result }
    let depth = order.firstIndex(of: axis) ?? 0
    let outer = try elementCount(of: order[..<depth].map { shape[$0] })
    let inner = try elementCount(of: order[(depth + 1)...].map { shape[$0] })
    let length = x.shape[axis]
    let bytes = x.type.size
    let isCopying = taps.count == 1
    builder.emit("Resize", reads: [source], writes: [result]) { execution in
      execution.parallel(outer, work: result.count &* taps.count) { block in
        if isCopying {
          let from = execution.bytes(source) + block &* length &* inner &* bytes
          let to = execution.bytes(result) + block &* size &* inner &* bytes
          for position in 0..<size {
            memcpy(to + position &* inner &* bytes, from + taps.indices[position] &* inner &* bytes, inner &* bytes)
          }
          return
        }
        let from = execution.floats(source) + block &* length &* inner
        for position in 0..<size {
          let y = execution.floats(result) + (block &* size &+ position) &* inner
          for tap in 0..<taps.count {
            let line = from + taps.indices[position &* taps.count &+ tap] &* inner
            let weight = taps.weights[position &* taps.count &+ tap]
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

/// For each position of a resized axis, `count` positions of the input and their weights.
struct Taps {
  var count: Int
  var indices: [Int] = []
  var weights: [Float] = []
}
