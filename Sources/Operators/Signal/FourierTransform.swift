import CSystem
import Graphs
import Plans
import Tensors

/// DFT of signals `[…, 1]` (real) or `[…, 2]` (complex) along one axis. The axis is an attribute in operator sets 17
/// to 19, an input from 20 on. One-sided, a real signal's first half of the spectrum, or the signal from that half.
final class FourierTransform: Operator {
  private let isInverse: Bool
  private let isOneSided: Bool
  private let axis: Int

  override init(_ node: Node) throws(Failure) {
    isInverse = try node.flag("inverse")
    isOneSided = try node.flag("onesided")
    axis = node.opset < 20 ? try node.int("axis", default: 1) : -2
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0, ranks: 2...maximumRank)
    var axis = self.axis
    if let input = inputs.optional(2) { axis = try builder.integer(input, "the axis") }
    axis = try normalize(axis: axis, rank: x.rank)
    guard axis < x.rank - 1 else { throw Failure(.invalidInput, "axis \(axis) is that of real and imaginary parts") }
    var length = isInverse && isOneSided ? 2 * (x.shape[axis] - 1) : x.shape[axis]
    if let input = inputs.optional(1) { length = try builder.integer(input, "the length") }
    return [
      try builder.fourierTransform(x, axis: axis, length: length, isInverse: isInverse, isOneSided: isOneSided)
    ]
  }
}

private typealias Complex = SIMD2<Double>

extension PlanBuilder {
  /// The transform of every row along `axis`, cut or filled with zeros to `length`; computed in float64.
  func fourierTransform(
    _ signal: Operand, axis: Int, length: Int, isInverse: Bool = false, isOneSided: Bool
  ) throws(Failure) -> Operand {
    let last = signal.rank - 1
    let isComplex = signal.shape[last] == 2
    guard isComplex ? isInverse || !isOneSided : signal.shape[last] == 1, length > 0 else {
      let kind = isInverse || !isOneSided ? "real or complex" : "real"
      throw Failure(
        .invalidInput, "no transform of length \(length) of shape \(describe(signal.shape)), expected \(kind) signals")
    }
    let mirrors = isInverse && isOneSided
    let kept = isOneSided && !isInverse ? length / 2 + 1 : length
    let x = try cast(signal, to: .float64)
    var shape = x.shape
    shape[axis] = kept
    shape[last] = mirrors ? 1 : 2
    let result = try allocate(.float64, checked(shape))
    // The roots of unity, a row before and after, and one butterfly.
    let work = try allocate(.float64, [4, length, 2])
    let rows = StridedLoop(
      x.selecting(axis: last, index: 0).selecting(axis: axis, index: 0).shape,
      result.selecting(axis: last, index: 0).selecting(axis: axis, index: 0),
      x.selecting(axis: last, index: 0).selecting(axis: axis, index: 0))
    let (step, stride, next) = (x.strides[axis], result.strides[axis], isComplex ? x.strides[last] : 0)
    let used = min(x.shape[axis], mirrors ? length / 2 + 1 : length)
    emit("DFT", reads: [x], writes: [result, work]) { execution in
      let roots = execution.pointer(work, as: Complex.self)
      for index in 0..<length {
        let angle = 2 * Double.pi * Double(index) / Double(length)
        roots[index] = Complex(cos(angle), isInverse ? sin(angle) : -sin(angle))
      }
      let (from, to) = (execution.pointer(x, as: Double.self), execution.pointer(result, as: Double.self))
      rows.forEachRow { offset in
        for row in 0..<rows.count {
          let source = from + (offset[1] &+ row &* rows.stride[1])
          let target = to + (offset[0] &+ row &* rows.stride[0])
          let input = roots + length
          for index in 0..<length {
            // The other half of a one-sided spectrum is its mirror image.
            let isMirrored = mirrors && index >= used
            let place = isMirrored ? length &- index : index
            input[index] = Complex()
            if place < used {
              let imaginary = isComplex ? source[place &* step &+ next] : 0
              input[index] = Complex(source[place &* step], isMirrored ? -imaginary : imaginary)
            }
          }
          transform(input, 1, to: input + length, count: length, roots, scratch: input + 2 &* length)
          for index in 0..<kept {
            let value = input[length &+ index] / (isInverse ? Double(length) : 1)
            target[index &* stride] = value[0]
            if !mirrors { target[index &* stride &+ 1] = value[1] }
          }
        }
      }
    }
    return try cast(result, to: signal.type)
  }
}

/// Transforms `count` elements of x, `step` apart, by Cooley and Tukey's algorithm: each costs the sum of the length's
/// prime factors. The length is `count` times `step`; `roots` holds its e^(∓2πik / length).
private func transform(
  _ x: UnsafePointer<Complex>, _ step: Int, to y: UnsafeMutablePointer<Complex>, count: Int,
  _ roots: UnsafePointer<Complex>, scratch: UnsafeMutablePointer<Complex>
) {
  if count == 1 {
    y[0] = x[0]
    return
  }
  var radix = 2
  while count % radix != 0 { radix = radix &* radix > count ? count : radix &+ 1 }
  let part = count / radix
  for index in 0..<radix {
    transform(x + index &* step, step &* radix, to: y + index &* part, count: part, roots, scratch: scratch)
  }
  let length = count &* step
  for position in 0..<part {
    for index in 0..<radix {
      scratch[index] = product(y[position &+ index &* part], roots[position &* index &* step])
    }
    for index in 0..<radix {
      var sum = scratch[0]
      var place = 0
      for term in 1..<radix {
        place = (place &+ index &* (length / radix)) % length
        sum += product(scratch[term], roots[place])
      }
      y[position &+ index &* part] = sum
    }
  }
}

private func product(_ a: Complex, _ b: Complex) -> Complex {
  Complex(a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0])
}
