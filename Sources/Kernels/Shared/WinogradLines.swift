import KernelTable

// The one-dimensional transforms. F(4, 3) interpolates at 0, ±3/4, ±3/2 and ∞: squares and cubes of these are exact,
// and rounding errors stay within twice those of a direct convolution (with 0, ±1, ±2 and ∞ they are four times as
// great). F(2, 3) interpolates at 0, ±1 and ∞.

private let a: Float = 0.75
private let b: Float = 1.5
private let a2: Float = 0.5625
private let b2: Float = 2.25

enum WinogradRole { case input, output, weights }

extension WinogradSide {
  /// Numbers that a line takes.
  @inline(always) func sources(_ role: WinogradRole) -> Int { role == .weights ? taps : points }

  /// Numbers that it gives.
  @inline(always) func results(_ role: WinogradRole) -> Int { role == .output ? outputs : points }

  /// The factors of the taps in each point's weight, three a point.
  fileprivate var factors: InlineArray<18, Float> {
    let scaleA = 0.5 / (a2 * (a2 - b2)), scaleB = 0.5 / (b2 * (b2 - a2))
    return switch self {
    case .one: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    case .two: [1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    case .four:
      [
        1 / (a2 * b2), 0, 0, scaleA, a * scaleA, a2 * scaleA, scaleA, -a * scaleA, a2 * scaleA,
        scaleB, b * scaleB, b2 * scaleB, scaleB, -b * scaleB, b2 * scaleB, 0, 0, 1,
      ]
    }
  }
}

/// Transforms `count` lines; both closures take the line and the position in it.
@inline(always)
func winogradLines(
  _ role: WinogradRole, _ side: WinogradSide, _ count: Int, _ read: (Int, Int) -> Vector,
  _ write: (Int, Int, Vector) -> Void
) {
  if role == .weights {
    weightLines(side, count, read, write)
    return
  }
  switch side {
  case .one:
    for line in 0..<count { write(line, 0, read(line, 0)) }
  case .two:
    for line in 0..<count {
      if role == .input {
        inputTwo({ read(line, $0) }, { write(line, $0, $1) })
      } else {
        outputTwo({ read(line, $0) }, { write(line, $0, $1) })
      }
    }
  case .four:
    for line in 0..<count {
      if role == .input {
        inputFour({ read(line, $0) }, { write(line, $0, $1) })
      } else {
        outputFour({ read(line, $0) }, { write(line, $0, $1) })
      }
    }
  }
}

/// The weights' transform is bound by the memory that it fills: a plain product with a matrix will do.
@inline(always)
private func weightLines(
  _ side: WinogradSide, _ count: Int, _ read: (Int, Int) -> Vector, _ write: (Int, Int, Vector) -> Void
) {
  let factors = side.factors
  for line in 0..<count {
    for point in 0..<side.points {
      var sum = Vector()
      for tap in 0..<side.taps { sum = multiplyAdd(sum, read(line, tap), factors[point * 3 + tap]) }
      write(line, point, sum)
    }
  }
}

@inline(always)
private func inputTwo(_ d: (Int) -> Vector, _ write: (Int, Vector) -> Void) {
  let (d0, d1, d2, d3) = (d(0), d(1), d(2), d(3))
  write(0, d0 - d2)
  write(1, d2 + d1)
  write(2, d2 - d1)
  write(3, d3 - d1)
}

@inline(always)
private func outputTwo(_ m: (Int) -> Vector, _ write: (Int, Vector) -> Void) {
  let (m1, m2) = (m(1), m(2))
  write(0, m(0) + (m1 + m2))
  write(1, (m1 - m2) + m(3))
}

@inline(always)
private func inputFour(_ d: (Int) -> Vector, _ write: (Int, Vector) -> Void) {
  let (d0, d1, d2) = (d(0), d(1), d(2))
  let (d3, d4, d5) = (d(3), d(4), d(5))
  write(0, multiplyAdd(multiplyAdd(d4, d2, -(a2 + b2)), d0, a2 * b2))
  write(5, multiplyAdd(multiplyAdd(d5, d3, -(a2 + b2)), d1, a2 * b2))
  let evenA = multiplyAdd(d4, d2, -b2), oddA = multiplyAdd(d3, d1, -b2)
  write(1, multiplyAdd(evenA, oddA, a))
  write(2, multiplyAdd(evenA, oddA, -a))
  let evenB = multiplyAdd(d4, d2, -a2), oddB = multiplyAdd(d3, d1, -a2)
  write(3, multiplyAdd(evenB, oddB, b))
  write(4, multiplyAdd(evenB, oddB, -b))
}

@inline(always)
private func outputFour(_ m: (Int) -> Vector, _ write: (Int, Vector) -> Void) {
  let (m1, m2, m3, m4) = (m(1), m(2), m(3), m(4))
  let sumA = m1 + m2, differenceA = m1 - m2, sumB = m3 + m4, differenceB = m3 - m4
  write(0, m(0) + (sumA + sumB))
  write(1, multiplyAdd(differenceA * a, differenceB, b))
  write(2, multiplyAdd(sumA * a2, sumB, b2))
  write(3, multiplyAdd(multiplyAdd(m(5), differenceA, a * a2), differenceB, b * b2))
}
