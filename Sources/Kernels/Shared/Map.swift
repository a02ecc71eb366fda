/// As many lanes as there are, up to a whole vector.
@inline(always)
func loadUpTo(_ p: UnsafePointer<Float>, _ count: Int) -> Vector { count >= lanes ? load(p) : load(p, count: count) }

@inline(always)
func storeUpTo(_ v: Vector, _ p: UnsafeMutablePointer<Float>, _ count: Int) {
  if count >= lanes { store(v, p) } else { store(v, p, count: count) }
}

/// y[i] = f(x[i]). The last, partial vector goes through the same f, so no result depends on its position.
///
/// Each f has a loop of its own; it is called from one place in it, which is what gets closures inlined.
@inline(always)
func map(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ f: (Vector) -> Vector) {
  map(Block(x: x, y: y, rows: 1, stride: 0, columns: count), f)
}

/// Rows of equal length and distance.
struct Block {
  var x: UnsafePointer<Float>
  var y: UnsafeMutablePointer<Float>
  var rows: Int
  var stride: Int
  var columns: Int
}

@inline(never)
func map(_ block: Block, _ f: (Vector) -> Vector) {
  var x = block.x, y = block.y
  let columns = block.columns
  for _ in 0..<block.rows {
    var i = 0
    while i < columns {
      storeUpTo(f(loadUpTo(x + i, columns - i)), y + i, columns - i)
      i += lanes
    }
    x += block.stride
    y += block.stride
  }
}
