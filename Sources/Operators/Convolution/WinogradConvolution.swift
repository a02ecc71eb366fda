import KernelTable
import Plans
import Tensors

/// Convolution by tiles: the input's tiles to points, a matrix product for each point, and back; a block of tiles at a
/// time, so that its matrices stay in the cache.
///
/// Threads share the blocks or, when these are few, the tiles and products of one block. The points' weights are kept,
/// or made anew for a strip of columns at a time. Each tile's numbers are the same either way.
final class WinogradConvolution {
  private let planned: PlannedConvolution
  private let tiles: WinogradTiles
  private let layout: WinogradLayout
  private let cache: WinogradWeightCache
  private let scratch: Operand
  /// A strip of weights for each thread.
  private let strips: Operand
  /// All points' weights, once a run has had them.
  private var weights: UnsafePointer<Float>?

  init(
    _ planned: PlannedConvolution, _ tiles: WinogradTiles, _ cache: WinogradWeightCache, _ builder: PlanBuilder
  ) throws(Failure) {
    self.planned = planned
    self.tiles = tiles
    self.cache = cache
    layout = WinogradLayout(tiles, count: planned.geometry.batch * tiles.down * tiles.across, threads: builder.threads)
    scratch = try builder.scratch(
      floats: elementCount(of: [layout.sharesBlocks ? builder.threads : 1, layout.floats]))
    strips = try builder.scratch(floats: elementCount(of: [builder.threads, layout.stripFloats]))
  }

  func emit(_ builder: PlanBuilder) {
    builder.emit(
      "Conv Winograd \(tiles.vertical.outputs)x\(tiles.horizontal.outputs)",
      reads: planned.reads, writes: [planned.y, scratch, strips], flops: planned.geometry.flops
    ) { self.run($0) }
  }

  private func run(_ execution: Execution) {
    let taps = WinogradTaps(execution.floats(planned.weights), tiles, planned.geometry)
    if weights == nil { weights = cache.weights(tiles, taps, takesStrips: layout.blocks <= 4, execution) }
    let threads = execution.threads.count
    let memory = execution.floats(scratch), strips = execution.floats(strips)
    let work = 2 &* layout.count &* tiles.points &* tiles.inputChannels &* tiles.outputChannels
    let products = weights == nil ? layout.strips : layout.products
    if layout.sharesBlocks {
      execution.parallel(layout.blocks, work: work) { (block, thread) in
        let memory = memory + thread * layout.floats
        let count = layout.tiles(of: block)
        transform(block, 0, count, memory, toImage: false, execution)
        for index in 0..<products {
          multiply(index, count, taps, memory, strips + thread * layout.stripFloats, execution)
        }
        transform(block, 0, count, memory, toImage: true, execution)
      }
      return
    }
    for block in 0..<layout.blocks {
      let count = layout.tiles(of: block)
      let piece = max(1, count / (2 * threads))
      for phase in 0..<3 {
        execution.parallel(phase == 1 ? products : (count + piece - 1) / piece, work: work) { (index, thread) in
          if phase == 1 {
            multiply(index, count, taps, memory, strips + thread * layout.stripFloats, execution)
          } else {
            let first = index * piece
            transform(block, first, min(piece, count - first), memory, toImage: phase == 2, execution)
          }
        }
      }
    }
  }

  /// `count` tiles of a block, from its tile `first` on.
  private func transform(
    _ block: Int, _ first: Int, _ count: Int, _ memory: UnsafeMutablePointer<Float>, toImage: Bool,
    _ execution: Execution
  ) {
    let inputs = tiles.points * layout.inputPointStride, outputs = tiles.points * layout.outputPointStride
    let stride = toImage ? layout.outputStride : layout.inputStride
    let call = WinogradBlock(
      tiles: tiles, first: block * layout.blockTiles + first, count: count,
      image: execution.floats(toImage ? planned.y : planned.x),
      points: memory + ((toImage ? inputs : 0) + first * stride),
      pointStride: toImage ? layout.outputPointStride : layout.inputPointStride, tileStride: stride,
      spare: memory + (inputs + outputs), bias: planned.bias(execution), addend: planned.addend(execution),
      activation: planned.activation)
    if toImage { execution.kernels.winogradOutput(call) } else { execution.kernels.winogradInput(call) }
  }

