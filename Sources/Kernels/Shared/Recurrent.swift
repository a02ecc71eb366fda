import KernelTable

/// The gates, the cells and the states of one time step in one pass; see `GatedCells`.
@inline(never)
func gatedCells(_ s: GatedCells) {
  switch s.form {
  case .lstm: lstmCells(s)
  case .gruReset: gruResets(s)
  case .gru, .gruCandidate: gruCells(s)
  }
}

@inline(always)
private func lstmCells(_ s: GatedCells) {
  for row in 0..<s.rows {
    let h = s.products + row * s.productStride, x = s.projection + row * s.projectionStride
    let cells = s.cell + row * s.cellStride, hidden = s.hidden + row * s.hiddenStride
    var i = 0
    while i < s.units {
      let count = s.units - i
      let input = sum(h + i, x + i, count), candidate = sum(h + s.candidate + i, x + 3 * s.units + i, count)
      let output = sum(h + s.units + i, x + s.units + i, count)
      let forget = sum(h + 2 * s.units + i, x + 2 * s.units + i, count)
      let cell = multiplyAdd(sigmoidTimesTangent(input, candidate), sigmoid(forget), loadUpTo(cells + i, count))
      storeUpTo(cell, cells + i, count)
      storeUpTo(sigmoidTimesTangent(output, cell), hidden + i, count)
      i += lanes
    }
  }
}

/// With (1 - z) · n + z · h as n + z · (h - n).
@inline(always)
private func gruCells(_ s: GatedCells) {
  for row in 0..<s.rows {
    let h = s.products + row * s.productStride, x = s.projection + row * s.projectionStride
    let previous = s.previous + row * s.previousStride, hidden = s.hidden + row * s.hiddenStride
    var i = 0
    while i < s.units {
      let count = s.units - i
      var update = sum(h + i, x + i, count), factor = Vector(repeating: 1)
      var state = loadUpTo(h + s.candidate + i, count)
      if s.form == .gru {
        var reset = sum(h + s.units + i, x + s.units + i, count)
        if let bias = s.bias {
          update += loadUpTo(bias + i, count)
          reset += loadUpTo(bias + s.units + i, count)
          state += loadUpTo(bias + 2 * s.units + i, count)
        }
        factor = sigmoid(reset)
      }
      let n = hyperbolicTangent(multiplyAdd(loadUpTo(x + 2 * s.units + i, count), factor, state))
      storeUpTo(multiplyAdd(n, sigmoid(update), loadUpTo(previous + i, count) - n), hidden + i, count)
      i += lanes
    }
  }
}

@inline(always)
private func gruResets(_ s: GatedCells) {
  for row in 0..<s.rows {
    let h = s.products + (row * s.productStride + s.units), x = s.projection + (row * s.projectionStride + s.units)
    let previous = s.previous + row * s.previousStride
    var i = 0
    while i < s.units {
      let count = s.units - i
      storeUpTo(sigmoid(sum(h + i, x + i, count)) * loadUpTo(previous + i, count), h + i, count)
      i += lanes
    }
  }
}

/// What goes into a gate.
@inline(always)
private func sum(_ h: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int) -> Vector {
  loadUpTo(h, count) + loadUpTo(x, count)
}

/// σ(a) · tanh(b) with one division; see `sigmoid` and `hyperbolicTangent`. Within 5 units in the last place.
@inline(always)
private func sigmoidTimesTangent(_ a: Vector, _ b: Vector) -> Vector {
  let size = magnitude(b)
  let t = exponentialMinusOne(nonPositive: -(size + size))
  return copySign(t / ((t + 2) * (1 + exponential(-a))), from: b)
}
