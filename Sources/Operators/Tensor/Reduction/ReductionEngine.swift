import CSystem
import KernelTable
import Plans
import Tensors

enum Reduction {
  case sum, mean, maximum, minimum, product
  /// log Σ exp(x), safe from overflow.
  case logSumExp
}

extension PlanBuilder {
  /// Reduces over `axes` (0 ..< rank, each once); reduced axes keep a size of 1 when `keepsAxes`.
  ///
  /// Sums run in one order that depends on the input's layout and shape only.
  func reduce(
    _ name: String, _ op: Reduction, _ operand: Operand, axes: [Int], keepsAxes: Bool
  ) throws(Failure) -> Operand {
    if axes.isEmpty { return operand }
    let type = operand.type
    let x = try cast(operand, to: op == .logSumExp && !type.isFloatingPoint ? .float64 : type.computed)
    let kept = (0..<x.rank).filter { !axes.contains($0) }
    let outer = x.transposed(kept)
    let inner = x.transposed(axes.ascending())
    var result: Operand
    if inner.count == 0 {
      let value = try constant(identity(of: op, type))
      result = try copied(broadcast(value, to: outer.shape))
    } else {
      result = try allocate(x.type, like: outer)
      let reduction = PlannedReduction(
        op: op, x: x, result: result, results: StridedLoop(outer.shape, result, outer),
        window: StridedLoop(inner.shape, inner))
      switch x.type {
      case .float32: reduction.emitFloat32(name, self)
      case .float64: reduction.emit(name, self, as: Double.self)
      case .uint64: reduction.emit(name, self, as: UInt64.self)
      default: reduction.emit(name, self, as: Int64.self)
      }
      result = try cast(result, to: type)
    }
    if keepsAxes {
      for axis in axes.ascending() { result = result.unsqueezed(at: axis) }
    }
    return result
  }

  /// What a reduction over no elements gives.
  private func identity(of op: Reduction, _ type: ElementType) throws(Failure) -> Tensor {
    let value: Double
    switch op {
    case .sum: value = 0
    case .product: value = 1
    case .mean: value = .nan
    case .maximum, .logSumExp: value = -.infinity
    case .minimum: value = .infinity
    }
    let tensor = try Tensor(.float64, [])
    tensor.mutableElements(as: Double.self)[0] = value
    if type.isFloatingPoint || value.isFinite || value.isNaN { return try tensor.converted(to: type) }
    // The smallest or largest integer of the type.
    let isSigned = type == .int8 || type == .int16 || type == .int32 || type == .int64
    let bits = type.size * 8 - (isSigned ? 1 : 0)
    let largest = type == .bool ? 1 : bits == 64 ? UInt64.max : (UInt64(1) << UInt64(bits)) - 1
    let limit = try Tensor(.uint64, [])
    limit.mutableElements(as: UInt64.self)[0] = value > 0 ? largest : isSigned ? ~largest : 0
    return try limit.converted(to: type)
  }
}

/// Where a reduction finds its elements: `results` walks the results and the first element of each one's window,
/// `window` the elements of a window.
private struct PlannedReduction {
  let op: Reduction
  let x: Operand
  let result: Operand
  let results: StridedLoop
  let window: StridedLoop

  private var windowCount: Int { window.count &* window.rows }

  func emitFloat32(_ name: String, _ builder: PlanBuilder) {
    switch op {
    case .sum, .mean, .maximum, .minimum:
      if window.stride[0] == 1, window.count > 1 {
        emitRows(name, builder)
      } else if op != .minimum, results.stride[0] == 1, results.stride[1] == 1, results.count >= 4 {
        emitColumns(name, builder)
      } else {
        emit(name, builder, as: Float.self)
      }
    default: emit(name, builder, as: Float.self)
    }
  }

  /// Windows made of contiguous rows.
  private func emitRows(_ name: String, _ builder: PlanBuilder) {
    let cost = windowCount
    builder.emit(name, reads: [x], writes: [result]) { execution in
      let from = execution.floats(x)
      let to = execution.floats(result)
      results.run(execution, cost: cost) { count, offset in
        for index in 0..<count {
          let first = from + (offset[1] &+ index &* results.stride[1])
          var value: Float = op == .maximum ? -.infinity : op == .minimum ? .infinity : 0
          window.forEachRow { row in
            switch op {
            case .maximum: value = Float.larger(execution.kernels.maximum(first + row[0], window.count), value)
            case .minimum: value = Float.smaller(execution.kernels.minimum(first + row[0], window.count), value)
            default: value += execution.kernels.sum(first + row[0], window.count)
            }
          }
          to[offset[0] &+ index &* results.stride[0]] = op == .mean ? value / Float(cost) : value
        }
      }
    }
  }

