import KernelTable
import Plans

/// Depth of the blocks that a long product is summed in: a panel of this depth stays in the first-level cache.
/// It depends on nothing else, so that every element is always summed in the same order.
let depthBlock = 512

/// Rows of the blocks that share a pass over the packed matrix; with the block's depth they fill half a megabyte.
let rowBlock = 192

/// `C = activation(A · B + bias + addend)` for whole matrices, in parallel; see `Gemm` for the layouts. `call` names
/// the whole product; `call.b` is packed with panels `call.panelStride` apart.
func multiply(_ call: Gemm, _ execution: Execution) {
  guard call.columns > 0 else { return }
  let panels = panelCount(columns: call.columns)
  let threads = execution.threads.count
  let rowBlocks = (call.rows + rowBlock - 1) / rowBlock
  var rowsPerPiece = rowBlock
  var panelsPerPiece = panels
  if threads > 1 {
    // Split along the longer side, in whole tiles.
    if rowBlocks < threads * 2 {
      if call.rows >= 4 * threads * execution.kernels.gemmRows {
        let tiles = (call.rows + execution.kernels.gemmRows - 1) / execution.kernels.gemmRows
        rowsPerPiece = min(rowBlock, (tiles + threads * 2 - 1) / (threads * 2) * execution.kernels.gemmRows)
      } else {
        panelsPerPiece = max(2, (panels + threads * 2 - 1) / (threads * 2))
      }
    }
  }
  let rowPieces = (call.rows + rowsPerPiece - 1) / rowsPerPiece
  let panelPieces = (panels + panelsPerPiece - 1) / panelsPerPiece
  execution.parallel(rowPieces * panelPieces, work: 2 &* call.rows &* call.columns &* call.depth) { piece in
    let firstRow = piece / panelPieces * rowsPerPiece
    let firstPanel = piece % panelPieces * panelsPerPiece
    let rows = min(rowsPerPiece, call.rows - firstRow)
    let firstColumn = firstPanel * panelColumns
    var part = call
    part.rows = rows
    part.columns = min(panelsPerPiece * panelColumns, call.columns - firstColumn)
    part.a += firstRow * call.aStride
    part.b += firstPanel * call.panelStride
    part.c += firstRow * call.cStride + firstColumn
    if let bias = call.bias { part.bias = bias + firstColumn }
    if let addend = call.addend { part.addend = addend + firstRow * call.addendStride + firstColumn }
    multiplyBlock(part, execution.kernels)
  }
}

/// The product of some rows with a packed matrix, on the calling thread, block by block along the depth.
@inline(__always)
func multiplyBlock(_ call: Gemm, _ kernels: KernelTable) {
  var first = 0
  repeat {
    let depth = min(depthBlock, call.depth - first)
    let last = first + depth >= call.depth
    var block = call
    block.depth = depth
    block.a += first
    block.b += first * panelColumns
    block.accumulate = call.accumulate || first > 0
    if !last {
      block.bias = nil
      block.addend = nil
      block.activation = .identity
    }
    kernels.gemm(block)
    first += depth
  } while first < call.depth
}
