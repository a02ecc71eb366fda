import Graphs
import Plans
import Tensors

/// ReverseSequence: in each sequence of a batch the first elements in reverse order, as many as its length says, the
/// others as they are.
final class ReverseSequence: Operator {
  private let batchAxis, timeAxis: Int

  override init(_ node: Node) throws(Failure) {
    batchAxis = try node.int("batch_axis", default: 1)
    timeAxis = try node.int("time_axis", default: 0)
    guard (0...1).contains(batchAxis), timeAxis == 1 - batchAxis else {
      throw Failure(.invalidModel, "batch_axis is \(batchAxis) and time_axis \(timeAxis), expected 0 and 1")
    }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0, ranks: 2...maximumRank)
    let lengths = try builder.contiguous(inputs.required(1))
    let (batch, time) = (x.shape[batchAxis], x.shape[timeAxis])
    guard lengths.shape == [batch] else {
      throw Failure(.invalidInput, "the lengths have shape \(describe(lengths.shape)), expected [\(batch)]")
    }
    let result = try builder.allocate(x.type, x.shape)
    let (from, to) = (
      x.selecting(axis: 0, index: 0).selecting(axis: 0, index: 0),
      result.selecting(axis: 0, index: 0).selecting(axis: 0, index: 0)
    )
    let loop = StridedLoop(from.shape, to, from)
    let step = SIMD2(result.strides[batchAxis], x.strides[batchAxis])
    let stride = SIMD2(result.strides[timeAxis], x.strides[timeAxis])
    let size = x.type.size
    builder.emit("ReverseSequence", reads: [x, lengths], writes: [result]) { execution in
      for sequence in 0..<batch {
        let length = Int(execution.pointer(lengths, as: Int64.self)[sequence])
        guard length >= 0, length <= time else {
          return execution.fail(.invalidInput, "length \(length) is out of range for \(time) time steps")
        }
        for target in 0..<time {
          let source = target < length ? length - 1 - target : target
          let place = step &* SIMD2(repeating: sequence) &+ stride &* SIMD2(target, source)
          loop.forEachRow { offset in
            for index in 0..<loop.count {
              copyElement(
                execution.bytes(result) + (place[0] &+ offset[0] &+ index &* loop.stride[0]) &* size,
                execution.bytes(x) + (place[1] &+ offset[1] &+ index &* loop.stride[1]) &* size, size)
            }
          }
        }
      }
    }
    return [result]
  }
}
