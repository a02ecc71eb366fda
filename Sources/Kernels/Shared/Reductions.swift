import CSystem

/// Combines a row into one vector: four independent ones, to hide the latency, then pairwise.
@inline(always)
private func reduce(
  _ x: UnsafePointer<Float>, _ count: Int, neutral: Float, _ f: (Vector, Vector) -> Vector
) -> Vector {
  var sums = InlineArray<4, Vector>(repeating: Vector(repeating: neutral))
  var i = 0
  while i + 4 * lanes <= count {
    for j in 0..<4 { sums[j] = f(sums[j], load(x + i + j * lanes)) }
    i += 4 * lanes
  }
  while i < count {
    let rest = count - i
    sums[0] = f(sums[0], rest >= lanes ? load(x + i) : load(x + i, count: rest, padding: neutral))
    i += lanes
  }
  return f(f(sums[0], sums[1]), f(sums[2], sums[3]))
}

/// 0 for an empty row.
@inline(never)
func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  vector_sum(reduce(x, count, neutral: 0) { $0 + $1 }.native)
}

/// -∞ for an empty row, NaN if any element is NaN.
@inline(never)
func maximum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  vector_largest(reduce(x, count, neutral: -.infinity) { larger($0, $1) }.native)
}

/// ∞ for an empty row, NaN if any element is NaN.
@inline(never)
func minimum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  vector_smallest(reduce(x, count, neutral: .infinity) { smaller($0, $1) }.native)
}
