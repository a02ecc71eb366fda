import CSystem
import KernelTable
import Testing

@Suite struct RowTests {
  @Test(arguments: instructionSets)
  func binaryAgreesWithPlainLoop(_ set: Int) {
    var random = generator("binary \(tables[set].name)")
    for count in 0...70 {
      for function in [BinaryFunction.add, .subtract, .multiply, .divide, .maximum, .minimum] {
        let a = Guarded(random: count + 1, using: &random), b = Guarded(random: count + 1, using: &random)
        if count > 3 {
          a[1] = .nan
          b[2] = .nan
        }
        let aStride = Int.random(in: 0...1, using: &random), bStride = Int.random(in: 0...1, using: &random)
        let y = Guarded(count)
        tables[set].binary(function, a.readOnly, aStride, b.readOnly, bStride, y.pointer, count)
        #expect(y.isIntact)
        for i in 0..<count {
          let l = a[i * aStride], r = b[i * bStride]
          let expected: Float =
            switch function {
            case .add: l + r
            case .subtract: l - r
            case .multiply: l * r
            case .divide: l / r
            case .maximum: l.isNaN || r.isNaN ? .nan : Swift.max(l, r)
            case .minimum: l.isNaN || r.isNaN ? .nan : Swift.min(l, r)
            }
          #expect(y[i] == expected || (y[i].isNaN && expected.isNaN))
        }
      }
    }
  }

  @Test(arguments: instructionSets)
  func binaryMayOverwriteAnOperand(_ set: Int) {
    var random = generator("binary in place \(tables[set].name)")
    for count in [1, 5, 16, 37] {
      let a = Guarded(random: count, using: &random), b = Guarded(random: count, using: &random)
      let apart = Guarded(count), first = Guarded(b.values)
      tables[set].binary(.subtract, a.readOnly, 1, b.readOnly, 0, apart.pointer, count)
      tables[set].binary(.subtract, a.readOnly, 1, first.readOnly, 0, first.pointer, count)
      #expect(apart.bitPatterns == first.bitPatterns)
    }
  }

  @Test(arguments: instructionSets)
  func reductionsAgreeWithPlainLoop(_ set: Int) {
    var random = generator("reductions \(tables[set].name)")
    let table = tables[set]
    for count in 0...200 {
      let x = Guarded(random: count, using: &random)
      let exactSum = x.values.reduce(0.0) { $0 + Double($1) }
      #expect(abs(Double(table.sum(x.readOnly, count)) - exactSum) <= 1e-5)
      #expect(table.maximum(x.readOnly, count) == x.values.max() ?? -.infinity)
      #expect(table.minimum(x.readOnly, count) == x.values.min() ?? .infinity)
      if count > 0 {
        x[Int.random(in: 0..<count, using: &random)] = .nan
        #expect(table.maximum(x.readOnly, count).isNaN)
        #expect(table.minimum(x.readOnly, count).isNaN)
        #expect(table.sum(x.readOnly, count).isNaN)
      }
    }
  }

  @Test(arguments: instructionSets)
  func softmaxAgreesWithPlainLoop(_ set: Int) {
    var random = generator("softmax \(tables[set].name)")
    for count in 1...120 {
      let x = Guarded(random: count, in: -30...30, using: &random)
      if count % 7 == 0 { x[0] = -.infinity }
      let peak = Double(x.values.max() ?? 0)
      let sum = x.values.reduce(0.0) { $0 + exp(Double($1) - peak) }
      for logarithm in [false, true] {
        let y = Guarded(count), inPlace = Guarded(x.values)
        tables[set].softmax(x.readOnly, y.pointer, count, logarithm)
        tables[set].softmax(inPlace.readOnly, inPlace.pointer, count, logarithm)
        #expect(y.isIntact && inPlace.isIntact)
        #expect(y.bitPatterns == inPlace.bitPatterns)
        for i in 0..<count {
          let shifted = Double(x[i]) - peak
          if logarithm {
            let expected = shifted - log(sum)
            #expect(expected == -.infinity ? y[i] == -.infinity : abs(Double(y[i]) - expected) <= 1e-5)
          } else {
            #expect(abs(Double(y[i]) - exp(shifted) / sum) <= 5e-7)
          }
        }
      }
    }
  }

  @Test(arguments: instructionSets)
  func softmaxOfExtremes(_ set: Int) {
    let large = Guarded([1e30, 1e30, -1e30, 0])
    tables[set].softmax(large.readOnly, large.pointer, 4, false)
    #expect(large.values == [0.5, 0.5, 0, 0])
    let undefined = Guarded([1, .nan, 2])
    tables[set].softmax(undefined.readOnly, undefined.pointer, 3, false)
    #expect(undefined.values.allSatisfy { $0.isNaN })
    let empty = Guarded(0)
    tables[set].softmax(empty.readOnly, empty.pointer, 0, true)
    #expect(empty.isIntact)
  }
}
