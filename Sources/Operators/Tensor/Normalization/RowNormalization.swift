import Graphs
import KernelTable
import Plans
import Tensors

extension PlanBuilder {
  /// (x - mean) / √(variance + epsilon) of each row of contiguous float32 rows `[rows, length]`. `means` and
  /// `deviations` receive each row's mean and 1 / √(variance + epsilon) where given.
  func normalizeRows(
    _ name: String, _ x: Operand, length: Int, epsilon: Float, means: Operand? = nil, deviations: Operand? = nil
  ) throws(Failure) -> Operand {
    let result = try allocate(.float32, x.shape)
    // Rows of nothing have statistics all the same: NaN.
    let rows = length > 0 ? x.count / length : (means ?? deviations)?.count ?? 0
    guard rows > 0 else { return result }
    var writes = [result]
    if let means { writes.append(means) }
    if let deviations { writes.append(deviations) }
    emit(name, reads: [x], writes: writes) { execution in
      let from = execution.floats(x)
      let to = execution.floats(result)
      execution.parallel(rows, work: rows &* length &* 8) { row in
        let source = from + row &* length
        let y = to + row &* length
        var mean = execution.kernels.sum(source, length) / Float(length)
        withUnsafePointer(to: &mean) { execution.kernels.binary(.subtract, source, 1, $0, 0, y, length) }
        // What rounding left of the mean goes with the scale.
        var (rest, squares) = (0.0, 0.0)
        for index in 0..<length {
          rest += Double(y[index])
          squares += Double(y[index]) * Double(y[index])
        }
        rest /= Double(length)
        let variance = max(squares / Double(length) - rest * rest, 0)
        let factor = Float(1 / (variance + Double(epsilon)).squareRoot())
        execution.kernels.unary(Activation(.affine, alpha: factor, beta: -Float(rest) * factor), y, y, length)
        if let means { execution.floats(means)[row] = mean + Float(rest) }
        if let deviations { execution.floats(deviations)[row] = factor }
      }
    }
    return result
  }
}

/// LayerNormalization over all axes from `axis` on. Computed in float32 whatever the type; the mean and the deviation
/// are given in the type that `stash_type` names.
final class LayerNormalization: Operator {
  private let axis: Int
  private let statisticsType: ElementType
  private let epsilon: Float

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: -1)
    statisticsType = try elementType(node.int("stash_type", default: 1))
    epsilon = try node.float("epsilon", default: 1e-5)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    let axis = try normalize(axis: self.axis, rank: input.rank)
    let x = try builder.contiguous(builder.cast(input, to: .float32))
    let length = try elementCount(of: Array(x.shape[axis...]))
    let statistics = Array(x.shape[..<axis]) + Shape(repeating: 1, count: x.rank - axis)
    let means = wanted.count > 1 && wanted[1] ? try builder.allocate(.float32, statistics) : nil
    let deviations = wanted.count > 2 && wanted[2] ? try builder.allocate(.float32, statistics) : nil
    var y = try builder.normalizeRows(
      "LayerNormalization", x, length: length, epsilon: epsilon, means: means, deviations: deviations)
    let scale = try broadcast(builder.cast(inputs.required(1), to: .float32), to: x.shape)
    if let shift = inputs.optional(2) {
      let shifts = try broadcast(builder.cast(shift, to: .float32), to: x.shape)
      y = try builder.scaleAndShift("LayerNormalization", y, scale, shifts)
    } else {
      y = try builder.binary("LayerNormalization", .multiply, y, scale)
    }
    var results: [Operand?] = [try builder.cast(y, to: input.type)]
    for statistic in [means, deviations] {
      results.append(try statistic.map { (operand) throws(Failure) in try builder.cast(operand, to: statisticsType) })
    }
    return Array(results.prefix(max(wanted.count, 1)))
  }
}

/// InstanceNormalization: each channel of each image by its own mean and variance. Computed in float32.
final class InstanceNormalization: Operator {
  private let epsilon: Float

  override init(_ node: Node) throws(Failure) {
    epsilon = try node.float("epsilon", default: 1e-5)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0, ranks: 2...maximumRank)
    let x = try builder.contiguous(builder.cast(input, to: .float32))
    let length = try elementCount(of: Array(x.shape[2...]))
    let y = try builder.normalizeRows("InstanceNormalization", x, length: length, epsilon: epsilon)
    let scale = try byChannel(inputs.required(1), x.shape, builder)
    let shift = try byChannel(inputs.required(2), x.shape, builder)
    return [try builder.cast(builder.scaleAndShift("InstanceNormalization", y, scale, shift), to: input.type)]
  }
}

/// GroupNormalization: groups of channels by their own mean and variance; scale and bias by group in operator set 18,
/// by channel from 21 on. Computed in float32.
final class GroupNormalization: Operator {
  private let groups: Int
  private let isByGroup: Bool
  private let epsilon: Float

  override init(_ node: Node) throws(Failure) {
    isByGroup = node.opset < 21
    groups = try node.int("num_groups", default: 0)
    epsilon = try node.float("epsilon", default: 1e-5)
    guard groups > 0 else { throw Failure(.invalidModel, "attribute 'num_groups' is missing or not positive") }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0, ranks: 2...maximumRank)
    let channels = input.shape[1]
    guard channels % groups == 0 else {
      throw Failure(.invalidInput, "\(channels) channels do not make \(groups) groups")
    }
    let x = try builder.contiguous(builder.cast(input, to: .float32))
    let length = try elementCount(of: [channels / groups] + x.shape[2...])
    let y = try builder.normalizeRows("GroupNormalization", x, length: length, epsilon: epsilon)
    let scale = try byChannel(repeated(inputs.required(1), channels, builder), x.shape, builder)
    let shift = try byChannel(repeated(inputs.required(2), channels, builder), x.shape, builder)
    return [try builder.cast(builder.scaleAndShift("GroupNormalization", y, scale, shift), to: input.type)]
  }

  /// Values by group as values by channel.
  private func repeated(_ values: Operand, _ channels: Int, _ builder: PlanBuilder) throws(Failure) -> Operand {
    guard isByGroup, values.shape == [groups], groups != channels else { return values }
    let view = try broadcast(builder.reshaped(values, [groups, 1]), to: [groups, channels / groups])
    return try builder.reshaped(view, [channels])
  }
}

/// A vector of one number a channel as a view of `[N, C, …]`.
private func byChannel(_ vector: Operand, _ shape: Shape, _ builder: PlanBuilder) throws(Failure) -> Operand {
  guard vector.shape == [shape[1]] else {
    throw Failure(.invalidInput, "an input has shape \(describe(vector.shape)), expected \(describe([shape[1]]))")
  }
  let spread = try builder.reshaped(
    builder.cast(vector, to: .float32), [shape[1]] + Shape(repeating: 1, count: shape.count - 2))
  return try broadcast(spread, to: shape)
}
