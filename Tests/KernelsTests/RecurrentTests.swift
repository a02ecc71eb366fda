import CSystem
import KernelTable
import Testing

private func sigmoid(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }

@Suite struct RecurrentTests {
  @Test(arguments: instructionSets)
  func lstmAgreesWithItsEquations(_ set: Int) {
    var random = generator("lstm \(tables[set].name)")
    for units in 1...70 {
      let gates = (0..<4).map { _ in Guarded(random: units, in: -8...8, using: &random) }
      let cell = Guarded(random: units, in: -2...2, using: &random), before = cell.values
      let hidden = Guarded(units)
      func step(_ start: Int, _ count: Int, _ cell: Guarded, _ hidden: Guarded) {
        tables[set].lstmCell(
          LSTMCell(
            units: count, input: gates[0].readOnly + start, output: gates[1].readOnly + start,
            forget: gates[2].readOnly + start, candidate: gates[3].readOnly + start, cell: cell.pointer + start,
            hidden: hidden.pointer + start))
      }
      step(0, units, cell, hidden)
      #expect(cell.isIntact && hidden.isIntact)
      for i in 0..<units {
        let c = sigmoid(gates[2][i]) * Double(before[i]) + sigmoid(gates[0][i]) * tanh(Double(gates[3][i]))
        #expect(abs(Double(cell[i]) - c) <= 6e-7)
        #expect(abs(Double(hidden[i]) - sigmoid(gates[1][i]) * tanh(c)) <= 6e-7)
      }
      let split = Guarded(before), splitHidden = Guarded(units)
      let first = Int.random(in: 0...units, using: &random)
      step(0, first, split, splitHidden)
      step(first, units - first, split, splitHidden)
      #expect(split.bitPatterns == cell.bitPatterns && splitHidden.bitPatterns == hidden.bitPatterns)
    }
  }

  @Test(arguments: instructionSets)
  func gruAgreesWithItsEquations(_ set: Int) {
    var random = generator("gru \(tables[set].name)")
    for units in 1...70 {
      let gates = (0..<6).map { _ in Guarded(random: units, in: -6...6, using: &random) }
      let previous = Guarded(random: units, using: &random), hidden = Guarded(units)
      func step(_ start: Int, _ count: Int, _ previous: Guarded, _ hidden: Guarded) {
        tables[set].gruCell(
          GRUCell(
            units: count, inputUpdate: gates[0].readOnly + start, inputReset: gates[1].readOnly + start,
            inputCandidate: gates[2].readOnly + start, hiddenUpdate: gates[3].readOnly + start,
            hiddenReset: gates[4].readOnly + start, hiddenCandidate: gates[5].readOnly + start,
            previous: previous.readOnly + start, hidden: hidden.pointer + start))
      }
      step(0, units, previous, hidden)
      #expect(hidden.isIntact)
      for i in 0..<units {
        let z = 1 / (1 + exp(-(Double(gates[0][i]) + Double(gates[3][i]))))
        let r = 1 / (1 + exp(-(Double(gates[1][i]) + Double(gates[4][i]))))
        let n = tanh(Double(gates[2][i]) + r * Double(gates[5][i]))
        #expect(abs(Double(hidden[i]) - ((1 - z) * n + z * Double(previous[i]))) <= 2e-6)
      }
      let inPlace = Guarded(previous.values)
      let first = Int.random(in: 0...units, using: &random)
      step(0, first, inPlace, inPlace)
      step(first, units - first, inPlace, inPlace)
      #expect(inPlace.bitPatterns == hidden.bitPatterns)
    }
  }
}