  /// Results side by side, their windows too: whole rows of results at a time, as for the mean over height and width
  /// of channels-last activations.
  private func emitColumns(_ name: String, _ builder: PlanBuilder) {
    let size = windowCount
    builder.emit(name, reads: [x], writes: [result]) { execution in
      let from = execution.floats(x)
      let to = execution.floats(result)
      results.run(execution, cost: size) { count, offset in
        let y = to + offset[0]
        var isFirst = true
        window.forEachRow { row in
          var call = Windows(
            op == .maximum ? .maximum : .sum, channels: count, height: 1, width: window.count,
            input: from + (offset[1] &+ row[0]), inputStride: window.stride[0], output: y)
          if !isFirst { call.start = UnsafePointer(y) }
          execution.kernels.windows(call)
          isFirst = false
        }
        if op == .mean {
          execution.kernels.unary(Activation(.affine, alpha: 1 / Float(size)), y, y, count)
        }
      }
    }
  }

  /// Any layout, any type: one window after the other.
  func emit<Element: Arithmetic>(_ name: String, _ builder: PlanBuilder, as _: Element.Type) {
    let cost = windowCount
    builder.emit(name, reads: [x], writes: [result]) { execution in
      let from = execution.pointer(x, as: Element.self)
      let to = execution.pointer(result, as: Element.self)
      results.run(execution, cost: cost) { count, offset in
        for index in 0..<count {
          let first = from + (offset[1] &+ index &* results.stride[1])
          to[offset[0] &+ index &* results.stride[0]] = reduced(first, cost)
        }
      }
    }
  }

  private func reduced<Element: Arithmetic>(_ first: UnsafePointer<Element>, _ size: Int) -> Element {
    switch op {
    case .maximum, .minimum:
      var extreme = op == .maximum ? Element.lowest : Element.highest
      window.forEachRow { row in fold(op, first + row[0], window.count, window.stride[0], &extreme) }
      return extreme
    case .sum, .mean, .product:
      var total = op == .product ? Element.Wide.one : Element.Wide.zero
      window.forEachRow { row in fold(op, first + row[0], window.count, window.stride[0], &total) }
      if op != .mean { return Element(narrowing: total) }
      var invalid = false
      return Element(narrowing: Element.Wide.quotient(total, Element.Wide(rounding: Double(size)), &invalid))
    case .logSumExp:
      var largest = Element.lowest
      window.forEachRow { row in fold(.maximum, first + row[0], window.count, window.stride[0], &largest) }
      let shift = largest.double
      if !shift.isFinite { return largest }
      var sum = 0.0
      window.forEachRow { row in
        for index in 0..<window.count { sum += exp(first[row[0] &+ index &* window.stride[0]].double - shift) }
      }
      return Element(rounding: shift + log(sum))
    }
  }
}

/// Takes a row of elements into a maximum or minimum.
@inline(never) @_optimize(size)
private func fold<Element: Arithmetic>(
  _ op: Reduction, _ x: UnsafePointer<Element>, _ count: Int, _ stride: Int, _ extreme: inout Element
) {
  var value = extreme
  if op == .maximum {
    for index in 0..<count { value = Element.larger(value, x[index &* stride]) }
  } else {
    for index in 0..<count { value = Element.smaller(value, x[index &* stride]) }
  }
  extreme = value
}

/// Takes a row of elements into a sum or product.
@inline(never) @_optimize(size)
private func fold<Element: Arithmetic>(
  _ op: Reduction, _ x: UnsafePointer<Element>, _ count: Int, _ stride: Int, _ total: inout Element.Wide
) {
  var value = total
  if op == .product {
    for index in 0..<count { value = Element.Wide.times(value, x[index &* stride].wide) }
  } else {
    for index in 0..<count { value = Element.Wide.plus(value, x[index &* stride].wide) }
  }
  total = value
}
