import KernelTable

/// Windows over an image, a vector of channels and eight neighbouring outputs at a time.
///
/// A window is walked row by row, each from left to right; what lies outside the image is left out. Where windows
/// overlap, the rows of a strip of columns come right after one another: they find in the first-level cache what they
/// share.
@inline(never)
func windows(_ w: Windows) {
  // Outputs whose windows lie wholly between the left and the right edge; sums are of few and large windows.
  let first = w.function == .sum ? w.outputWidth : min(w.outputWidth, (w.padLeft + w.strideX - 1) / w.strideX)
  let room = w.inputWidth - 1 - (w.kernelWidth - 1) * w.dilationX + w.padLeft
  let end = room < 0 ? first : max(first, min(w.outputWidth, room / w.strideX + 1))
  let band = w.kernelHeight > w.strideY ? w.outputHeight : 1

  for top in stride(from: 0, to: w.outputHeight, by: band) {
    var x = 0
    while x < w.outputWidth {
      let isInside = x >= first && x < end && end - first >= 8 && w.channels >= lanes
      // The last ones again, rather than fewer; and so with the channels.
      let column = isInside ? min(x, end - 8) : x
      var channel = 0
      repeat {
        for row in top..<top + band {
          let strip = Strip(w, row, column, isInside ? min(channel, w.channels - lanes) : 0)
          if isInside { eight(w, strip) } else { edge(w, strip, column) }
        }
        channel += lanes
      } while isInside && channel < w.channels
      x = isInside ? min(x + 8, end) : x + 1
    }
  }
  if !w.finishesEarly {
    let rows = w.outputWidth * w.outputHeight
    unary(
      w.activation,
      Block(x: UnsafePointer(w.output), y: w.output, rows: rows, stride: w.outputStride, columns: w.channels))
  }
}

extension Windows {
  /// Whether the activation takes so little that it follows each output at once.
  @inline(always)
  fileprivate var finishesEarly: Bool {
    activation.function == .hardSwish || activation.function == .identity || bounds(activation) != nil
  }

  @inline(always)
  fileprivate func finish(_ x: Vector) -> Vector {
    if activation.function == .hardSwish { return hardSwish(x) }
    let (lower, upper) = bounds(activation) ?? (-.infinity, .infinity)
    return clamp(x, lower, upper)
  }

  /// What a window without numbers gives.
  @inline(always)
  fileprivate var neutral: Vector { Vector(repeating: function == .maximum ? -.infinity : 0) }
}

/// Where the numbers of neighbouring outputs are.
private struct Strip {
  /// Rows of the window that lie inside the image.
  var rows: Range<Int>
  /// The window's first position, which may lie outside the image.
  var input: UnsafePointer<Float>
  /// From one row of the window to the next.
  var inputStep: Int
  var weights: UnsafePointer<Float>
  var start: UnsafePointer<Float>?
  var output: UnsafeMutablePointer<Float>

  @inline(always)
  init(_ w: Windows, _ row: Int, _ column: Int, _ channel: Int) {
    let top = row * w.strideY - w.padTop
    rows = taps(w.kernelHeight, from: top, w.dilationY, inside: w.inputHeight)
    input = w.input + ((top * w.inputWidth + column * w.strideX - w.padLeft) * w.inputStride + channel)
    inputStep = w.dilationY * w.inputWidth * w.inputStride
    weights = w.weights + channel
    start = w.start.map { $0 + channel }
    output = w.output + ((row * w.outputWidth + column) * w.outputStride + channel)
  }
}

/// Those of `count` taps that meet one of `size` positions.
@inline(always)
private func taps(_ count: Int, from first: Int, _ dilation: Int, inside size: Int) -> Range<Int> {
  // Divisions take longer than a window does.
  let before = first >= 0 ? 0 : dilation == 1 ? -first : (dilation - 1 - first) / dilation
  let reach = size - first
  let after = reach >= count * dilation ? count : dilation == 1 ? reach : (reach + dilation - 1) / dilation
  return before..<max(before, min(count, after))
}

