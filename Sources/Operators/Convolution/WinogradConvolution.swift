import KernelTable
import Plans
import Tensors

/// Convolution by tiles: the input's tiles to points, a matrix product for each point, and back; a block of tiles at a
/// time, so that its matrices stay in the cache.
///
/// Threads share the blocks or, when these are few, the tiles and products of one block. Each tile's numbers are the
/// same either way.
func emitWinograd(
  _ tiles: WinogradTiles, _ g: ConvolutionGeometry, _ cache: WinogradWeightCache, _ x: Operand, _ weights: Operand,
  _ bias: Operand?, _ y: Operand, _ activation: Activation, _ builder: PlanBuilder
) throws(Failure) {
  let threads = builder.threads
  let layout = WinogradLayout(tiles, count: g.batch * tiles.down * tiles.across, threads: threads)
  let workers = layout.sharesBlocks ? threads : 1
  let scratch = try builder.scratch(floats: elementCount(of: [workers, layout.floats]))
  let work = 2 &* layout.count &* tiles.points &* tiles.inputChannels &* tiles.outputChannels
  builder.emit(
    "Conv Winograd \(tiles.vertical.outputs)x\(tiles.horizontal.outputs)",
    reads: [x, weights] + (bias.map { [$0] } ?? []), writes: [y, scratch]
  ) { execution in
    guard let points = cache.weights(tiles, g, from: execution.floats(weights), execution) else { return }
    let run = WinogradRun(
      tiles: tiles, layout: layout, x: execution.floats(x), y: execution.floats(y), weights: points,
      bias: bias.map { UnsafePointer(execution.floats($0)) }, activation: activation, kernels: execution.kernels)
    let memory = execution.floats(scratch)
    if layout.sharesBlocks {
      execution.parallel(layout.blocks, work: work) { (block, thread) in
        let (first, count) = layout.range(of: block)
        let memory = memory + thread * layout.floats
        run.input(first, count, at: 0, memory)
        for product in 0..<layout.products { run.product(product, count, memory) }
        run.output(first, count, at: 0, memory)
      }
    } else {
      for block in 0..<layout.blocks {
        let (first, count) = layout.range(of: block)
        let piece = max(1, count / (2 * threads))
        let pieces = (count + piece - 1) / piece
        execution.parallel(pieces, work: work / 16) { index in
          run.input(first, min(piece, count - index * piece), at: index * piece, memory)
        }
        execution.parallel(layout.products, work: work) { run.product($0, count, memory) }
        execution.parallel(pieces, work: work / 16) { index in
          run.output(first, min(piece, count - index * piece), at: index * piece, memory)
        }
      }
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
  /// Scratch memory for one block.
  let floats: Int

  init(_ tiles: WinogradTiles, count: Int, threads: Int) {
    self.count = count
    inputStride = tiles.inputChannels + panelColumns
    outputStride = tiles.outputChannels + panelColumns
    let tileFloats = tiles.points * (inputStride + outputStride)
    // Half a second-level cache, but enough rows to make good use of weights that come from afar.
    var block = max(24, 300_000 / tileFloats / 12 * 12)
    sharesBlocks = threads > 1 && count >= 2 * threads * 24
    if sharesBlocks { block = min(block, max(24, count / (2 * threads) / 12 * 12)) }
    let blocks = (count + block - 1) / block
    // As even as the micro-kernel's rows allow.
    block = min(block, ((count + blocks - 1) / blocks + 11) / 12 * 12)
    blockTiles = min(block, max(count, 1))
    slices = !sharesBlocks && threads > 1 && tiles.points < 4 * threads && tiles.outputChannels % 64 == 0 ? 2 : 1
    products = tiles.points * slices
    floats = blockTiles * tileFloats + max(tiles.inputChannels, tiles.outputChannels) + 2 * tiles.points * panelColumns
  }

  var blocks: Int { (count + blockTiles - 1) / blockTiles }

  func range(of block: Int) -> (first: Int, count: Int) {
    let first = block * blockTiles
    return (first, min(blockTiles, count - first))
  }

  /// Of the points' matrices; odd multiples of a cache line apart.
  var inputPointStride: Int { blockTiles * inputStride + panelColumns }
  var outputPointStride: Int { blockTiles * outputStride + panelColumns }
}

/// The parts of a convolution that runs.
private struct WinogradRun {
  let tiles: WinogradTiles
  let layout: WinogradLayout
  let x: UnsafeMutablePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let weights: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
  let activation: Activation
  let kernels: KernelTable

  /// Transforms `count` of the tiles of a block that begins at tile `first`, from the block's tile `index` on.
  func input(_ first: Int, _ count: Int, at index: Int, _ memory: UnsafeMutablePointer<Float>) {
    kernels.winogradInput(
      WinogradBlock(
        tiles: tiles, first: first + index, count: count, image: x, points: memory + index * layout.inputStride,
        pointStride: layout.inputPointStride, tileStride: layout.inputStride, spare: spare(memory)))
  }

  func output(_ first: Int, _ count: Int, at index: Int, _ memory: UnsafeMutablePointer<Float>) {
    kernels.winogradOutput(
      WinogradBlock(
        tiles: tiles, first: first + index, count: count, image: y,
        points: results(memory) + index * layout.outputStride, pointStride: layout.outputPointStride,
        tileStride: layout.outputStride, spare: spare(memory), bias: bias, activation: activation))
  }

  func product(_ index: Int, _ rows: Int, _ memory: UnsafeMutablePointer<Float>) {
    let (point, slice) = (index / layout.slices, index % layout.slices)
    let (depth, columns) = (tiles.inputChannels, tiles.outputChannels / layout.slices)
    kernels.gemm(
      Gemm(
        rows: rows, columns: columns, depth: depth, a: memory + point * layout.inputPointStride,
        aStride: layout.inputStride, b: weights + (point * tiles.outputChannels + slice * columns) * depth,
        panelStride: depth * panelColumns, c: results(memory) + point * layout.outputPointStride + slice * columns,
        cStride: layout.outputStride))
  }

  private func results(_ memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    memory + tiles.points * layout.inputPointStride
  }

  private func spare(_ memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    results(memory) + tiles.points * layout.outputPointStride
  }
}
