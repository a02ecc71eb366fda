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
}

/// Transforms `count` lines; both closures take the line and the position in it.
@inline(always)
func winogradLines(
  _ role: WinogradRole, _ side: WinogradSide, _ count: Int, _ read: (Int, Int) -> Vector,
  _ write: (Int, Int, Vector) -> Void
) {
  switch side {
  case .one:
    for line in 0..<count { write(line, 0, read(line, 0)) }
  case .two:
    for line in 0..<count {
      switch role {
      case .input: inputTwo({ read(line, $0) }, { write(line, $0, $1) })
      case .output: outputTwo({ read(line, $0) }, { write(line, $0, $1) })
      case .weights: weightsTwo({ read(line, $0) }, { write(line, $0, $1) })
      }
    }
  case .four:
    for line in 0..<count {
      switch role {
      case .input: inputFour({ read(line, $0) }, { write(line, $0, $1) })
      case .output: outputFour({ read(line, $0) }, { write(line, $0, $1) })
      case .weights: weightsFour({ read(line, $0) }, { write(line, $0, $1) })
      }
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

@inline(always)
private func weightsTwo(_ h: (Int) -> Vector, _ write: (Int, Vector) -> Void) {
  let (h0, h1, h2) = (h(0), h(1), h(2))
  let even = (h0 + h2) * 0.5
  write(0, h0)
  write(1, multiplyAdd(even, h1, 0.5))
  write(2, multiplyAdd(even, h1, -0.5))
  write(3, h2)
}

@inline(always)
private func weightsFour(_ h: (Int) -> Vector, _ write: (Int, Vector) -> Void) {
  let scaleA = 0.5 / (a2 * (a2 - b2)), scaleB = 0.5 / (b2 * (b2 - a2))
  let (h0, h1, h2) = (h(0), h(1), h(2))
  write(0, h0 * (1 / (a2 * b2)))
  let evenA = multiplyAdd(h0 * scaleA, h2, a2 * scaleA), evenB = multiplyAdd(h0 * scaleB, h2, b2 * scaleB)
  write(1, multiplyAdd(evenA, h1, a * scaleA))
  write(2, multiplyAdd(evenA, h1, -a * scaleA))
  write(3, multiplyAdd(evenB, h1, b * scaleB))
  write(4, multiplyAdd(evenB, h1, -b * scaleB))
  write(5, h2)
}