/// Eight neighbouring outputs whose windows lie between the left and the right edge.
@inline(always)
private func eight(_ w: Windows, _ strip: Strip) {
  if !hasWinograd || w.function != .weighted || w.strideX != 1 || w.dilationX != 1 {
    apart(w, strip)
  } else if w.kernelWidth == 3 {
    sliding(KernelWidth<3>(), w, strip)
  } else if w.kernelWidth == 5 {
    sliding(KernelWidth<5>(), w, strip)
  } else {
    apart(w, strip)
  }
  if w.activation.function == .hardSwish {
    var y = strip.output
    for _ in 0..<8 {
      store(hardSwish(load(y)), y)
      y += w.outputStride
    }
  }
}

private struct KernelWidth<let width: Int> {}

/// Outputs one position apart, of a row of weights that stays in registers, as do the inputs that they share.
@inline(never)
private func sliding<let width: Int>(_: KernelWidth<width>, _ w: Windows, _ strip: Strip) {
  var sums = InlineArray<8, Vector>(repeating: strip.start.map { load($0) } ?? Vector())
  for ky in strip.rows {
    var weights = InlineArray<width, Vector>(repeating: Vector())
    for kx in 0..<width { weights[kx] = load(strip.weights + (ky * width + kx) * w.weightStride) }
    var x = strip.input + ky * strip.inputStep
    for i in 0..<8 {
      let v = load(x)
      for kx in 0..<width where i >= kx { sums[i - kx] = multiplyAdd(sums[i - kx], v, weights[kx]) }
      x += w.inputStride
    }
    for i in 8..<7 + width {
      let v = load(x)
      for kx in 0..<width where i - kx < 8 { sums[i - kx] = multiplyAdd(sums[i - kx], v, weights[kx]) }
      x += w.inputStride
    }
  }
  put(sums, w, strip)
}

/// Outputs however far apart.
@inline(never)
private func apart(_ w: Windows, _ strip: Strip) {
  var sums = InlineArray<8, Vector>(repeating: strip.start.map { load($0) } ?? w.neutral)
  let step = w.strideX * w.inputStride
  for ky in strip.rows {
    var x = strip.input + ky * strip.inputStep
    var weights = strip.weights + ky * w.kernelWidth * w.weightStride
    for _ in 0..<w.kernelWidth {
      if w.function == .weighted {
        let weight = load(weights)
        for t in 0..<8 { sums[t] = multiplyAdd(sums[t], load(x + t * step), weight) }
      } else {
        for t in 0..<8 { sums[t] = larger(sums[t], load(x + t * step)) }
      }
      x += w.dilationX * w.inputStride
      weights += w.weightStride
    }
  }
  put(sums, w, strip)
}

@inline(always)
private func put(_ sums: InlineArray<8, Vector>, _ w: Windows, _ strip: Strip) {
  let (lower, upper) = bounds(w.activation) ?? (-.infinity, .infinity)
  var y = strip.output
  for t in 0..<8 {
    store(clamp(sums[t], lower, upper), y)
    y += w.outputStride
  }
}

/// All channels of one output, some of whose window may lie left or right of the image.
@inline(never)
private func edge(_ w: Windows, _ strip: Strip, _ column: Int) {
  let columns = taps(w.kernelWidth, from: column * w.strideX - w.padLeft, w.dilationX, inside: w.inputWidth)
  let skipped = columns.lowerBound
  var channel = 0
  while channel < w.channels {
    let count = w.channels - channel
    var sum = strip.start.map { loadUpTo($0 + channel, count) } ?? w.neutral
    for ky in strip.rows {
      var x = strip.input + (ky * strip.inputStep + skipped * w.dilationX * w.inputStride + channel)
      var weights = strip.weights + ((ky * w.kernelWidth + skipped) * w.weightStride + channel)
      for _ in columns {
        let v = loadUpTo(x, count)
        switch w.function {
        case .weighted: sum = multiplyAdd(sum, v, loadUpTo(weights, count))
        case .sum: sum += v
        case .maximum: sum = larger(sum, v)
        }
        x += w.dilationX * w.inputStride
        weights += w.weightStride
      }
    }
    storeUpTo(w.finish(sum), strip.output + channel, count)
    channel += lanes
  }
}
