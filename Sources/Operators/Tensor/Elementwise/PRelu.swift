import Graphs
import Plans
import Tensors

/// PRelu: x > 0 ? x : slope · x. The slope broadcasts to x; before operator set 7 a vector of slopes is one a channel.
final class PRelu: Operator {
  private let slopesAreChannels: Bool

  override init(_ node: Node) throws(Failure) {
    slopesAreChannels = node.opset < 7
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    var factor = try inputs.required(1)
    if slopesAreChannels, factor.rank == 1, input.rank > 1 {
      factor = try builder.reshaped(factor, [factor.count] + Shape(repeating: 1, count: input.rank - 2))
    }
    if input.type.computed != .float32 {
      let zero = try builder.constant(Tensor.float32([0], shape: []).converted(to: input.type))
      let scaled = try builder.binary("PRelu", .multiply, input, broadcast(factor, to: input.shape))
      return [try builder.select(builder.binary("PRelu", .greater, input, zero), input, scaled)]
    }
    let x = try builder.cast(input, to: .float32)
    let slope = try broadcast(builder.cast(factor, to: .float32), to: x.shape)
    let result = try builder.allocate(.float32, like: x)
    let loop = StridedLoop(x.shape, result, x, slope)
    let isPlain = loop.stride[0] == 1 && loop.stride[1] == 1
    builder.emit("PRelu", reads: [x, slope], writes: [result]) { execution in
      let from = execution.floats(x)
      let slopes = execution.floats(slope)
      let to = execution.floats(result)
      loop.run(execution, cost: 2) { count, offset in
        if isPlain, loop.stride[2] == 0 {
          rectify(from + offset[1], slopes[offset[2]], to + offset[0], count)
        } else if isPlain, loop.stride[2] == 1 {
          rectify(from + offset[1], slopes + offset[2], to + offset[0], count)
        } else {
          for index in 0..<count {
            let value = from[offset[1] &+ index &* loop.stride[1]]
            let factor = slopes[offset[2] &+ index &* loop.stride[2]]
            to[offset[0] &+ index &* loop.stride[0]] = value > 0 ? value : factor * value
          }
        }
      }
    }
    return [try builder.cast(result, to: input.type)]
  }
}

private func rectify(_ x: UnsafePointer<Float>, _ slope: Float, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
  for index in 0..<count { y[index] = x[index] > 0 ? x[index] : slope * x[index] }
}

private func rectify(
  _ x: UnsafePointer<Float>, _ slopes: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  for index in 0..<count { y[index] = x[index] > 0 ? x[index] : slopes[index] * x[index] }
}
