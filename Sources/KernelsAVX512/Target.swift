import KernelTable

/// The kernels for processors with AVX-512 (F, BW, DQ, VL): 32 registers of 16 floats.
@export(interface) public func tableAVX512() -> KernelTable { table(name: "avx512") }

@inline(always) var hasWinograd: Bool { true }

@inline(always) var tallestTile: Int { 12 }

/// Width of the widest tile for a product of so many rows.
@inline(always)
func tileVectors(rows: Int) -> Int { rows <= 3 ? 8 : rows == 4 ? 4 : 2 }

/// Height of the next tile: twelve rows, or a split of the last ones that keeps enough independent sums.
@inline(always)
func tileRows(remaining: Int) -> Int {
  switch remaining {
  case 1...7: remaining
  case 8: 8
  case 13, 14: 7
  case 9: 5
  case 10, 11: 6
  default: 12
  }
}

@inline(always)
func runTile(_ g: borrowing Gemm, _ rows: Int, _ vectors: Int) {
  switch (vectors, rows) {
  case (2, 12): tile12x2(g)
  case (2, 8): tile8x2(g)
  case (2, 7): tile7x2(g)
  case (2, 6): tile6x2(g)
  case (2, 5): tile5x2(g)
  case (2, 4): tile4x2(g)
  case (2, 3): tile3x2(g)
  case (2, 2): tile2x2(g)
  case (2, _): tile1x2(g)
  case (1, 12): tile12x1(g)
  case (1, 8): tile8x1(g)
  case (1, 7): tile7x1(g)
  case (1, 6): tile6x1(g)
  case (1, 5): tile5x1(g)
  case (1, 4): tile4x1(g)
  case (1, 3): tile3x1(g)
  case (1, 2): tile2x1(g)
  case (1, _): tile1x1(g)
  case (4, 4): tile4x4(g)
  case (4, 3): tile3x4(g)
  case (4, 2): tile2x4(g)
  case (4, _): tile1x4(g)
  case (_, 3): tile3x8(g)
  case (_, 2): tile2x8(g)
  default: tile1x8(g)
  }
}

@inline(never) private func tile12x2(_ g: borrowing Gemm) { tile(TileShape<2, 6, 2>(), g) }
@inline(never) private func tile8x2(_ g: borrowing Gemm) { tile(TileShape<1, 8, 2>(), g) }
@inline(never) private func tile7x2(_ g: borrowing Gemm) { tile(TileShape<1, 7, 2>(), g) }
@inline(never) private func tile6x2(_ g: borrowing Gemm) { tile(TileShape<1, 6, 2>(), g) }
@inline(never) private func tile5x2(_ g: borrowing Gemm) { tile(TileShape<1, 5, 2>(), g) }
@inline(never) private func tile4x2(_ g: borrowing Gemm) { tile(TileShape<1, 4, 2>(), g) }
@inline(never) private func tile3x2(_ g: borrowing Gemm) { tile(TileShape<1, 3, 2>(), g) }
@inline(never) private func tile2x2(_ g: borrowing Gemm) { tile(TileShape<1, 2, 2>(), g) }
@inline(never) private func tile1x2(_ g: borrowing Gemm) { tile(TileShape<1, 1, 2>(), g) }
@inline(never) private func tile12x1(_ g: borrowing Gemm) { tile(TileShape<2, 6, 1>(), g) }
@inline(never) private func tile8x1(_ g: borrowing Gemm) { tile(TileShape<1, 8, 1>(), g) }
@inline(never) private func tile7x1(_ g: borrowing Gemm) { tile(TileShape<1, 7, 1>(), g) }
@inline(never) private func tile6x1(_ g: borrowing Gemm) { tile(TileShape<1, 6, 1>(), g) }
@inline(never) private func tile5x1(_ g: borrowing Gemm) { tile(TileShape<1, 5, 1>(), g) }
@inline(never) private func tile4x1(_ g: borrowing Gemm) { tile(TileShape<1, 4, 1>(), g) }
@inline(never) private func tile3x1(_ g: borrowing Gemm) { tile(TileShape<1, 3, 1>(), g) }
@inline(never) private func tile2x1(_ g: borrowing Gemm) { tile(TileShape<1, 2, 1>(), g) }
@inline(never) private func tile1x1(_ g: borrowing Gemm) { tile(TileShape<1, 1, 1>(), g) }
@inline(never) private func tile4x4(_ g: borrowing Gemm) { tile(TileShape<1, 4, 4>(), g) }
@inline(never) private func tile3x4(_ g: borrowing Gemm) { tile(TileShape<1, 3, 4>(), g) }
@inline(never) private func tile2x4(_ g: borrowing Gemm) { tile(TileShape<1, 2, 4>(), g) }
@inline(never) private func tile1x4(_ g: borrowing Gemm) { tile(TileShape<1, 1, 4>(), g) }
@inline(never) private func tile3x8(_ g: borrowing Gemm) { tile(TileShape<1, 3, 8>(), g) }
@inline(never) private func tile2x8(_ g: borrowing Gemm) { tile(TileShape<1, 2, 8>(), g) }
@inline(never) private func tile1x8(_ g: borrowing Gemm) { tile(TileShape<1, 1, 8>(), g) }
