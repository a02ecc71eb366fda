import CSystem

/// A copy between two strided layouts of one shape, prepared once and run any number of times without allocating.
public struct StridedCopy {
  private struct Dimension {
    var count: Int
    /// In elements.
    var source: Int
    var target: Int
  }

  /// In the target's memory order, neighbours merged where both sides run on without a gap; never empty.
  private var dimensions: [Dimension]
  /// Position of the dimension along which the source is dense, when it is another than the last: a transposition.
  private let transposed: Int?
  private let elementSize: Int
  private let isEmpty: Bool

  /// Strides are in elements; the regions must not overlap.
  public init(shape: Shape, from sourceStrides: [Int], to targetStrides: [Int], elementSize: Int) {
    self.elementSize = elementSize
    isEmpty = shape.contains(0)
    var sorted: [Dimension] = []
    for axis in shape.indices where shape[axis] != 1 {
      sorted.append(Dimension(count: shape[axis], source: sourceStrides[axis], target: targetStrides[axis]))
      var position = sorted.count - 1
      while position > 0, abs(sorted[position - 1].target) < abs(sorted[position].target) {
        sorted.swapAt(position - 1, position)
        position -= 1
      }
    }
    var merged: [Dimension] = []
    for dimension in sorted {
      if let last = merged.last, last.source == dimension.source &* dimension.count,
        last.target == dimension.target &* dimension.count
      {
        merged[merged.count - 1] = Dimension(
          count: last.count * dimension.count, source: dimension.source, target: dimension.target)
      } else {
        merged.append(dimension)
      }
    }
    if merged.isEmpty { merged.append(Dimension(count: 1, source: 1, target: 1)) }
    var dense: Int?
    for (position, dimension) in merged.dropLast().enumerated()
    where dimension.source == 1 && dimension.count >= 8 && merged[merged.count - 1].count >= 8 {
      dense = position
    }
    transposed = merged[merged.count - 1].source == 1 ? nil : dense
    // The two dimensions that are walked in blocks come last.
    if transposed != nil, let dense {
      let dimension = merged.remove(at: dense)
      merged.insert(dimension, at: merged.count - 1)
    }
    dimensions = merged
  }

  public func run(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    if isEmpty { return }
    switch elementSize {
    case 1: walk(0, source, target, as: UInt8.self)
    case 2: walk(0, source, target, as: UInt16.self)
    case 4: walk(0, source, target, as: UInt32.self)
    default: walk(0, source, target, as: UInt64.self)
    }
  }

  private func walk<Element: FixedWidthInteger>(
    _ position: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, as type: Element.Type
  ) {
    let size = MemoryLayout<Element>.size
    let remaining = dimensions.count - position
    if remaining == 1 {
      copyRow(dimensions[position], source, target, as: type)
    } else if remaining == 2 && transposed != nil {
      transpose(source, target, as: type)
    } else {
      let dimension = dimensions[position]
      for index in 0..<dimension.count {
        walk(
          position + 1, source + index * dimension.source * size, target + index * dimension.target * size, as: type)
      }
    }
  }

  private func copyRow<Element: FixedWidthInteger>(
    _ row: Dimension, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, as _: Element.Type
  ) {
    if row.source == 1 && row.target == 1 {
      memcpy(target, source, row.count * MemoryLayout<Element>.size)
      return
    }
    let from = source.assumingMemoryBound(to: Element.self)
    let to = target.assumingMemoryBound(to: Element.self)
    for index in 0..<row.count { to[index * row.target] = from[index * row.source] }
  }

  /// The last two dimensions in blocks that stay in the cache: the source is dense along one, the target along the other.
  private func transpose<Element: FixedWidthInteger>(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, as _: Element.Type
  ) {
    let (a, b) = (dimensions[dimensions.count - 2], dimensions[dimensions.count - 1])
    let from = source.assumingMemoryBound(to: Element.self)
    let to = target.assumingMemoryBound(to: Element.self)
    let block = 16
    var firstA = 0
    while firstA < a.count {
      let endA = min(firstA + block, a.count)
      var firstB = 0
      while firstB < b.count {
        let endB = min(firstB + block, b.count)
        for i in firstA..<endA {
          for j in firstB..<endB { to[i * a.target + j * b.target] = from[i * a.source + j * b.source] }
        }
        firstB = endB
      }
      firstA = endA
    }
  }
}
