import CSystem

/// Copies elements between two strided layouts of one shape. Strides are in elements; regions must not overlap.
public func copyStrided(
  from source: UnsafeRawPointer, strides sourceStrides: [Int], to target: UnsafeMutableRawPointer,
  strides targetStrides: [Int], shape: Shape, elementSize: Int
) {
  for dimension in shape where dimension == 0 { return }
  // Axes in the target's memory order, neighbours merged where both sides run on without a gap.
  var dimensions: [(count: Int, source: Int, target: Int)] = []
  for axis in shape.indices where shape[axis] != 1 {
    dimensions.append((shape[axis], sourceStrides[axis], targetStrides[axis]))
  }
  for index in dimensions.indices.dropFirst() {
    var position = index
    while position > 0, abs(dimensions[position - 1].target) < abs(dimensions[position].target) {
      dimensions.swapAt(position - 1, position)
      position -= 1
    }
  }
  var merged: [(count: Int, source: Int, target: Int)] = []
  for dimension in dimensions {
    if let last = merged.last, last.source == dimension.source * dimension.count,
      last.target == dimension.target * dimension.count
    {
      merged[merged.count - 1] = (last.count * dimension.count, dimension.source, dimension.target)
    } else {
      merged.append(dimension)
    }
  }
  if merged.isEmpty { merged.append((1, 1, 1)) }
  switch elementSize {
  case 1: copyLoops(source, target, merged[...], as: UInt8.self)
  case 2: copyLoops(source, target, merged[...], as: UInt16.self)
  case 4: copyLoops(source, target, merged[...], as: UInt32.self)
  default: copyLoops(source, target, merged[...], as: UInt64.self)
  }
}

private func copyLoops<Element: FixedWidthInteger>(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer,
  _ dimensions: ArraySlice<(count: Int, source: Int, target: Int)>, as type: Element.Type
) {
  guard let (count, sourceStride, targetStride) = dimensions.first else { return }
  let size = MemoryLayout<Element>.size
  if dimensions.count > 1 {
    for index in 0..<count {
      copyLoops(
        source + index * sourceStride * size, target + index * targetStride * size, dimensions.dropFirst(), as: type)
    }
    return
  }
  if sourceStride == 1 && targetStride == 1 {
    memcpy(target, source, count * size)
    return
  }
  let from = source.assumingMemoryBound(to: Element.self)
  let to = target.assumingMemoryBound(to: Element.self)
  for index in 0..<count { to[index * targetStride] = from[index * sourceStride] }
}
