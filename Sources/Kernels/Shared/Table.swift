import KernelTable

/// This instruction set's kernels.
func table(name: StaticString) -> KernelTable {
  KernelTable(
    name: name, gemmRows: tallestTile,
    gemm: { gemm($0) },
    windows: { windows($0) },
    hasWinograd: hasWinograd,
    winogradInput: { if hasWinograd { winogradInput($0) } },
    winogradOutput: { if hasWinograd { winogradOutput($0) } },
    winogradWeights: { if hasWinograd { winogradWeights($0) } },
    unary: { unary($0, Block(x: $1, y: $2, rows: 1, stride: 0, columns: $3)) },
    binary: { binary($0, $1, $2, $3, $4, $5, $6) },
    softmax: { softmax($0, $1, $2, $3) },
    sum: { sum($0, $1) },
    maximum: { maximum($0, $1) },
    minimum: { minimum($0, $1) },
    gatedCells: { gatedCells($0) },
    xxHash3: { xxHash3($0) })
}
