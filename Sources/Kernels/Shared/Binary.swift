import KernelTable

/// y[i] = a[i] op b[i]; a stride of 0 repeats one element. y may be a or b.
@inline(never)
func binary(
  _ function: BinaryFunction, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  switch function {
  case .add: combine(a, aStride, b, bStride, y, count) { $0 + $1 }
  case .subtract: combine(a, aStride, b, bStride, y, count) { $0 - $1 }
  case .multiply: combine(a, aStride, b, bStride, y, count) { $0 * $1 }
  case .divide: combine(a, aStride, b, bStride, y, count) { $0 / $1 }
  case .maximum: combine(a, aStride, b, bStride, y, count) { larger($0, $1) }
  case .minimum: combine(a, aStride, b, bStride, y, count) { smaller($0, $1) }
  }
}

@inline(always)
private func combine(
  _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  _ y: UnsafeMutablePointer<Float>, _ count: Int, _ f: (Vector, Vector) -> Vector
) {
  if count <= 0 { return }
  // Read before anything is written: y may lie over the repeated element.
  var repeated = InlineArray<2, Vector>(repeating: Vector(repeating: a[0]))
  repeated[1] = Vector(repeating: b[0])
  withUnsafeBytes(of: &repeated) { bytes in
    let repeated = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
    var a = aStride == 0 ? repeated : a, b = bStride == 0 ? repeated + lanes : b
    var i = 0
    while i < count {
      let rest = count - i
      storeUpTo(f(loadUpTo(a, rest), loadUpTo(b, rest)), y + i, rest)
      a += aStride * lanes
      b += bStride * lanes
      i += lanes
    }
  }
}
