import KernelTable
import Testing

@Suite struct WinogradTests {
  /// The three transforms and the products between them, against the definition of convolution.
  @Test(arguments: instructionSets)
  func agreesWithPlainLoopAndStaysInside(_ set: Int) {
    guard tables[set].hasWinograd else { return }
    var random = generator("winograd \(tables[set].name)")
    let sides = [WinogradSide.one, .two, .four]
    let activations = [Activation.identity, Activation(.relu), Activation(.hardSwish)]
    for trial in 0..<60 {
      let vertical = sides[trial % 3], horizontal = sides[1 + trial / 3 % 2]
      let padTop = vertical == .one ? 0 : Int.random(in: 0...2, using: &random)
      let padLeft = Int.random(in: 0...2, using: &random)
      let inputHeight = Int.random(in: 3...11, using: &random), inputWidth = Int.random(in: 3...20, using: &random)
      let outputHeight = inputHeight + padTop - vertical.taps + 1, outputWidth = inputWidth + padLeft - 2
      guard outputHeight > 0, outputWidth > 0 else { continue }
      let tiles = WinogradTiles(
        vertical: vertical, horizontal: horizontal, inputHeight: inputHeight, inputWidth: inputWidth,
        outputHeight: outputHeight, outputWidth: outputWidth, padTop: padTop, padLeft: padLeft,
        inputChannels: 16 * Int.random(in: 1...3, using: &random),
        outputChannels: 16 * Int.random(in: 1...3, using: &random))
      let batch = Int.random(in: 1...2, using: &random)
      let (inputs, outputs) = (tiles.inputChannels, tiles.outputChannels)
      let taps = vertical.taps * horizontal.taps
      let x = Guarded(random: batch * inputHeight * inputWidth * inputs, using: &random)
      // [taps][inputs][outputs]
      let weights = Guarded(random: taps * inputs * outputs, using: &random)
      let bias = trial % 4 == 0 ? nil : Guarded(random: outputs, using: &random)
      let activation = activations[trial % activations.count]
      let addend =
        trial % 3 > 0 ? nil : Guarded(random: batch * outputHeight * outputWidth * outputs, using: &random)
      let y = run(tables[set], tiles, batch: batch, x, weights, bias, addend, activation)
      #expect(y.isIntact)
      var worst = 0.0
      for image in 0..<batch {
        for row in 0..<outputHeight {
          for column in 0..<outputWidth {
            for output in 0..<outputs {
              var sum = Double(bias?[output] ?? 0)
              for tap in 0..<taps {
                let inRow = row + tap / horizontal.taps - padTop, inColumn = column + tap % horizontal.taps - padLeft
                guard (0..<inputHeight).contains(inRow), (0..<inputWidth).contains(inColumn) else { continue }
                for input in 0..<inputs {
                  sum +=
                    Double(x[((image * inputHeight + inRow) * inputWidth + inColumn) * inputs + input])
                    * Double(weights[(tap * inputs + input) * outputs + output])
                }
              }
              let index = ((image * outputHeight + row) * outputWidth + column) * outputs + output
              sum += Double(addend?[index] ?? 0)
              let difference = abs(Double(y[index]) - exact(activation, sum))
              worst = difference.isNaN ? .infinity : max(worst, difference)
            }
          }
        }
      }
      #expect(worst <= 6e-5, "trial \(trial): \(vertical)×\(horizontal), \(inputs) to \(outputs) channels")
    }
  }

  private func run(
    _ table: KernelTable, _ tiles: WinogradTiles, batch: Int, _ x: Guarded, _ weights: Guarded, _ bias: Guarded?,
    _ addend: Guarded?, _ activation: Activation
  ) -> Guarded {
    let (inputs, outputs) = (tiles.inputChannels, tiles.outputChannels)
    let count = batch * tiles.down * tiles.across
    let points = Guarded(tiles.points * inputs * outputs)
    table.winogradWeights(
      WinogradWeights(
        vertical: tiles.vertical, horizontal: tiles.horizontal, count: inputs * outputs, taps: weights.readOnly,
        tapStride: inputs * outputs, points: points.pointer, pointStride: inputs * outputs))
    let before = Guarded(tiles.points * count * inputs), after = Guarded(tiles.points * count * outputs)
    let spare = Guarded(max(inputs, outputs))
    // In two parts, as threads share them.
    for (first, part) in [(0, count / 2), (count / 2, count - count / 2)] {
      table.winogradInput(
        WinogradBlock(
          tiles: tiles, first: first, count: part, image: x.pointer, points: before.pointer + first * inputs,
          pointStride: count * inputs, tileStride: inputs, spare: spare.pointer))
    }
    for point in 0..<tiles.points {
      for tile in 0..<count {
        for output in 0..<outputs {
          var sum: Float = 0
          for input in 0..<inputs {
            sum +=
              before[(point * count + tile) * inputs + input] * points[(point * inputs + input) * outputs + output]
          }
          after[(point * count + tile) * outputs + output] = sum
        }
      }
    }
    let y = Guarded(batch * tiles.outputHeight * tiles.outputWidth * outputs)
    for (first, part) in [(0, count / 2), (count / 2, count - count / 2)] {
      table.winogradOutput(
        WinogradBlock(
          tiles: tiles, first: first, count: part, image: y.pointer, points: after.pointer + first * outputs,
          pointStride: count * outputs, tileStride: outputs, spare: spare.pointer, bias: bias?.readOnly,
          addend: addend?.readOnly, activation: activation))
    }
    #expect(points.isIntact && before.isIntact && after.isIntact && spare.isIntact)
    return y
  }
}
