import KernelTable
import Testing

/// One product with its operands, in guarded memory.
private struct Problem {
  var rows: Int
  var columns: Int
  var depth: Int
  var activation: Activation
  var accumulate: Bool
  let a, b, bias, addend, start: Guarded
  let aStride, cStride, addendStride, panelStride: Int
  let hasBias, hasAddend: Bool

  init(rows: Int, columns: Int, depth: Int, activation: Activation, using random: inout Generator) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
    self.activation = activation
    accumulate = Bool.random(using: &random)
    hasBias = Bool.random(using: &random)
    hasAddend = Bool.random(using: &random)
    aStride = depth + Int.random(in: 0...3, using: &random)
    cStride = columns + Int.random(in: 0...3, using: &random)
    addendStride = columns + Int.random(in: 0...3, using: &random)
    panelStride = 16 * (depth + Int.random(in: 0...2, using: &random))
    let panels = (columns + 15) / 16
    a = Guarded(random: max(0, (rows - 1) * aStride + depth), using: &random)
    b = Guarded(random: panels * panelStride, using: &random)
    for p in 0..<panels {
      for k in 0..<depth {
        for j in 0..<16 where p * 16 + j >= columns { b[p * panelStride + k * 16 + j] = 0 }
      }
    }
    bias = Guarded(random: columns, using: &random)
    addend = Guarded(random: (rows - 1) * addendStride + columns, using: &random)
    start = Guarded(random: (rows - 1) * cStride + columns, using: &random)
  }

  /// C after a product of `rows` rows from `first` on and of `depth` steps from `step` on.
  func run(_ table: KernelTable, on c: Guarded, rows: Range<Int>, steps: Range<Int>) {
    let last = steps.upperBound == depth
    table.gemm(
      Gemm(
        rows: rows.count, columns: columns, depth: steps.count,
        a: a.readOnly + (rows.lowerBound * aStride + steps.lowerBound), aStride: aStride,
        b: b.readOnly + 16 * steps.lowerBound, panelStride: panelStride,
        c: c.pointer + rows.lowerBound * cStride, cStride: cStride,
        accumulate: accumulate || steps.lowerBound > 0, bias: hasBias && last ? bias.readOnly : nil,
        addend: hasAddend && last ? addend.readOnly + rows.lowerBound * addendStride : nil,
        addendStride: addendStride, activation: last ? activation : .identity))
  }

  func whole(_ table: KernelTable) -> Guarded {
    let c = Guarded(start.values)
    run(table, on: c, rows: 0..<rows, steps: 0..<depth)
    return c
  }

  /// The plain sum and a bound of its error.
  func reference(_ i: Int, _ j: Int) -> (value: Double, tolerance: Double) {
    var sum = accumulate ? Double(start[i * cStride + j]) : 0
    var size = abs(sum) + 2
    for k in 0..<depth {
      let product = Double(a[i * aStride + k]) * Double(b[(j / 16) * panelStride + k * 16 + j % 16])
      sum += product
      size += abs(product)
    }
    if hasBias { sum += Double(bias[j]) }
    if hasAddend { sum += Double(addend[i * addendStride + j]) }
    return (exact(activation, sum), size * Double(depth + 4) * 6e-8 + 1e-6)
  }
}

private let activations = [
  Activation.identity, Activation(.relu), Activation(.leakyRelu, alpha: 0.1), Activation(.clip, alpha: -0.5, beta: 0.7),
  Activation(.hardSwish), Activation(.hardSigmoid, alpha: 0.2, beta: 0.5), Activation(.affine, alpha: 0.5, beta: 2),
  Activation(.tanh), Activation(.sigmoid), Activation(.gelu),
]

@Suite struct GemmTests {
  @Test(arguments: instructionSets)
  func agreesWithPlainLoopAndStaysInside(_ set: Int) {
    var random = generator("gemm \(tables[set].name)")
    for trial in 0..<220 {
      let rows = trial < 40 ? trial / 2 + 1 : Int.random(in: 1...30, using: &random)
      let problem = Problem(
        rows: rows, columns: Int.random(in: 1...150, using: &random), depth: Int.random(in: 0...40, using: &random),
        activation: activations[trial % activations.count], using: &random)
      let c = problem.whole(tables[set])
      #expect(c.isIntact)
      var wrong = 0
      for i in 0..<problem.rows {
        for j in 0..<problem.columns {
          let (value, tolerance) = problem.reference(i, j)
          if !(abs(Double(c[i * problem.cStride + j]) - value) <= tolerance) { wrong += 1 }
        }
        // The gap between two rows belongs to somebody else.
        if i + 1 < problem.rows {
          for j in problem.columns..<problem.cStride {
            let place = i * problem.cStride + j
            if c[place] != problem.start[place] { wrong += 1 }
          }
        }
      }
      #expect(wrong == 0, "\(problem.rows)×\(problem.columns)×\(problem.depth) \(problem.activation.function)")
    }
  }

  /// What the engine's determinism rests on: however rows and depth are split, every bit is the same.
  @Test(arguments: instructionSets)
  func doesNotDependOnTheSplit(_ set: Int) {
    var random = generator("gemm split \(tables[set].name)")
    for trial in 0..<60 {
      let problem = Problem(
        rows: Int.random(in: 1...40, using: &random), columns: Int.random(in: 1...150, using: &random),
        depth: Int.random(in: 2...60, using: &random), activation: activations[trial % activations.count],
        using: &random)
      let whole = problem.whole(tables[set])
      let split = Guarded(problem.start.values)
      var row = 0
      while row < problem.rows {
        let end = min(problem.rows, row + Int.random(in: 1...13, using: &random))
        let step = Int.random(in: 0...problem.depth, using: &random)
        if step > 0 && step < problem.depth {
          problem.run(tables[set], on: split, rows: row..<end, steps: 0..<step)
          problem.run(tables[set], on: split, rows: row..<end, steps: step..<problem.depth)
        } else {
          problem.run(tables[set], on: split, rows: row..<end, steps: 0..<problem.depth)
        }
        row = end
      }
      #expect(split.bitPatterns == whole.bitPatterns, "\(problem.rows)×\(problem.columns)×\(problem.depth)")
    }
  }

  /// Fusing an activation gives the same bits as applying it afterwards.
  @Test(arguments: instructionSets)
  func fusedActivationIsTheUnaryFunction(_ set: Int) {
    var random = generator("gemm activation \(tables[set].name)")
    for activation in activations {
      var problem = Problem(rows: 17, columns: 53, depth: 9, activation: activation, using: &random)
      let fused = problem.whole(tables[set])
      problem.activation = .identity
      let c = problem.whole(tables[set])
      for i in 0..<problem.rows {
        let row = c.pointer + i * problem.cStride
        tables[set].unary(activation, row, row, problem.columns)
      }
      #expect(fused.bitPatterns == c.bitPatterns, "\(activation.function)")
    }
  }
}
