import CSystem
import Tensors

/// A buffer of a plan.
public struct PlannedBuffer {
  public enum Place {
    /// The run's n-th slot: an input of the network, in the caller's memory, or what an earlier plan of the run left;
    /// read only.
    case input(Int)
    /// Known when the plan is made; read only.
    case constant(Tensor)
    /// In the session's arena.
    case arena
  }

  public let place: Place
  public let byteCount: Int
  /// The steps between which it is needed; for arena buffers.
  public internal(set) var firstStep = Int.max
  public internal(set) var lastStep = -1
}

/// Collects the steps of a plan and the buffers that they work on.
public final class PlanBuilder {
  public private(set) var buffers: [PlannedBuffer] = []
  public private(set) var steps: [Step] = []
  /// Where the plan's operands are described; the plan keeps it.
  public let operandMemory = OperandMemory()
  /// The node being lowered; steps are attributed to it.
  public var node = -1

  /// Threads that the plan will run on; scratch memory is often wanted for each.
  public let threads: Int

  /// Whether to leave out what is faster but less accurate.
  public let isExact: Bool

  public init(threads: Int, isExact: Bool = false) {
    self.threads = threads
    self.isExact = isExact
  }

  /// Makes room for the steps of so many nodes.
  public func reserve(nodes: Int) {
    steps.reserveCapacity(nodes)
    buffers.reserveCapacity(4 * nodes)
  }

  // MARK: Buffers

  /// A buffer's number.
  public func add(_ place: PlannedBuffer.Place, byteCount: Int) -> Int {
    buffers.append(PlannedBuffer(place: place, byteCount: byteCount))
    return buffers.count - 1
  }

  /// What the run has in slot `index`, dense and row-major.
  public func input(_ index: Int, _ type: ElementType, _ shape: Shape) throws(Failure) -> Operand {
    let bytes = try elementCount(of: shape) * type.size
    return Operand(buffer: add(.input(index), byteCount: bytes), type: type, shape: shape, in: operandMemory)
  }

  public func constant(_ tensor: Tensor) -> Operand {
    Operand(
      buffer: add(.constant(tensor), byteCount: tensor.byteCount), type: tensor.type, shape: tensor.shape,
      in: operandMemory)
  }

  /// New memory for a result, row-major, not cleared.
  public func allocate(_ type: ElementType, _ shape: Shape) throws(Failure) -> Operand {
    guard shape.count <= maximumRank else {
      throw Failure(.unsupported, "rank \(shape.count) is more than \(maximumRank)")
    }
    let bytes = try elementCount(of: shape) * type.size
    return Operand(buffer: add(.arena, byteCount: bytes), type: type, shape: shape, in: operandMemory)
  }

  /// New memory for `[N, C, spatial…]`, laid out channels-last.
  public func allocateChannelsLast(_ type: ElementType, _ shape: Shape) throws(Failure) -> Operand {
    let memory = try allocate(type, shape)
    guard shape.count > 2 else { return memory }
    var strides = memory.strides
    for axis in 2..<shape.count { strides[axis] = strides[axis] &* max(shape[1], 1) }
    strides[1] = 1
    return memory.view(shape, strides, offset: 0)
  }

  /// Memory that one step needs for itself, in floats.
  public func scratch(floats: Int) throws(Failure) -> Operand { try allocate(.float32, [floats]) }

  // MARK: Steps

  /// Adds a step. `reads` and `writes` name every operand that it touches, scratch memory among the writes. `flops` and
  /// `bytes` are for profiles; the bytes are those of all operands unless given.
  public func emit(
    _ name: String, reads: [Operand], writes: [Operand], flops: Int = 0, bytes: Int? = nil,
    _ body: @escaping (Execution) -> Void
  ) {
    let index = steps.count
    var touched = 0
    for operand in reads { touched &+= use(operand, at: index) }
    for operand in writes { touched &+= use(operand, at: index) }
    steps.append(Step(name: name, node: node, flops: flops, byteCount: bytes ?? touched, body: body))
  }

  /// The operand's bytes.
  private func use(_ operand: Operand, at step: Int) -> Int {
    use(operand.buffer, at: step)
    return operand.count &* operand.type.size
  }

  private func use(_ buffer: Int, at step: Int) {
    buffers[buffer].firstStep = min(buffers[buffer].firstStep, step)
    buffers[buffer].lastStep = max(buffers[buffer].lastStep, step)
  }

  /// Keeps a buffer's content until the end of the plan.
  public func keep(_ operand: Operand) { use(operand.buffer, at: Int.max) }

  // MARK: Attempts

  /// Where a node's lowering began.
  public struct Mark {
    fileprivate let stepCount: Int
    fileprivate let bufferCount: Int
  }

  public var mark: Mark { Mark(stepCount: steps.count, bufferCount: buffers.count) }

