import KernelTable
import Testing

@Suite struct WindowsTests {
  @Test(arguments: instructionSets)
  func agreesWithPlainLoopAndStaysInside(_ set: Int) {
    var random = generator("windows \(tables[set].name)")
    let activations = [Activation.identity, Activation(.relu), Activation(.hardSwish), Activation(.sigmoid)]
    let functions = [WindowFunction.weighted, .maximum, .weighted, .sum]
    for trial in 0..<200 {
      let channels = Int.random(in: 1...70, using: &random)
      // Some of the channels of larger positions.
      let (inputStride, outputStride) = (channels + Int.random(in: 0...5, using: &random), channels + trial % 3)
      let height = Int.random(in: 1...7, using: &random), width = Int.random(in: 1...40, using: &random)
      let input = Guarded(random: height * width * inputStride, using: &random)
      let (kernelHeight, kernelWidth) = ([1, 2, 3, 5][trial % 4], [3, 3, 5, 1, 2][trial % 5])
      let weights = Guarded(random: kernelHeight * kernelWidth * channels, using: &random)
      let start = trial % 4 == 0 ? nil : Guarded(random: channels, using: &random)
      let (outputHeight, outputWidth) = (Int.random(in: 1...5, using: &random), Int.random(in: 1...30, using: &random))
      let y = Guarded(outputHeight * outputWidth * outputStride)
      var call = Windows(
        functions[trial % functions.count], channels: channels, height: height, width: width, input: input.readOnly,
        inputStride: inputStride, output: y.pointer)
      (call.kernelHeight, call.kernelWidth) = (kernelHeight, kernelWidth)
      (call.outputHeight, call.outputWidth, call.outputStride) = (outputHeight, outputWidth, outputStride)
      if trial % 3 > 0 { call.strideX = Int.random(in: 1...3, using: &random) }
      call.strideY = Int.random(in: 1...3, using: &random)
      if trial % 5 > 2 {
        call.dilationY = Int.random(in: 1...3, using: &random)
        call.dilationX = Int.random(in: 1...2, using: &random)
      }
      (call.padTop, call.padLeft) = (Int.random(in: 0...4, using: &random), Int.random(in: 0...4, using: &random))
      (call.weights, call.start) = (weights.readOnly, start?.readOnly)
      call.activation = activations[trial / 4 % activations.count]
      tables[set].windows(call)
      #expect(y.isIntact)
      var worst = 0.0
      for row in 0..<outputHeight {
        for column in 0..<outputWidth {
          for c in 0..<channels {
            var result = start.map { Double($0[c]) } ?? (call.function == .maximum ? -.infinity : 0)
            for ky in 0..<kernelHeight {
              for kx in 0..<kernelWidth {
                let inRow = row * call.strideY + ky * call.dilationY - call.padTop
                let inColumn = column * call.strideX + kx * call.dilationX - call.padLeft
                guard (0..<height).contains(inRow), (0..<width).contains(inColumn) else { continue }
                let x = Double(input[(inRow * width + inColumn) * inputStride + c])
                switch call.function {
                case .weighted: result += x * Double(weights[(ky * kernelWidth + kx) * channels + c])
                case .sum: result += x
                case .maximum: result = max(result, x)
                }
              }
            }
            let expected = exact(call.activation, result)
            let found = Double(y[(row * outputWidth + column) * outputStride + c])
            let difference = found == expected ? 0 : abs(found - expected)
            worst = difference.isNaN ? .infinity : max(worst, difference)
          }
        }
      }
      #expect(
        worst <= 6e-6,
        "trial \(trial): \(call.function), \(channels) channels, \(kernelHeight)×\(kernelWidth), \(height)×\(width)")
    }
  }
}
