import Graphs
import KernelTable
import Plans
import Tensors

/// BatchNormalization in inference: scale · (x - mean) / √(variance + epsilon) + bias by channel, axis 1, or before
/// operator set 9 also by element.
/// Computed in float32 whatever the type.
final class BatchNormalization: Operator {
  private let epsilon: Float
  private let isByElement: Bool

  override init(_ node: Node) throws(Failure) {
    epsilon = try node.float("epsilon", default: 1e-5)
    isByElement = node.opset < 9 ? try !node.flag("spatial", default: true) : false
    try super.init(node)
    if try node.flag("training_mode") || wanted.dropFirst().contains(true) {
      throw Failure(.unsupported, "training")
    }
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0, ranks: 1...maximumRank)
    let x = try builder.cast(input, to: .float32)
    var spread = x.rank > 1 ? Array(x.shape[1...]) : [1]
    if !isByElement { for axis in spread.indices.dropFirst() { spread[axis] = 1 } }
    let channels = try elementCount(of: spread)
    var parameters: [Operand] = []
    for index in 1...4 {
      let parameter = try inputs.required(index)
      let expected = isByElement ? spread : [channels]
      guard parameter.shape == expected else {
        throw Failure(
          .invalidInput,
          "input \(index) has shape \(describe(parameter.shape)), expected \(describe(expected))")
      }
      parameters.append(try builder.contiguous(builder.cast(parameter, to: .float32)))
    }
    let (factors, shifts) = try affine(parameters, channels, builder)
    let factor = try broadcast(builder.reshaped(factors, spread), to: x.shape)
    let shift = try broadcast(builder.reshaped(shifts, spread), to: x.shape)
    let y = try builder.scaleAndShift("BatchNormalization", x, factor, shift)
    return [try builder.cast(y, to: input.type)] + [Operand?](repeating: nil, count: max(0, wanted.count - 1))
  }

  /// The factor and the shift of each channel: computed now when the parameters are known, else by a step.
  private func affine(
    _ parameters: [Operand], _ channels: Int, _ builder: PlanBuilder
  ) throws(Failure) -> (Operand, Operand) {
    let epsilon = self.epsilon
    if let scale = try builder.tensor(parameters[0]), let bias = try builder.tensor(parameters[1]),
      let mean = try builder.tensor(parameters[2]), let variance = try builder.tensor(parameters[3])
    {
      let factors = try Tensor(.float32, [channels])
      let shifts = try Tensor(.float32, [channels])
      normalizeChannels(
        scale.storage.base.assumingMemoryBound(to: Float.self), bias.storage.base.assumingMemoryBound(to: Float.self),
        mean.storage.base.assumingMemoryBound(to: Float.self),
        variance.storage.base.assumingMemoryBound(to: Float.self), epsilon,
        factors.storage.base.assumingMemoryBound(to: Float.self),
        shifts.storage.base.assumingMemoryBound(to: Float.self), channels)
      return (builder.constant(factors), builder.constant(shifts))
    }
    let factors = try builder.allocate(.float32, [channels])
    let shifts = try builder.allocate(.float32, [channels])
    builder.emit("BatchNormalization", reads: parameters, writes: [factors, shifts]) { execution in
      normalizeChannels(
        execution.floats(parameters[0]), execution.floats(parameters[1]), execution.floats(parameters[2]),
        execution.floats(parameters[3]), epsilon, execution.floats(factors), execution.floats(shifts), channels)
    }
    return (factors, shifts)
  }
}

private func normalizeChannels(
  _ scale: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, _ mean: UnsafePointer<Float>,
  _ variance: UnsafePointer<Float>, _ epsilon: Float, _ factors: UnsafeMutablePointer<Float>,
  _ shifts: UnsafeMutablePointer<Float>, _ channels: Int
) {
  for channel in 0..<channels {
    let factor = Double(scale[channel]) / (Double(variance[channel]) + Double(epsilon)).squareRoot()
    factors[channel] = Float(factor)
    shifts[channel] = Float(Double(bias[channel]) - Double(mean[channel]) * factor)
  }
}

extension PlanBuilder {
  /// y = x · factor + shift, all of x's shape, in x's memory order.
  func scaleAndShift(
    _ name: String, _ x: Operand, _ factor: Operand, _ shift: Operand
  ) throws(Failure) -> Operand {
    let result = try allocate(.float32, like: x)
    let loop = StridedLoop(x.shape, result, x, factor, shift)
    let stride = loop.stride
    emit(name, reads: [x, factor, shift], writes: [result]) { execution in
      let from = execution.floats(x)
      let factors = execution.floats(factor)
      let shifts = execution.floats(shift)
      let to = execution.floats(result)
      loop.run(execution, cost: 2) { count, offset in
        let y = to + offset[0]
        if stride[0] == 1, stride[1] == 1, stride[2] == 0, stride[3] == 0 {
          let line = Activation(.affine, alpha: factors[offset[2]], beta: shifts[offset[3]])
          execution.kernels.unary(line, from + offset[1], y, count)
        } else if stride[0] == 1, isZeroOrOne(stride[1]), isZeroOrOne(stride[2]), isZeroOrOne(stride[3]) {
          execution.kernels.binary(
            .multiply, from + offset[1], stride[1], factors + offset[2], stride[2], y, count)
          execution.kernels.binary(.add, y, 1, shifts + offset[3], stride[3], y, count)
        } else {
          for index in 0..<count {
            let place = offset &+ stride &* SIMD4(repeating: index)
            to[place[0]] = from[place[1]] * factors[place[2]] + shifts[place[3]]
          }
        }
      }
    }
    return result
  }
}
