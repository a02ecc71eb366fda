import CSystem

/// Softmax of one row, or its logarithm x - max - log Σ exp(x - max). In place allowed.
@inline(never)
func softmax(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ logarithmic: Bool) {
  let peak = Vector(repeating: maximum(x, count))
  var sums = Vector()
  var i = 0
  while i < count {
    let rest = count - i
    let e = exponential((rest >= lanes ? load(x + i) : load(x + i, count: rest, padding: -.infinity)) - peak)
    if !logarithmic { storeUpTo(e, y + i, rest) }
    sums += e
    i += lanes
  }
  if logarithmic {
    let offset = logarithm(Vector(repeating: vector_sum(sums.native)))
    map(x, y, count) { $0 - peak - offset }
  } else {
    let scale = Vector(repeating: 1 / vector_sum(sums.native))
    map(UnsafePointer(y), y, count) { $0 * scale }
  }
}
