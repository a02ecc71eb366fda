import KernelTable
import Testing

/// A function, the arguments to try it on, and the error that its documentation promises: so many units in the last
/// place, or so much absolutely, whichever is met.
struct Promise: Sendable, CustomStringConvertible {
  var activation: Activation
  var range: ClosedRange<Float> = -20...20
  var units: Double
  var absolute: Double = 0

  var description: String { "\(activation.function)" }
}

private let promises = [
  Promise(activation: .identity, units: 0), Promise(activation: Activation(.relu), units: 0),
  Promise(activation: Activation(.leakyRelu, alpha: 0.1), units: 1),
  Promise(activation: Activation(.clip, alpha: -2, beta: 6), units: 0),
  Promise(activation: Activation(.sigmoid), range: -87...100, units: 4),
  Promise(activation: Activation(.tanh), range: -12...12, units: 3),
  Promise(activation: Activation(.hardSigmoid, alpha: 0.2, beta: 0.5), units: 2, absolute: 1e-7),
  Promise(activation: Activation(.hardSwish), units: 2, absolute: 6e-7),
  Promise(activation: Activation(.exp), range: -103...88.7, units: 1.5),
  Promise(activation: Activation(.log), range: 1e-30...50, units: 1),
  Promise(activation: Activation(.sqrt), range: 0...1e6, units: 1),
  Promise(activation: Activation(.reciprocal), range: 1e-6...1e6, units: 1),
  Promise(activation: Activation(.negate), units: 0), Promise(activation: Activation(.absolute), units: 0),
  Promise(activation: Activation(.elu, alpha: 1), units: 1),
  Promise(activation: Activation(.selu, alpha: 1.673_263_2, beta: 1.050_701), units: 5),
  Promise(activation: Activation(.softplus), range: -80...80, units: 3),
  Promise(activation: Activation(.softsign), units: 2),
  Promise(activation: Activation(.erf), range: -6...6, units: 8),
  Promise(activation: Activation(.gelu), range: -8...8, units: 6, absolute: 1.3e-6),
  Promise(activation: Activation(.geluTanh), range: -8...8, units: 6, absolute: 1.3e-6),
  Promise(activation: Activation(.affine, alpha: 2, beta: 0.25), units: 1, absolute: 1e-7),
  Promise(activation: Activation(.scaledTanh, alpha: 1.7159, beta: 0.6667), units: 6),
  Promise(activation: Activation(.thresholdedRelu, alpha: 1), units: 0),
  Promise(activation: Activation(.swish, alpha: 1), range: -80...80, units: 4),
  Promise(activation: Activation(.mish), range: -80...80, units: 5),
  Promise(activation: Activation(.floor), range: -1e3...1e3, units: 0),
  Promise(activation: Activation(.ceil), range: -1e3...1e3, units: 0),
  Promise(activation: Activation(.round), range: -1e3...1e3, units: 0),
  Promise(activation: Activation(.sin), units: 1), Promise(activation: Activation(.cos), units: 1),
  Promise(activation: Activation(.square), units: 1),
  Promise(activation: Activation(.reciprocalSqrt), range: 1e-6...1e6, units: 2),
  Promise(activation: Activation(.sign), units: 0),
]

private let specials: [Float] = [
  .nan, .infinity, -.infinity, 0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.5, .leastNonzeroMagnitude, .leastNormalMagnitude,
  .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 8_388_607.5, 8_388_608, -8_388_607.5, 1e-5, -1e-5, 88.8, -104,
  -103.5, -87.5, 9, -9, 8.99,
]

@Suite struct UnaryTests {
  @Test(arguments: instructionSets, promises)
  func staysWithinItsError(_ set: Int, _ promise: Promise) {
    var random = generator("\(promise) \(tables[set].name)")
    var x = (0..<40_000).map { _ in Float.random(in: promise.range, using: &random) }
    for i in 0..<4000 { x[i] *= 1e-3 }
    let clipped = x.map { min(max($0, promise.range.lowerBound), promise.range.upperBound) }
    let input = Guarded(clipped), output = Guarded(clipped.count)
    tables[set].unary(promise.activation, input.readOnly, output.pointer, clipped.count)
    #expect(output.isIntact)
    var worst = 0.0, worstAbsolute = 0.0
    var broken: Float?
    for i in clipped.indices {
      let reference = exact(promise.activation, Double(clipped[i]))
      let units = unitsInLastPlace(output[i], reference), difference = abs(Double(output[i]) - reference)
      worst = max(worst, units)
      worstAbsolute = max(worstAbsolute, difference)
      if !(units <= promise.units || difference <= promise.absolute) { broken = clipped[i] }
    }
    print("\(promise) \(tables[set].name): at most \(worst) ulp, \(worstAbsolute)")
    #expect(broken == nil)
  }

  /// Infinities, NaN, zeros, denormals and the edges of ranges give what the real function tends to.
  @Test(arguments: instructionSets, promises)
  func extremesAreRight(_ set: Int, _ promise: Promise) {
    let input = Guarded(specials), output = Guarded(specials.count)
    tables[set].unary(promise.activation, input.readOnly, output.pointer, specials.count)
    for i in specials.indices {
      let reference = exact(promise.activation, Double(specials[i])), rounded = Float(reference)
      let close =
        rounded.isFinite
        ? abs(output[i] - rounded) <= max(1e-6, abs(rounded) * 1e-6)
        : rounded.isNaN ? output[i].isNaN : output[i] == rounded
      #expect(close, "\(promise.activation.function)(\(specials[i])) = \(output[i]), not \(rounded)")
    }
  }

  /// Every length and every position gives the same bits, in place too.
  @Test(arguments: instructionSets, promises)
  func doesNotDependOnThePosition(_ set: Int, _ promise: Promise) {
    var random = generator("position \(promise) \(tables[set].name)")
    let input = Guarded(random: 67, in: promise.range, using: &random), whole = Guarded(67)
    tables[set].unary(promise.activation, input.readOnly, whole.pointer, 67)
    for count in 0...40 {
      let start = Int.random(in: 0...(67 - count), using: &random)
      let part = Guarded((0..<count).map { input[start + $0] })
      tables[set].unary(promise.activation, part.readOnly, part.pointer, count)
      #expect(part.isIntact)
      #expect(part.bitPatterns == (0..<count).map { whole[start + $0].bitPattern })
    }
  }
}