  /// One of the matrix products of a block of so many tiles, or a strip of all of them.
  private func multiply(
    _ index: Int, _ rows: Int, _ taps: WinogradTaps, _ memory: UnsafeMutablePointer<Float>,
    _ stripMemory: UnsafeMutablePointer<Float>, _ execution: Execution
  ) {
    guard let weights else { return multiply(strip: index, rows, taps, stripMemory, memory, execution) }
    let (point, slice) = (index / layout.slices, index % layout.slices)
    let (depth, columns) = (tiles.inputChannels, tiles.outputChannels / layout.slices)
    let pointStride = WinogradWeightCache.pointStride(tiles)
    let results = memory + tiles.points * layout.inputPointStride
    execution.kernels.gemm(
      Gemm(
        rows: rows, columns: columns, depth: depth, a: memory + point * layout.inputPointStride,
        aStride: layout.inputStride, b: weights + (point * pointStride + slice * columns * depth),
        panelStride: depth * panelColumns, c: results + (point * layout.outputPointStride + slice * columns),
        cStride: layout.outputStride))
  }

  /// All points' matrix products with one strip of the columns, whose weights are made here, some channels at a time.
  private func multiply(
    strip: Int, _ rows: Int, _ taps: WinogradTaps, _ weights: UnsafeMutablePointer<Float>,
    _ memory: UnsafeMutablePointer<Float>, _ execution: Execution
  ) {
    let firstPanel = strip * WinogradLayout.stripPanels
    let panels = min(WinogradLayout.stripPanels, tiles.outputChannels / panelColumns - firstPanel)
    let results = memory + (tiles.points * layout.inputPointStride + firstPanel * panelColumns)
    let pointStride = layout.stripFloats / tiles.points
    var first = 0
    while first < tiles.inputChannels {
      let depth = min(layout.stripDepth, tiles.inputChannels - first)
      for panel in 0..<panels {
        taps.transform(
          tiles, panel: firstPanel + panel, from: first, depth: depth, to: weights + panel * depth * panelColumns,
          pointStride: pointStride, execution.kernels)
      }
      for point in 0..<tiles.points {
        execution.kernels.gemm(
          Gemm(
            rows: rows, columns: panels * panelColumns, depth: depth,
            a: memory + (point * layout.inputPointStride + first), aStride: layout.inputStride,
            b: weights + point * pointStride, panelStride: depth * panelColumns,
            c: results + point * layout.outputPointStride, cStride: layout.outputStride, accumulate: first > 0))
      }
      first += depth
    }
  }
}

/// How the tiles are cut into blocks, and where a block's matrices lie.
struct WinogradLayout {
  let count: Int
  let blockTiles: Int
  let sharesBlocks: Bool
  /// Matrix products of a block: each point's, in so many slices of the columns.
  let products: Int
  let slices: Int
  /// Of the rows of a point's matrix. Not powers of two, which would put all rows into the same few sets of the cache.
  let inputStride: Int
  let outputStride: Int
  /// Of the points' matrices; odd multiples of a cache line apart.
  let inputPointStride: Int
  let outputPointStride: Int
  /// Scratch memory for one block.
  let floats: Int
  /// Strips of columns whose weights are made together, for so many channels at a time, and memory for those.
  static let stripPanels = 2
  let strips: Int
  let stripDepth: Int
  let stripFloats: Int

  init(_ tiles: WinogradTiles, count: Int, threads: Int) {
    self.count = count
    inputStride = tiles.inputChannels + panelColumns
    outputStride = tiles.outputChannels + panelColumns
    let tileFloats = tiles.points * (inputStride + outputStride)
    // A part of a second-level cache, but enough rows to make good use of weights that come from afar.
    var block = max(48, 300_000 / tileFloats / 12 * 12)
    sharesBlocks = threads > 1 && count >= 2 * threads * 24
    if sharesBlocks { block = min(block, max(24, count / (2 * threads) / 12 * 12)) }
    let blocks = max(1, (count + block - 1) / block)
    // As even as the micro-kernel's rows allow.
    block = min(block, ((count + blocks - 1) / blocks + 11) / 12 * 12)
    blockTiles = max(1, min(block, count))
    slices = !sharesBlocks && threads > 1 && tiles.points < 4 * threads && tiles.outputChannels % 64 == 0 ? 2 : 1
    products = tiles.points * slices
    inputPointStride = blockTiles * inputStride + panelColumns
    outputPointStride = blockTiles * outputStride + panelColumns
    floats = tiles.points * (inputPointStride + outputPointStride) + max(tiles.inputChannels, tiles.outputChannels)
    let stripColumns = Self.stripPanels * panelColumns
    strips = (tiles.outputChannels + stripColumns - 1) / stripColumns
    // With the block's matrices they share the second-level cache.
    stripDepth = min(tiles.inputChannels, (1 << 17) / (tiles.points * stripColumns) / panelColumns * panelColumns)
    stripFloats = tiles.points * (stripDepth * stripColumns + panelColumns)
  }

  var blocks: Int { (count + blockTiles - 1) / blockTiles }

  func tiles(of block: Int) -> Int { min(blockTiles, count - block * blockTiles) }
}
