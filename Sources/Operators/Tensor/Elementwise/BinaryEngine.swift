import KernelTable
import Plans
import Tensors

/// A function of two numbers, element by element.
enum BinaryOperation {
  case add, subtract, multiply, divide, maximum, minimum, power
  /// With the sign of the divisor, as Python's %.
  case modulo
  /// With the sign of the dividend, as C's fmod.
  case remainder
  case and, or, xor
  case equal, less, lessOrEqual, greater, greaterOrEqual

  var isComparison: Bool {
    switch self {
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  /// The kernel that does it for float32, if one does.
  var kernel: BinaryFunction? {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .maximum: .maximum
    case .minimum: .minimum
    default: nil
    }
  }
}

extension PlanBuilder {
  /// `a op b` with numpy's broadcasting. The operands have one type, which is the result's unless `op` compares.
  func binary(_ name: String, _ op: BinaryOperation, _ a: Operand, _ b: Operand) throws(Failure) -> Operand {
    guard a.type == b.type else {
      throw Failure(.invalidModel, "inputs are \(a.type.name) and \(b.type.name), expected one type")
    }
    let type = a.type
    let shape = try broadcastShape(a.shape, b.shape)
    let computed = type.computed
    let first = try broadcast(cast(a, to: computed), to: shape)
    let second = try broadcast(cast(b, to: computed), to: shape)
    let order = resultOrder([first, second], self)
    let result = try allocate(op.isComparison ? .bool : computed, shape, order: order)
    let loop = StridedLoop(shape, result, first, second)
    if op.isComparison {
      switch computed {
      case .float32: compare(name, op, first, second, result, loop, as: Float.self)
      case .float64: compare(name, op, first, second, result, loop, as: Double.self)
      case .uint64: compare(name, op, first, second, result, loop, as: UInt64.self)
      default: compare(name, op, first, second, result, loop, as: Int64.self)
      }
      return result
    }
    switch computed {
    case .float32:
      let fits = loop.stride[0] == 1 && isZeroOrOne(loop.stride[1]) && isZeroOrOne(loop.stride[2])
      if let kernel = op.kernel, fits {
        emit(name, reads: [first, second], writes: [result]) { execution in
          let x = execution.floats(first)
          let z = execution.floats(second)
          let y = execution.floats(result)
          loop.run(execution) { count, offset in
            execution.kernels.binary(
              kernel, x + offset[1], loop.stride[1], z + offset[2], loop.stride[2], y + offset[0], count)
          }
        }
      } else {
        compute(name, op, first, second, result, loop, as: Float.self)
      }
    case .float64: compute(name, op, first, second, result, loop, as: Double.self)
    case .uint64: compute(name, op, first, second, result, loop, as: UInt64.self)
    default: compute(name, op, first, second, result, loop, as: Int64.self)
    }
    return try cast(result, to: type)
  }

  private func compute<Element: Arithmetic>(
    _ name: String, _ op: BinaryOperation, _ a: Operand, _ b: Operand, _ result: Operand, _ loop: StridedLoop,
    as _: Element.Type
  ) {
    emit(name, reads: [a, b], writes: [result]) { execution in
      let x = execution.pointer(a, as: Element.self)
      let z = execution.pointer(b, as: Element.self)
      let y = execution.pointer(result, as: Element.self)
      var invalid = false
      loop.forEachRow { offset in
        combine(op, loop.count, loop.stride, y + offset[0], x + offset[1], z + offset[2], &invalid)
      }
      if invalid { execution.fail(.invalidInput, "division of an integer by zero") }
    }
  }

  private func compare<Element: Arithmetic>(
    _ name: String, _ op: BinaryOperation, _ a: Operand, _ b: Operand, _ result: Operand, _ loop: StridedLoop,
    as _: Element.Type
  ) {
    emit(name, reads: [a, b], writes: [result]) { execution in
      let x = execution.pointer(a, as: Element.self)
      let z = execution.pointer(b, as: Element.self)
      let y = execution.pointer(result, as: UInt8.self)
      loop.forEachRow { offset in
        relate(op, loop.count, loop.stride, y + offset[0], x + offset[1], z + offset[2])
      }
    }
  }
}

/// y = y op x for `count` elements side by side, of a type that elements are computed in.
func accumulate(
  _ op: BinaryOperation, _ type: ElementType, _ count: Int, _ y: UnsafeMutableRawPointer, _ x: UnsafeRawPointer
) {
  func run<Element: Arithmetic>(_: Element.Type) {
    let to = y.assumingMemoryBound(to: Element.self)
    var invalid = false
    combine(op, count, SIMD4(1, 1, 1, 0), to, to, x.assumingMemoryBound(to: Element.self), &invalid)
  }
  switch type {
  case .float32: run(Float.self)
  case .float64: run(Double.self)
  case .uint64: run(UInt64.self)
  default: run(Int64.self)
  }
}

func isZeroOrOne(_ stride: Int) -> Bool { stride == 0 || stride == 1 }

/// One row of a binary operation: y = a op b.
@inline(never) @_optimize(size)
private func combine<Element: Arithmetic>(
  _ op: BinaryOperation, _ count: Int, _ stride: SIMD4<Int>, _ y: UnsafeMutablePointer<Element>,
  _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, _ invalid: inout Bool
) {
  @inline(__always)
  func each(_ function: (Element, Element) -> Element) {
    for index in 0..<count {
      y[index &* stride[0]] = function(a[index &* stride[1]], b[index &* stride[2]])
    }
  }
  switch op {
  case .add: each { Element.plus($0, $1) }
  case .subtract: each { Element.minus($0, $1) }
  case .multiply: each { Element.times($0, $1) }
  case .divide: each { Element.quotient($0, $1, &invalid) }
  case .maximum: each { Element.larger($0, $1) }
  case .minimum: each { Element.smaller($0, $1) }
  case .power: each { Element.power($0, $1) }
  case .remainder: each { Element.remainder($0, $1, &invalid) }
  case .modulo:
    each { dividend, divisor in
      let rest = Element.remainder(dividend, divisor, &invalid)
      // A zero takes the divisor's sign, too.
      if rest == .zero { return Element.quotient(.zero, divisor, &invalid) }
      return (rest < .zero) != (divisor < .zero) ? Element.plus(rest, divisor) : rest
    }
  case .and: each { $0 != .zero && $1 != .zero ? .one : .zero }
  case .or: each { $0 != .zero || $1 != .zero ? .one : .zero }
  case .xor: each { ($0 != .zero) != ($1 != .zero) ? .one : .zero }
  default: return
  }
}

/// One row of a comparison: y = a op b.
@inline(never) @_optimize(size)
private func relate<Element: Arithmetic>(
  _ op: BinaryOperation, _ count: Int, _ stride: SIMD4<Int>, _ y: UnsafeMutablePointer<UInt8>,
  _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>
) {
  @inline(__always)
  func each(_ function: (Element, Element) -> Bool) {
    for index in 0..<count {
      y[index &* stride[0]] = function(a[index &* stride[1]], b[index &* stride[2]]) ? 1 : 0
    }
  }
  switch op {
  case .less: each { $0 < $1 }
  case .lessOrEqual: each { $0 <= $1 }
  case .greater: each { $0 > $1 }
  case .greaterOrEqual: each { $0 >= $1 }
  default: each { $0 == $1 }
  }
}
