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

extension PlanBuilder {
  /// The transform of every row along `axis`, cut or filled with zeros to `length`. Complex signals of single precision
  /// are computed in it, as NumPy does, whose rounding ONNX's tests hold; all others in float64.
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
    let isDouble = !isComplex || signal.type == .float64
    let x = try cast(signal, to: isDouble ? .float64 : .float32)
    var shape = x.shape
    shape[axis] = isOneSided && !isInverse ? length / 2 + 1 : length
    shape[last] = isInverse && isOneSided ? 1 : 2
    let result = try allocate(x.type, checked(shape))
    // The roots of unity and two rows.
    let work = try allocate(x.type, [3, length, 2])
    let rows = TransformedRows(
      x: x, result: result, work: work, axis: axis, length: length, isInverse: isInverse,
      mirrors: isInverse && isOneSided)
    emit("DFT", reads: [x], writes: [result, work]) { execution in
      if isDouble { rows.run(execution, as: Double.self) } else { rows.run(execution, as: Float.self) }
    }
    return try cast(result, to: signal.type)
  }
}

/// The rows of one transform.
private struct TransformedRows {
  let x: Operand
  let result: Operand
  let work: Operand
  let axis: Int
  let length: Int
  let isInverse: Bool
  /// Whether the input is half a spectrum, whose other half is its mirror image, and the result is real.
  let mirrors: Bool

  func run<Real: BinaryFloatingPoint>(_ execution: Execution, as _: Real.Type) {
    let last = x.rank - 1
    let loop = StridedLoop(
      x.selecting(axis: last, index: 0).selecting(axis: axis, index: 0).shape,
      result.selecting(axis: last, index: 0).selecting(axis: axis, index: 0),
      x.selecting(axis: last, index: 0).selecting(axis: axis, index: 0))
    let roots = execution.pointer(work, as: Real.self)
    for index in 0..<length {
      let angle = 2 * Double.pi * Double(index) / Double(length)
      roots[2 &* index] = Real(cos(angle))
      roots[2 &* index &+ 1] = Real(isInverse ? sin(angle) : -sin(angle))
    }
    let (from, to) = (execution.pointer(x, as: Real.self), execution.pointer(result, as: Real.self))
    let scale = Real(isInverse ? 1 / Double(length) : 1)
    loop.forEachRow { offset in
      for row in 0..<loop.count {
        let first = roots + 2 &* length
        fill(first, from + (offset[1] &+ row &* loop.stride[1]))
        let values = transform(first, first + 2 &* length, roots, length)
        let target = to + (offset[0] &+ row &* loop.stride[0])
        for index in 0..<result.shape[axis] {
          let place = target + index &* result.strides[axis]
          place[0] = values[2 &* index] * scale
          if !mirrors { place[1] = values[2 &* index &+ 1] * scale }
        }
      }
    }
  }

  private func fill<Real: BinaryFloatingPoint>(_ row: UnsafeMutablePointer<Real>, _ source: UnsafePointer<Real>) {
    let isComplex = x.shape[x.rank &- 1] == 2
    let used = min(x.shape[axis], mirrors ? length / 2 + 1 : length)
    for index in 0..<length {
      let isMirrored = mirrors && index >= used
      let place = isMirrored ? length &- index : index
      let value = source + place &* x.strides[axis]
      row[2 &* index] = place < used ? value[0] : 0
      let imaginary = isComplex && place < used ? value[x.strides[x.rank &- 1]] : 0
      row[2 &* index &+ 1] = isMirrored ? -imaginary : imaginary
    }
  }
}

/// Transforms `length` complex numbers, pairs in `x`, by Stockham's form of the algorithm of Cooley and Tukey, a pass for
/// each prime factor of the length; `y` is room for as many. `roots` holds e^(∓2πik / length).
/// - Returns: where the result is, `x` or `y`.
private func transform<Real: BinaryFloatingPoint>(
  _ x: UnsafeMutablePointer<Real>, _ y: UnsafeMutablePointer<Real>, _ roots: UnsafePointer<Real>, _ length: Int
) -> UnsafeMutablePointer<Real> {
  var (source, target) = (x, y)
  var (done, rest, radix) = (1, length, 2)
  while rest > 1 {
    while rest % radix != 0 { radix = radix &* radix > rest ? rest : radix &+ 1 }
    rest /= radix
    for group in 0..<done {
      for position in 0..<rest {
        butterfly(
          source + 2 &* (position &+ rest &* radix &* group), 2 &* rest,
          target + 2 &* (position &+ rest &* group), 2 &* rest &* done, radix, roots, length, position &* done)
      }
    }
    done *= radix
    swap(&source, &target)
  }
  return source
}

/// The transform of `radix` numbers of x, `xStep` apart, the k-th result turned by the root number `turn` · k. An odd
/// radix sums the numbers in pairs that are mirror images, whose roots are conjugate.
private func butterfly<Real: BinaryFloatingPoint>(
  _ x: UnsafePointer<Real>, _ xStep: Int, _ y: UnsafeMutablePointer<Real>, _ yStep: Int, _ radix: Int,
  _ roots: UnsafePointer<Real>, _ length: Int, _ turn: Int
) {
  func put(_ index: Int, _ real: Real, _ imaginary: Real) {
    let target = y + index &* yStep
    let root = roots + 2 &* (index &* turn % length)
    if index == 0 || turn == 0 {
      (target[0], target[1]) = (real, imaginary)
    } else {
      target[0] = real * root[0] - imaginary * root[1]
      target[1] = real * root[1] + imaginary * root[0]
    }
  }
  if radix == 2 {
    put(0, x[0] + x[xStep], x[1] + x[xStep &+ 1])
    put(1, x[0] - x[xStep], x[1] - x[xStep &+ 1])
    return
  }
  var (real, imaginary) = (x[0], x[1])
  for pair in 1...radix / 2 {
    let (a, b) = (x + pair &* xStep, x + (radix &- pair) &* xStep)
    real += a[0] + b[0]
    imaginary += a[1] + b[1]
  }
  put(0, real, imaginary)
  for index in 1...radix / 2 {
    var (evenReal, evenImaginary, oddReal, oddImaginary) = (x[0], x[1], Real(0), Real(0))
    for pair in 1...radix / 2 {
      let (a, b) = (x + pair &* xStep, x + (radix &- pair) &* xStep)
      let root = roots + 2 &* (index &* pair % radix &* (length / radix))
      evenReal += root[0] * (a[0] + b[0])
      evenImaginary += root[0] * (a[1] + b[1])
      oddReal -= root[1] * (a[1] - b[1])
      oddImaginary += root[1] * (a[0] - b[0])
    }
    put(index, evenReal + oddReal, evenImaginary + oddImaginary)
    put(radix &- index, evenReal - oddReal, evenImaginary - oddImaginary)
  }
}
