/// Dimensions, outermost first.
public typealias Shape = [Int]

/// The library's own limit on the rank of a tensor.
public let maximumRank = 16

/// The number of elements of a shape; fails when a dimension is negative or the product is out of bounds.
public func elementCount(of shape: Shape) throws(Failure) -> Int {
  var count = 1
  var overflow = false
  var empty = false
  for dimension in shape {
    guard dimension >= 0 else { throw Failure(.invalidModel, "negative dimension in shape \(describe(shape))") }
    if dimension == 0 { empty = true; continue }
    let (product, wrapped) = count.multipliedReportingOverflow(by: dimension)
    count = product
    overflow = overflow || wrapped
  }
  guard !overflow, count <= Int.max >> 8 else {
    throw Failure(.outOfMemory, "a tensor of shape \(describe(shape)) is too large")
  }
  if empty { return 0 }
  try Budget.current?.check(elements: count, of: shape)
  return count
}

/// Row-major strides, in elements.
public func contiguousStrides(of shape: Shape) -> [Int] {
  var strides = shape
  var stride = 1
  for axis in shape.indices.reversed() {
    strides[axis] = stride
    stride &*= max(shape[axis], 1)
  }
  return strides
}

/// "[1, 32, ?]": how messages print a shape; a negative dimension is an open one.
public func describe(_ shape: Shape) -> String {
  var text = "["
  for (axis, dimension) in shape.enumerated() {
    if axis > 0 { text += ", " }
    if dimension < 0 { text += "?" } else { text += String(dimension) }
  }
  return text + "]"
}