  /// Forgets the steps and buffers that were added since.
  public func rollBack(to mark: Mark) {
    steps.removeSubrange(mark.stepCount...)
    buffers.removeSubrange(mark.bufferCount...)
    for index in buffers.indices where buffers[index].lastStep >= steps.count {
      buffers[index].lastStep = steps.count - 1
      if buffers[index].firstStep >= steps.count {
        buffers[index].firstStep = Int.max
        buffers[index].lastStep = -1
      }
    }
  }

  // MARK: Values known at plan time

  /// The operand whose content an operator asked for in vain.
  public private(set) var requested: Operand?

  public func takeRequest() -> Operand? {
    defer { requested = nil }
    return requested
  }

  public func isKnown(_ operand: Operand) -> Bool {
    if case .constant = buffers[operand.buffer].place { return true }
    return false
  }

  public func isInArena(_ operand: Operand) -> Bool {
    if case .arena = buffers[operand.buffer].place { return true }
    return false
  }

  /// The value of an operand that is known at plan time, dense and row-major.
  public func tensor(_ operand: Operand) throws(Failure) -> Tensor? {
    guard case .constant(let tensor) = buffers[operand.buffer].place else { return nil }
    if operand.isContiguous, operand.offset == 0, operand.count == tensor.count {
      return try tensor.reshaped(operand.shape)
    }
    let result = try Tensor(operand.type, operand.shape)
    let copy = StridedCopy(
      shape: operand.shape, from: operand.strides, to: contiguousStrides(of: operand.shape),
      elementSize: operand.type.size)
    copy.run(from: tensor.storage.base + operand.offset * operand.type.size, to: result.storage.base)
    return result
  }

  /// The value of an operand that must be known at plan time (a shape, axes, scales); `what` names it in messages.
  /// Where it depends on an input's content, the plan ends before the node, and one for this content goes on.
  public func known(_ operand: Operand, _ what: String) throws(Failure) -> Tensor {
    if let tensor = try tensor(operand) { return tensor }
    requested = operand
    throw Failure(.unsupported, "\(what) depends on a content that cannot be known when it is needed")
  }

  /// The integers of an operand that must be known at plan time.
  public func integers(_ operand: Operand, _ what: String) throws(Failure) -> [Int] {
    try known(operand, what).integers(what)
  }

  // MARK: Layouts

  /// The operand row-major without gaps; copies only when it is not.
  public func contiguous(_ operand: Operand) throws(Failure) -> Operand {
    if operand.isContiguous {
      return operand.view(operand.shape, contiguousStrides(of: operand.shape), offset: operand.offset)
    }
    return try copied(operand, into: allocate(operand.type, operand.shape))
  }

  /// `[N, C, spatial…]` with the channels innermost in memory; copies only when they are not.
  public func channelsLast(_ operand: Operand) throws(Failure) -> Operand {
    guard operand.rank > 2 else { return try contiguous(operand) }
    let order = [0] + Array(2..<operand.rank) + [1]
    if operand.isDense(inOrder: order) { return operand }
    return try copied(operand, into: allocateChannelsLast(operand.type, operand.shape))
  }

  /// Copies into fresh memory, for a result that must not alias an input or a constant.
  public func copied(_ operand: Operand) throws(Failure) -> Operand {
    try copied(operand, into: allocate(operand.type, operand.shape))
  }

  private func copied(_ source: Operand, into target: Operand) throws(Failure) -> Operand {
    copy(source, to: target)
    return target
  }

  /// The elements of `source` written to where `target` is, a view of the same type and shape.
  public func copy(_ source: Operand, to target: Operand) {
    let copy = StridedCopy(
      shape: source.shape, from: source.strides, to: target.strides, elementSize: source.type.size)
    emit("Copy", reads: [source], writes: [target]) { execution in
      copy.run(from: execution.bytes(source), to: execution.bytes(target))
    }
  }

  /// Reshapes, copying only when strides cannot express it. The shape must have as many elements.
  public func reshaped(_ operand: Operand, _ shape: Shape) throws(Failure) -> Operand {
    if let view = operand.viewed(as: shape) { return view }
    let dense = try contiguous(operand)
    return dense.view(shape, contiguousStrides(of: shape), offset: dense.offset)
  }

  /// In another element type, by ONNX's Cast; the operand itself when it has that type.
  public func converted(_ operand: Operand, to type: ElementType) throws(Failure) -> Operand {
    if operand.type == type { return operand }
    let source = try contiguous(operand)
    let target = try allocate(type, operand.shape)
    let count = target.count
    emit("Cast", reads: [source], writes: [target]) { execution in
      convert(execution.bytes(source), source.type, to: execution.bytes(target), target.type, count: count)
    }
    return target
  }
}
