import KernelTable

/// C = activation(A · B + C₀ + bias + addend) on packed weights; see `Gemm`.
///
/// Columns go in strips of one tile's width, which take every row before the next strip: a strip of B stays in the
/// first-level cache and A in the second-level. The caller bounds depth and rows accordingly. With few rows, tiles are
/// wider instead of taller, to have as many independent sums.
@inline(never)
func gemm(_ g: Gemm) {
  let widest = tileVectors(rows: g.rows)
  let vectors = (g.columns + lanes - 1) / lanes
  var vector = 0
  while vector < vectors {
    // Widths are powers of two and never grow, hence a strip never straddles panels that it does not cover.
    var width = widest
    while width > vectors - vector { width /= 2 }
    let column = vector * lanes
    var strip = g
    strip.columns = min(width * lanes, g.columns - column)
    strip.b += (column / panelColumns) * g.panelStride + column % panelColumns
    strip.c += column
    strip.bias = g.bias.map { $0 + column }
    strip.addend = g.addend.map { $0 + column }
    multiply(strip, width)
    vector += width
  }
}

/// All rows of one strip.
@inline(always)
private func multiply(_ strip: Gemm, _ width: Int) {
  var tile = strip
  let partial = strip.columns != width * lanes
  let finish = needsPass(strip.activation)
  // Weights may come from far away: while the tiles of a strip are computed, each row asks for its share of the next.
  let panels = width / panelVectors
  let next = strip.b + panels * strip.panelStride, second = panels > 1 ? strip.panelStride : 0
  var row = 0
  while row < strip.rows {
    let height = tileRows(remaining: strip.rows - row)
    let share = next + strip.depth * panelColumns * row / strip.rows
    tile.next = (share, share + second)
    tile.nextStep = (panelColumns * height + strip.rows - 1) / strip.rows
    if partial {
      multiplyPartial(tile, height, width)
    } else {
      runTile(tile, height, width)
      if finish { activate(tile.activation, tile.c, tile.cStride, height, width * lanes) }
    }
    tile.a += height * tile.aStride
    tile.c += height * tile.cStride
    tile.addend = tile.addend.map { $0 + height * tile.addendStride }
    row += height
  }
}

/// Whether a tile that has just been stored takes a pass of the activation over it.
@inline(always)
private func needsPass(_ activation: Activation) -> Bool {
  activation.function != .identity && bounds(activation) == nil
}

@inline(always)
private func activate(
  _ activation: Activation, _ c: UnsafeMutablePointer<Float>, _ stride: Int, _ rows: Int, _ columns: Int
) {
  unary(activation, Block(x: UnsafePointer(c), y: c, rows: rows, stride: stride, columns: columns))
}

/// A tile of which not every column exists: computed in a buffer of whole vectors, from which those are copied.
@inline(never)
private func multiplyPartial(_ tile: Gemm, _ height: Int, _ width: Int) {
  // C and the addend of the largest tile, and the bias of the widest. A temporary allocation would be on the heap.
  var buffer = InlineArray<56, Vector>(repeating: Vector())
  withUnsafeMutableBytes(of: &buffer) { buffer in
    let c = buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
    let addend = c + 24 * lanes
    let bias = addend + 24 * lanes
    let stride = width * lanes
    var whole = tile
    whole.c = c
    whole.cStride = stride
    if tile.accumulate { fill(c, stride, tile.c, tile.cStride, height, tile.columns) }
    if let source = tile.addend {
      fill(addend, stride, source, tile.addendStride, height, tile.columns)
      whole.addend = UnsafePointer(addend)
      whole.addendStride = stride
    }
    if let source = tile.bias {
      fill(bias, 0, source, 0, 1, tile.columns)
      whole.bias = UnsafePointer(bias)
    }
    runTile(whole, height, width)
    if needsPass(tile.activation) { activate(tile.activation, c, stride, height, stride) }
    for i in 0..<height {
      var column = 0
      while column < tile.columns {
        storeUpTo(load(c + (i * stride + column)), tile.c + (i * tile.cStride + column), tile.columns - column)
        column += lanes
      }
    }
  }
}

/// Fills rows of whole vectors with rows of `columns` numbers, and zeros.
@inline(never)
private func fill(
  _ target: UnsafeMutablePointer<Float>, _ targetStride: Int, _ source: UnsafePointer<Float>, _ sourceStride: Int,
  _ rows: Int, _ columns: Int
) {
  for i in 0..<rows {
    var column = 0
    while column < columns {
      store(loadUpTo(source + (i * sourceStride + column), columns - column), target + (i * targetStride + column))
      column += lanes
    }
  }
}
