import KernelTable

/// The kernels for every x86-64 processor, with SSE2: 16 registers of 4 floats.
@export(interface) public func tableBaseline() -> KernelTable { table(name: "baseline") }

/// Processors without AVX2 are too few to carry its transforms for.
@inline(always) var hasWinograd: Bool { false }

@inline(always) var tallestTile: Int { 6 }

/// Width of the widest tile for a product of so many rows. Few forms of tiles will do for processors that few have.
@inline(always)
func tileVectors(rows: Int) -> Int { 2 }

/// Height of the next tile.
@inline(always)
func tileRows(remaining: Int) -> Int {
  switch remaining {
  case 1, 2, 4: remaining
  case 3: 2
  case 5: 4
  default: 6
  }
}

@inline(always)
func runTile(_ g: borrowing Gemm, _ rows: Int, _ vectors: Int) {
  switch (vectors, rows) {
  case (2, 6): tile6x2(g)
  case (2, 4): tile4x2(g)
  case (2, 2): tile2x2(g)
  case (2, _): tile1x2(g)
  case (_, 6): tile6x1(g)
  case (_, 4): tile4x1(g)
  case (_, 2): tile2x1(g)
  default: tile1x1(g)
  }
}

@inline(never) private func tile6x2(_ g: borrowing Gemm) { tile(TileShape<1, 6, 2>(), g) }
@inline(never) private func tile4x2(_ g: borrowing Gemm) { tile(TileShape<1, 4, 2>(), g) }
@inline(never) private func tile2x2(_ g: borrowing Gemm) { tile(TileShape<1, 2, 2>(), g) }
@inline(never) private func tile1x2(_ g: borrowing Gemm) { tile(TileShape<1, 1, 2>(), g) }
@inline(never) private func tile6x1(_ g: borrowing Gemm) { tile(TileShape<1, 6, 1>(), g) }
@inline(never) private func tile4x1(_ g: borrowing Gemm) { tile(TileShape<1, 4, 1>(), g) }
@inline(never) private func tile2x1(_ g: borrowing Gemm) { tile(TileShape<1, 2, 1>(), g) }
@inline(never) private func tile1x1(_ g: borrowing Gemm) { tile(TileShape<1, 1, 1>(), g) }
