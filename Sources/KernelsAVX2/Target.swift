import KernelTable

/// The kernels for processors with AVX2 and FMA: 16 registers of 8 floats.
@export(interface) public func tableAVX2() -> KernelTable { table(name: "avx2") }

@inline(always) var hasWinograd: Bool { true }

@inline(always) var tallestTile: Int { 6 }

/// Width of the widest tile for a product of so many rows.
@inline(always)
func tileVectors(rows: Int) -> Int { rows == 1 ? 8 : rows <= 3 ? 4 : 2 }

/// Height of the next tile: six rows, or a split of the last ones that keeps enough independent sums.
@inline(always)
func tileRows(remaining: Int) -> Int {
  switch remaining {
  case 1...6: remaining
  case 7, 8: 4
  case 9: 5
  default: 6
  }
}

@inline(always)
func runTile(_ g: borrowing Gemm, _ rows: Int, _ vectors: Int) {
  switch (vectors, rows) {
  case (2, 6): tile6x2(g)
  case (2, 5): tile5x2(g)
  case (2, 4): tile4x2(g)
  case (2, 3): tile3x2(g)
  case (2, 2): tile2x2(g)
  case (2, _): tile1x2(g)
  case (1, 6): tile6x1(g)
  case (1, 5): tile5x1(g)
  case (1, 4): tile4x1(g)
  case (1, 3): tile3x1(g)
  case (1, 2): tile2x1(g)
  case (1, _): tile1x1(g)
  case (4, 3): tile3x4(g)
  case (4, 2): tile2x4(g)
  case (4, _): tile1x4(g)
  default: tile1x8(g)
  }
}

@inline(never) private func tile6x2(_ g: borrowing Gemm) { tile(TileShape<1, 6, 2>(), g) }
@inline(never) private func tile5x2(_ g: borrowing Gemm) { tile(TileShape<1, 5, 2>(), g) }
@inline(never) private func tile4x2(_ g: borrowing Gemm) { tile(TileShape<1, 4, 2>(), g) }
@inline(never) private func tile3x2(_ g: borrowing Gemm) { tile(TileShape<1, 3, 2>(), g) }
@inline(never) private func tile2x2(_ g: borrowing Gemm) { tile(TileShape<1, 2, 2>(), g) }
@inline(never) private func tile1x2(_ g: borrowing Gemm) { tile(TileShape<1, 1, 2>(), g) }
@inline(never) private func tile6x1(_ g: borrowing Gemm) { tile(TileShape<1, 6, 1>(), g) }
@inline(never) private func tile5x1(_ g: borrowing Gemm) { tile(TileShape<1, 5, 1>(), g) }
@inline(never) private func tile4x1(_ g: borrowing Gemm) { tile(TileShape<1, 4, 1>(), g) }
@inline(never) private func tile3x1(_ g: borrowing Gemm) { tile(TileShape<1, 3, 1>(), g) }
@inline(never) private func tile2x1(_ g: borrowing Gemm) { tile(TileShape<1, 2, 1>(), g) }
@inline(never) private func tile1x1(_ g: borrowing Gemm) { tile(TileShape<1, 1, 1>(), g) }
@inline(never) private func tile3x4(_ g: borrowing Gemm) { tile(TileShape<1, 3, 4>(), g) }
@inline(never) private func tile2x4(_ g: borrowing Gemm) { tile(TileShape<1, 2, 4>(), g) }
@inline(never) private func tile1x4(_ g: borrowing Gemm) { tile(TileShape<1, 1, 4>(), g) }
@inline(never) private func tile1x8(_ g: borrowing Gemm) { tile(TileShape<1, 1, 8>(), g) }
