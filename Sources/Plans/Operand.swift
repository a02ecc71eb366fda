import Tensors

/// Where a value lies when a plan runs: a strided view of one of the plan's buffers.
///
/// Transposing, slicing, splitting, squeezing and broadcasting make a new view and move nothing. A kernel that needs
/// a certain layout asks the builder for it, which copies only when the view is not laid out that way already.
///
/// An operand is the address of its description, which an `OperandMemory` keeps as long as a plan or its making lasts:
/// operands are copied, kept and dropped in very many places, and so cost nothing there.
public struct Operand {
  private let content: UnsafeMutablePointer<Content>

  fileprivate struct Content {
    unowned(unsafe) let memory: OperandMemory
    /// What the memory has taken before this.
    let previous: UnsafeMutablePointer<Content>?
    let buffer: Int
    let type: ElementType
    let shape: Shape
    let strides: [Int]
    let offset: Int
  }

  @inline(never)
  private init(
    _ buffer: Int, _ type: ElementType, _ shape: Shape, _ strides: [Int], _ offset: Int, in memory: OperandMemory
  ) {
    content = .allocate(capacity: 1)
    content.initialize(
      to: Content(
        memory: memory, previous: memory.last, buffer: buffer, type: type, shape: shape, strides: strides,
        offset: offset))
    memory.last = content
  }

  /// Valid as long as `memory` is.
  public init(
    buffer: Int, type: ElementType, shape: Shape, strides: [Int]? = nil, offset: Int = 0, in memory: OperandMemory
  ) {
    self.init(buffer, type, shape, strides ?? contiguousStrides(of: shape), offset, in: memory)
  }

  /// Another view of the buffer.
  public func view(_ shape: Shape, _ strides: [Int], offset: Int) -> Operand {
    Operand(buffer, type, shape, strides, offset, in: content.pointee.memory)
  }

  /// Number of the buffer in its plan.
  public var buffer: Int { content.pointee.buffer }

  public var type: ElementType { content.pointee.type }

  public var shape: Shape {
    get { content.pointee.shape }
    set { self = view(newValue, strides, offset: offset) }
  }

  /// In elements; 0 repeats.
  public var strides: [Int] {
    get { content.pointee.strides }
    set { self = view(shape, newValue, offset: offset) }
  }

  /// First element, from the start of the buffer.
  public var offset: Int { content.pointee.offset }

  public var rank: Int { shape.count }

  /// Elements; the shape was checked when the view was made.
  public var count: Int {
    var count = 1
    for dimension in shape { count *= dimension }
    return count
  }

  /// Whether the elements lie in order without gaps. Strides of dimensions of size 1 do not matter.
  public var isContiguous: Bool { isDense(inOrder: Array(shape.indices)) }

  /// Whether the elements lie without gaps when the axes are walked in `order`, outermost first.
  public func isDense(inOrder order: [Int]) -> Bool {
    if shape.contains(0) { return true }
    var expected = 1
    for axis in order.reversed() where shape[axis] != 1 {
      if strides[axis] != expected { return false }
      expected *= shape[axis]
    }
    return true
  }
}

/// Keeps the descriptions of operands. A plan's is filled by one thread, while the plan is made.
public final class OperandMemory {
  fileprivate var last: UnsafeMutablePointer<Operand.Content>?

  public init() {}

  deinit {
    while let content = last {
      last = content.pointee.previous
      content.deinitialize(count: 1)
      content.deallocate()
    }
  }
}

// Views.
extension Operand {
  /// Axis i of the result is axis `permutation[i]` of this.
  public func transposed(_ permutation: [Int]) -> Operand {
    view(permutation.map { shape[$0] }, permutation.map { strides[$0] }, offset: offset)
  }

  /// `count` elements of an axis from `start` on, `step` apart (negative steps walk down).
  public func sliced(axis: Int, start: Int, step: Int = 1, count: Int) -> Operand {
    var (shape, strides) = (shape, strides)
    shape[axis] = count
    let first = count > 0 ? offset + start * strides[axis] : offset
    strides[axis] = strides[axis] &* step
    return view(shape, strides, offset: first)
  }

  /// Without the axis, at its position `index`.
  public func selecting(axis: Int, index: Int) -> Operand {
    var (shape, strides) = (shape, strides)
    shape.remove(at: axis)
    let stride = strides.remove(at: axis)
    return view(shape, strides, offset: offset + index * stride)
  }

  /// With an axis of size 1 before `axis`.
  public func unsqueezed(at axis: Int) -> Operand {
    var (shape, strides) = (shape, strides)
    shape.insert(1, at: axis)
    strides.insert(0, at: axis)
    return view(shape, strides, offset: offset)
  }

  /// Repeated along axes of size 1 (and new outer ones) by numpy's rules; nil when the shapes do not fit.
  public func broadcast(to target: Shape) -> Operand? {
    guard target.count >= rank else { return nil }
    var repeated = [Int](repeating: 0, count: target.count)
    let lead = target.count - rank
    for axis in 0..<rank {
      if shape[axis] == target[lead + axis] {
        repeated[lead + axis] = shape[axis] == 1 ? 0 : strides[axis]
      } else if shape[axis] != 1 {
        return nil
      }
    }
    return view(target, repeated, offset: offset)
  }

  /// The same elements, in order, in another shape, if strides can express it; nil when that takes a copy.
  /// The shape must have as many elements.
  public func viewed(as target: Shape) -> Operand? {
    if isContiguous || shape.contains(0) { return view(target, contiguousStrides(of: target), offset: offset) }
    // Runs of source axes that are dense among themselves may be split and merged freely.
    var newStrides = [Int](repeating: 0, count: target.count)
    var source = rank - 1
    var axis = target.count - 1
    while axis >= 0 {
      if target[axis] == 1 { axis -= 1; continue }
      while source >= 0, shape[source] == 1 { source -= 1 }
      guard source >= 0 else { return nil }
      var available = shape[source]
      let innermost = strides[source]
      var stride = innermost
      var needed = 1
      var last = strides[source] * shape[source]
      source -= 1
      while axis >= 0 {
        if target[axis] == 1 { axis -= 1; continue }
        needed *= target[axis]
        while needed > available {
          while source >= 0, shape[source] == 1 { source -= 1 }
          guard source >= 0, strides[source] == last else { return nil }
          available *= shape[source]
          last = strides[source] * shape[source]
          source -= 1
        }
        guard available % needed == 0 else { return nil }
        newStrides[axis] = stride
        stride = innermost * needed
        axis -= 1
        if needed == available { break }
      }
      guard needed == available else { return nil }
    }
    return view(target, newStrides, offset: offset)
  }
}

// One call at each of many places, as for lists of numbers.
extension Array where Element == Operand {
  @inline(never)
  public mutating func append(_ operand: Operand) { append(contentsOf: CollectionOfOne(operand)) }
}

extension Array where Element == Operand? {
  @inline(never)
  public mutating func append(_ operand: Operand?) { append(contentsOf: CollectionOfOne(operand)) }
}
