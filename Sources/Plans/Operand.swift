import Tensors

/// Where a value lies when a plan runs: a strided view of one of the plan's buffers.
///
/// Transposing, slicing, splitting, squeezing and broadcasting make a new view and move nothing. A kernel that needs
/// a certain layout asks the builder for it, which copies only when the view is not laid out that way already.
public struct Operand {
  /// One reference instead of five fields: operands are copied, kept and dropped in very many places.
  private var content: Content

  private final class Content {
    let buffer: Int
    let type: ElementType
    let shape: Shape
    let strides: [Int]
    let offset: Int

    init(_ buffer: Int, _ type: ElementType, _ shape: Shape, _ strides: [Int], _ offset: Int) {
      self.buffer = buffer
      self.type = type
      self.shape = shape
      self.strides = strides
      self.offset = offset
    }
  }

  public init(buffer: Int, type: ElementType, shape: Shape, strides: [Int]? = nil, offset: Int = 0) {
    content = Content(buffer, type, shape, strides ?? contiguousStrides(of: shape), offset)
  }

  /// Number of the buffer in its plan.
  public var buffer: Int { content.buffer }

  public var type: ElementType { content.type }

  public var shape: Shape {
    get { content.shape }
    set { content = Content(content.buffer, content.type, newValue, content.strides, content.offset) }
  }

  /// In elements; 0 repeats.
  public var strides: [Int] {
    get { content.strides }
    set { content = Content(content.buffer, content.type, content.shape, newValue, content.offset) }
  }

  /// First element, from the start of the buffer.
  public var offset: Int {
    get { content.offset }
    set { content = Content(content.buffer, content.type, content.shape, content.strides, newValue) }
  }

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

// Views.
extension Operand {
  /// Axis i of the result is axis `permutation[i]` of this.
  public func transposed(_ permutation: [Int]) -> Operand {
    var view = self
    view.shape = permutation.map { shape[$0] }
    view.strides = permutation.map { strides[$0] }
    return view
  }

  /// `count` elements of an axis from `start` on, `step` apart (negative steps walk down).
  public func sliced(axis: Int, start: Int, step: Int = 1, count: Int) -> Operand {
    var view = self
    view.shape[axis] = count
    if count > 0 { view.offset += start * strides[axis] }
    view.strides[axis] = strides[axis] &* step
    return view
  }

  /// Without the axis, at its position `index`.
  public func selecting(axis: Int, index: Int) -> Operand {
    var view = self
    view.offset += index * strides[axis]
    view.shape.remove(at: axis)
    view.strides.remove(at: axis)
    return view
  }

  /// With an axis of size 1 before `axis`.
  public func unsqueezed(at axis: Int) -> Operand {
    var view = self
    view.shape.insert(1, at: axis)
    view.strides.insert(0, at: axis)
    return view
  }

  /// Repeated along axes of size 1 (and new outer ones) by numpy's rules; nil when the shapes do not fit.
  public func broadcast(to target: Shape) -> Operand? {
    guard target.count >= rank else { return nil }
    var view = self
    view.shape = target
    view.strides = [Int](repeating: 0, count: target.count)
    let lead = target.count - rank
    for axis in 0..<rank {
      if shape[axis] == target[lead + axis] {
        view.strides[lead + axis] = shape[axis] == 1 ? 0 : strides[axis]
      } else if shape[axis] != 1 {
        return nil
      }
    }
    return view
  }

  /// The same elements, in order, in another shape, if strides can express it; nil when that takes a copy.
  /// The shape must have as many elements.
  public func viewed(as target: Shape) -> Operand? {
    var view = self
    view.shape = target
    if isContiguous || shape.contains(0) {
      view.strides = contiguousStrides(of: target)
      return view
    }
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
    view.strides = newStrides
    return view
  }
}
