import CSystem
import KernelTable

/// Tiles of an image to the matrices of their points.
@inline(never)
func winogradInput(_ block: WinogradBlock) {
  let tiles = block.tiles
  let (rows, columns) = (tiles.vertical.points, tiles.horizontal.points)
  let channels = tiles.inputChannels
  map(UnsafePointer(block.spare), block.spare, channels) { _ in Vector() }
  var grid = Grid()
  grid.withPointers { sources, buffer in
    for index in 0..<block.count {
      let place = Place(tiles, block.first + index)
      let top = place.row * tiles.vertical.outputs - tiles.padTop
      let left = place.column * tiles.horizontal.outputs - tiles.padLeft
      for i in 0..<rows {
        let y = top + i
        let row = block.image + (place.image * tiles.inputHeight + y) * tiles.inputWidth * channels
        for j in 0..<columns {
          let x = left + j
          let isInside = y >= 0 && y < tiles.inputHeight && x >= 0 && x < tiles.inputWidth
          sources[i * columns + j] = isInside ? row + x * channels : block.spare
        }
      }
      let target = block.points + index * block.tileStride
      transform(
        .input, tiles.vertical, tiles.horizontal, channels, buffer, { load(sources[$0] + $1) },
        { store($2, target + ($0 * block.pointStride + $1)) })
    }
  }
}

/// Matrices of points to tiles of an image, with bias and activation.
@inline(never)
func winogradOutput(_ block: WinogradBlock) {
  let tiles = block.tiles
  let (rows, columns) = (tiles.vertical.outputs, tiles.horizontal.outputs)
  let channels = tiles.outputChannels
  let limits = block.addend == nil ? bounds(block.activation) : nil
  let (lower, upper) = limits ?? (-.infinity, .infinity)
  let finish = limits == nil && (block.addend != nil || block.activation.function != .identity)
  var grid = Grid()
  grid.withPointers { targets, buffer in
    for index in 0..<block.count {
      let place = Place(tiles, block.first + index)
      let (top, left) = (place.row * rows, place.column * columns)
      let first =
        block.image
        + ((place.image * tiles.outputHeight + top) * tiles.outputWidth + left) * channels
      let (rowsInside, columnsInside) = (min(rows, tiles.outputHeight - top), min(columns, tiles.outputWidth - left))
      for i in 0..<rows {
        for j in 0..<columns {
          targets[i * columns + j] =
            i < rowsInside && j < columnsInside ? first + (i * tiles.outputWidth + j) * channels : block.spare
        }
      }
      let source = UnsafePointer(block.points) + index * block.tileStride
      transform(
        .output, tiles.vertical, tiles.horizontal, channels, buffer, { load(source + ($0 * block.pointStride + $1)) },
        { point, channel, sum in
          var sum = sum
          if let bias = block.bias { sum += load(bias + channel) }
          store(clamp(sum, lower, upper), targets[point] + channel)
        })
      if finish {
        for i in 0..<rowsInside {
          let row = targets[i * columns], count = columnsInside * channels
          if let addend = block.addend {
            binary(.add, UnsafePointer(row), 1, addend + (row - block.image), 1, row, count)
          }
          unary(block.activation, Block(x: UnsafePointer(row), y: row, rows: 1, stride: 0, columns: count))
        }
      }
    }
  }
}

/// Weights to the points' weights. The taps come from afar, in more streams than the processor follows.
@inline(never)
func winogradWeights(_ w: WinogradWeights) {
  var grid = Grid()
  grid.withPointers { _, buffer in
    transform(
      .weights, w.vertical, w.horizontal, w.count, buffer,
      {
        let tap = w.taps + ($0 * w.tapStride + $1)
        vector_prefetch(tap + 8 * panelColumns)
        return load(tap)
      },
      { store($2, w.points + ($0 * w.pointStride + $1)) })
  }
}

/// Where a tile lies.
private struct Place {
  var image: Int
  var row: Int
  var column: Int

  @inline(always)
  init(_ tiles: WinogradTiles, _ tile: Int) {
    let row = tile / tiles.across
    column = tile - row * tiles.across
    image = row / tiles.down
    self.row = row - image * tiles.down
  }
}

/// The largest tile: where its numbers are, and half transformed.
private struct Grid {
  private var pointers = InlineArray<36, Int>(repeating: 0)
  private var buffer = InlineArray<36, Vector>(repeating: Vector())

  @inline(always)
  mutating func withPointers(
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<Float>>, UnsafeMutablePointer<Float>) -> Void
  ) {
    withUnsafeMutableBytes(of: &pointers) { pointers in
      withUnsafeMutableBytes(of: &buffer) { buffer in
        body(
          pointers.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UnsafeMutablePointer<Float>.self),
          buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self))
      }
    }
  }
}

/// Both dimensions of `count` tiles that lie side by side, a vector of them at a time: down the columns, then along
/// the rows. The closures take the position in the grid and the tile.
@inline(always)
private func transform(
  _ role: WinogradRole, _ vertical: WinogradSide, _ horizontal: WinogradSide, _ count: Int,
  _ buffer: UnsafeMutablePointer<Float>, _ read: (Int, Int) -> Vector, _ write: (Int, Int, Vector) -> Void
) {
  let columns = horizontal.sources(role), rows = vertical.results(role), width = horizontal.results(role)
  var channel = 0
  while channel < count {
    winogradLines(
      role, vertical, columns, { read($1 * columns + $0, channel) },
      { store($2, buffer + ($1 * columns + $0) * lanes) })
    winogradLines(
      role, horizontal, rows, { load(buffer + ($0 * columns + $1) * lanes) },
      { write($0 * width + $1, channel, $2) })
    channel += lanes
  }
}
