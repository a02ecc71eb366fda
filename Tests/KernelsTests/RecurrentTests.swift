import CSystem
import KernelTable
import Testing

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// A step's cells of random size and content; strides are wider than what they skip.
private struct RandomCells {
  let form: GatedCells.Form
  let gates, rows, units: Int
  let productStride, candidate, projectionStride, previousStride, hiddenStride: Int
  let products, projection, bias, previous, cell: Guarded
  let hasBias: Bool

  init(_ form: GatedCells.Form, rows: Int, units: Int, using random: inout Generator) {
    (self.form, self.rows, self.units) = (form, rows, units)
    gates = form == .lstm ? 4 : 3
    candidate = (gates - 1) * units + Int.random(in: 0...15, using: &random)
    productStride = candidate + units + Int.random(in: 0...5, using: &random)
    projectionStride = gates * units + Int.random(in: 0...5, using: &random)
    previousStride = units + Int.random(in: 0...5, using: &random)
    hiddenStride = units + Int.random(in: 0...5, using: &random)
    products = Guarded(random: rows * productStride, in: -6...6, using: &random)
    projection = Guarded(random: rows * projectionStride, in: -6...6, using: &random)
    previous = Guarded(random: rows * previousStride, using: &random)
    cell = Guarded(random: rows * units, in: -2...2, using: &random)
    bias = Guarded(random: gates * units, using: &random)
    hasBias = form == .gru && Bool.random(using: &random)
  }

  /// Some rows of all; the results go to `cell` and `hidden`, of resets to `products`.
  func run(
    _ table: KernelTable, _ range: Range<Int>, _ cell: Guarded, _ hidden: Guarded, products: Guarded
  ) {
    let row = range.lowerBound
    table.gatedCells(
      GatedCells(
        form: form, rows: range.count, units: units, products: products.pointer + row * productStride,
        productStride: productStride, candidate: candidate, projection: projection.readOnly + row * projectionStride,
        projectionStride: projectionStride, bias: hasBias ? bias.readOnly : nil,
        previous: previous.readOnly + row * previousStride, previousStride: previousStride,
        cell: cell.pointer + row * units, cellStride: units, hidden: hidden.pointer + row * hiddenStride,
        hiddenStride: hiddenStride))
  }

  /// What the equations say.
  func expected(_ row: Int, _ unit: Int) -> (cell: Double, hidden: Double) {
    let x = (0..<gates).map { Double(projection[row * projectionStride + $0 * units + unit]) }
    let h = (0..<gates).map { gate in
      Double(products[row * productStride + (gate == gates - 1 ? candidate : gate * units) + unit])
        + (hasBias ? Double(bias[gate * units + unit]) : 0)
    }
    if gates == 4 {
      let c = sigmoid(x[2] + h[2]) * Double(cell[row * units + unit]) + sigmoid(x[0] + h[0]) * tanh(x[3] + h[3])
      return (c, sigmoid(x[1] + h[1]) * tanh(c))
    }
    let reset = sigmoid(x[1] + h[1])
    if form == .gruReset { return (0, reset * Double(previous[row * previousStride + unit])) }
    let z = sigmoid(x[0] + h[0]), n = tanh(x[2] + (form == .gru ? reset : 1) * h[2])
    return (0, (1 - z) * n + z * Double(previous[row * previousStride + unit]))
  }
}

@Suite struct RecurrentTests {
  @Test(arguments: instructionSets)
  func cellsAgreeWithTheirEquations(_ set: Int) {
    var random = generator("recurrent \(tables[set].name)")
    for units in 1...70 {
      for form in [GatedCells.Form.lstm, .gru, .gruCandidate] {
        let rows = Int.random(in: 1...5, using: &random)
        let cells = RandomCells(form, rows: rows, units: units, using: &random)
        let cell = Guarded(cells.cell.values), hidden = Guarded(rows * cells.hiddenStride)
        cells.run(tables[set], 0..<rows, cell, hidden, products: cells.products)
        #expect(cell.isIntact && hidden.isIntact)
        for row in 0..<rows {
          for unit in 0..<units {
            let expected = cells.expected(row, unit)
            if form == .lstm { #expect(abs(Double(cell[row * units + unit]) - expected.cell) <= 1e-6) }
            #expect(abs(Double(hidden[row * cells.hiddenStride + unit]) - expected.hidden) <= 2e-6)
          }
          for gap in units..<cells.hiddenStride { #expect(hidden[row * cells.hiddenStride + gap].isNaN) }
        }
        let splitCell = Guarded(cells.cell.values), split = Guarded(rows * cells.hiddenStride)
        let row = Int.random(in: 0...rows, using: &random)
        cells.run(tables[set], 0..<row, splitCell, split, products: cells.products)
        cells.run(tables[set], row..<rows, splitCell, split, products: cells.products)
        #expect(splitCell.bitPatterns == cell.bitPatterns && split.bitPatterns == hidden.bitPatterns)
      }
    }
  }

  /// They are written among the products; nothing else changes.
  @Test(arguments: instructionSets)
  func resetsAgreeWithTheirEquation(_ set: Int) {
    var random = generator("resets \(tables[set].name)")
    for units in 1...70 {
      let rows = Int.random(in: 1...5, using: &random)
      let cells = RandomCells(.gruReset, rows: rows, units: units, using: &random)
      let products = Guarded(cells.products.values), untouched = Guarded(cells.cell.values)
      cells.run(tables[set], 0..<rows, untouched, untouched, products: products)
      #expect(products.isIntact && untouched.bitPatterns == cells.cell.bitPatterns)
      for index in products.values.indices {
        let (row, unit) = (index / cells.productStride, index % cells.productStride - units)
        if (0..<units).contains(unit) {
          #expect(abs(Double(products[index]) - cells.expected(row, unit).hidden) <= 1e-6)
        } else {
          #expect(products[index].bitPattern == cells.products[index].bitPattern)
        }
      }
    }
  }

  @Test(arguments: instructionSets)
  func saturatedGatesAreExact(_ set: Int) {
    // A gate driven far to either side is 0 or 1, and no quotient of infinities.
    let units = 19
    let zeros = Guarded(4 * units, fill: 0)
    for (x, cell, hidden) in [
      (Float.infinity, Float(2), Float(tanh(2))), (-.infinity, 0, 0), (200, 2, Float(tanh(2))), (-200, 0, 0),
    ] {
      let projection = Guarded(4 * units, fill: x), cells = Guarded(units, fill: 1), y = Guarded(units)
      tables[set].gatedCells(
        GatedCells(
          form: .lstm, rows: 1, units: units, products: zeros.pointer, productStride: 4 * units, candidate: 3 * units,
          projection: projection.readOnly, projectionStride: 4 * units, bias: nil, previous: zeros.readOnly,
          previousStride: units, cell: cells.pointer, cellStride: units, hidden: y.pointer, hiddenStride: units))
      #expect(cells.values.allSatisfy { abs($0 - cell) < 1e-6 } && y.values.allSatisfy { abs($0 - hidden) < 1e-6 })
    }
  }
}
