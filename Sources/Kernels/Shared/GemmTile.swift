import CSystem
import KernelTable

/// Rows (in groups) and vectors of a micro-kernel, known when compiled.
///
/// The optimiser unrolls loops of up to eight rounds early enough to keep what they index in registers, hence the
/// groups.
struct TileShape<let groups: Int, let rows: Int, let vectors: Int> {}

/// Vectors in a panel of packed weights.
@inline(always) var panelVectors: Int { panelColumns / lanes }

/// The micro-kernel: the whole of a tile's product in registers, then bias, addend and an activation's bounds; any
/// other activation is left to the caller.
///
/// `g` describes the tile alone: its `a`, `b`, `c`, `bias` and `addend` point at the tile's first element, and `rows`
/// and `columns` are not read. Each element is one chain of `multiplyAdd` over the depth, started from C when
/// accumulating, so the same whatever the shape of the tile, and whether or not the depth was split into blocks.
@inline(always)
func tile<let groups: Int, let rows: Int, let vectors: Int>(
  _: TileShape<groups, rows, vectors>, _ g: borrowing Gemm
) {
  typealias Row = InlineArray<vectors, Vector>
  var sums = InlineArray<groups, InlineArray<rows, Row>>(
    repeating: InlineArray<rows, Row>(repeating: Row(repeating: Vector())))
  if g.accumulate {
    var row = g.c
    for h in 0..<groups {
      for i in 0..<rows {
        for j in 0..<vectors { sums[h][i][j] = load(row + j * lanes) }
        row += g.cStride
      }
    }
  }

  let a = g.a, aStride = g.aStride, panelStride = g.panelStride, nextStep = g.nextStep
  var b = g.b
  if rows >= vectors {
    var next = g.next
    // Every third row: the rows between are reached from it by one and two strides.
    var bases = InlineArray<4, UnsafePointer<Float>>(repeating: a)
    for i in 1..<4 { bases[i] = a + 3 * i * aStride }
    for _ in 0..<g.depth {
      var weights = Row(repeating: Vector())
      for j in 0..<vectors { weights[j] = load(b + (j / panelVectors) * panelStride + (j % panelVectors) * lanes) }
      vector_prefetch(next.0)
      if panelVectors == 1 { vector_prefetch(next.1) }
      for h in 0..<groups {
        for i in 0..<rows {
          let row = h * rows + i
          let x = Vector(repeating: bases[row / 3][row % 3 * aStride])
          for j in 0..<vectors { sums[h][i][j] = multiplyAdd(sums[h][i][j], x, weights[j]) }
        }
      }
      for i in 0..<4 { bases[i] = vector_opaque(bases[i] + 1) }
      b += panelColumns
      next.0 += nextStep
      next.1 += nextStep
    }
  } else {
    for k in 0..<g.depth {
      var x = InlineArray<rows, Vector>(repeating: Vector())
      for i in 0..<rows { x[i] = Vector(repeating: a[i * aStride + k]) }
      for j in 0..<vectors {
        let weights = load(b + (j / panelVectors) * panelStride + (j % panelVectors) * lanes)
        for i in 0..<rows { sums[0][i][j] = multiplyAdd(sums[0][i][j], x[i], weights) }
      }
      b += panelColumns
    }
  }

  if let bias = g.bias {
    for j in 0..<vectors {
      let v = load(bias + j * lanes)
      for h in 0..<groups {
        for i in 0..<rows { sums[h][i][j] += v }
      }
    }
  }
  if var addend = g.addend {
    for h in 0..<groups {
      for i in 0..<rows {
        for j in 0..<vectors { sums[h][i][j] += load(addend + j * lanes) }
        addend += g.addendStride
      }
    }
  }
  let (lower, upper) = bounds(g.activation) ?? (-.infinity, .infinity)
  var row = g.c
  for h in 0..<groups {
    for i in 0..<rows {
      for j in 0..<vectors { store(clamp(sums[h][i][j], lower, upper), row + j * lanes) }
      row += g.cStride
    }
  }
}
