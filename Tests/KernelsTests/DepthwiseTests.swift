import KernelTable
import Testing

@Suite struct DepthwiseTests {
  @Test(arguments: instructionSets)
  func agreesWithPlainLoopAndStaysInside(_ set: Int) {
    var random = generator("depthwise \(tables[set].name)")
    let activations = [Activation.identity, Activation(.relu), Activation(.hardSwish), Activation(.sigmoid)]
    for trial in 0..<150 {
      let channels = Int.random(in: 1...70, using: &random)
      let kernelHeight = [1, 3, 5][trial % 3], kernelWidth = [3, 3, 5, 1, 2][trial % 5]
      let stride = Int.random(in: 1...3, using: &random), dilation = Int.random(in: 1...2, using: &random)
      let padLeft = Int.random(in: 0...4, using: &random), inputWidth = Int.random(in: 1...40, using: &random)
      let outputWidth = Int.random(in: 1...30, using: &random)
      let activation = activations[trial % activations.count]
      let input = (0..<kernelHeight).map { _ in Guarded(random: inputWidth * channels, using: &random) }
      let present = (0..<kernelHeight).map { _ in Int.random(in: 0...4, using: &random) > 0 }
      let weights = Guarded(random: kernelHeight * kernelWidth * channels, using: &random)
      let bias = trial % 4 == 0 ? nil : Guarded(random: channels, using: &random)
      let y = Guarded(outputWidth * channels)
      let rows = (0..<kernelHeight).map { present[$0] ? input[$0].readOnly : nil }
      rows.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return }
        tables[set].depthwiseRow(
          DepthwiseRow(
            channels: channels, outputWidth: outputWidth, inputWidth: inputWidth, kernelHeight: kernelHeight,
            kernelWidth: kernelWidth, strideX: stride, dilationX: dilation, padLeft: padLeft, rows: base,
            weights: weights.readOnly, bias: bias?.readOnly, y: y.pointer, activation: activation))
      }
      #expect(y.isIntact)
      var worst = 0.0
      for x in 0..<outputWidth {
        for c in 0..<channels {
          var sum = Double(bias?[c] ?? 0)
          for ky in 0..<kernelHeight where present[ky] {
            for kx in 0..<kernelWidth {
              let column = x * stride + kx * dilation - padLeft
              if column < 0 || column >= inputWidth { continue }
              let weight = weights[(ky * kernelWidth + kx) * channels + c]
              sum += Double(input[ky][column * channels + c]) * Double(weight)
            }
          }
          let difference = abs(Double(y[x * channels + c]) - exact(activation, sum))
          worst = difference.isNaN ? .infinity : max(worst, difference)
        }
      }
      #expect(worst <= 4e-6, "trial \(trial): \(channels) channels, \(kernelHeight)×\(kernelWidth), width \(inputWidth)")
    }
  }
}
