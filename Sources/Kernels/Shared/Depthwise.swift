import KernelTable

/// One output row of a depthwise convolution, a vector of channels at a time.
///
/// The sum runs over the kernel's rows, then its columns, in ascending order; taps in the padding are left out.
@inline(never)
func depthwiseRow(_ d: DepthwiseRow) {
  // Outputs whose taps all lie inside the input.
  let reach = (d.kernelWidth - 1) * d.dilationX
  let first = min(d.outputWidth, (d.padLeft + d.strideX - 1) / d.strideX)
  let room = d.inputWidth - 1 - reach + d.padLeft
  let end = room < 0 ? first : max(first, min(d.outputWidth, room / d.strideX + 1))

  var x = 0
  while x < d.outputWidth {
    if x >= first && x < end && end - first >= 8 {
      // The last ones again, rather than fewer.
      channels(OutputCount<8>(), d, min(x, end - 8))
      x = min(x + 8, end)
    } else {
      for channel in stride(from: 0, to: d.channels, by: lanes) { single(d, channel, x, d.channels - channel) }
      x += 1
    }
  }
  if d.activation.function != .identity && bounds(d.activation) == nil {
    let count = d.outputWidth * d.channels
    unary(d.activation, Block(x: UnsafePointer(d.y), y: d.y, rows: 1, stride: 0, columns: count))
  }
}

/// Neighbouring outputs that lie wholly inside the input, a vector of channels at a time; the last vector begins where
/// it ends with the last channel, and computes some channels again.
@inline(always)
private func channels<let outputs: Int>(_ count: OutputCount<outputs>, _ d: DepthwiseRow, _ x: Int) {
  if d.channels < lanes {
    for output in 0..<outputs { single(d, 0, x + output, d.channels) }
    return
  }
  var channel = 0
  while channel < d.channels {
    interior(count, d, min(channel, d.channels - lanes), x)
    channel += lanes
  }
}

/// Neighbouring outputs computed together.
private struct OutputCount<let outputs: Int> {}

/// They share each load of a weight.
@inline(always)
private func interior<let outputs: Int>(_: OutputCount<outputs>, _ d: DepthwiseRow, _ channel: Int, _ x: Int) {
  let channels = d.channels, step = d.strideX * channels, tapStep = d.dilationX * channels
  var start = Vector()
  if let bias = d.bias { start = load(bias + channel) }
  var sums = InlineArray<outputs, Vector>(repeating: start)
  var weights = d.weights + channel
  let offset = (x * d.strideX - d.padLeft) * channels + channel
  for ky in 0..<d.kernelHeight {
    guard let row = d.rows[ky] else {
      weights += d.kernelWidth * channels
      continue
    }
    var tap = row + offset
    for _ in 0..<d.kernelWidth {
      let w = load(weights)
      for t in 0..<outputs { sums[t] = multiplyAdd(sums[t], load(tap + t * step), w) }
      weights += channels
      tap += tapStep
    }
  }
  if let (lower, upper) = bounds(d.activation) {
    for t in 0..<outputs { sums[t] = clamp(sums[t], lower, upper) }
  }
  var y = d.y + (x * channels + channel)
  for t in 0..<outputs {
    store(sums[t], y)
    y += channels
  }
}

/// One output, some of whose taps may lie in the padding.
@inline(never)
private func single(_ d: DepthwiseRow, _ channel: Int, _ x: Int, _ count: Int) {
  let channels = d.channels
  var sum = Vector()
  if let bias = d.bias { sum = loadUpTo(bias + channel, count) }
  for ky in 0..<d.kernelHeight {
    guard let row = d.rows[ky] else { continue }
    for kx in 0..<d.kernelWidth {
      let column = x * d.strideX + kx * d.dilationX - d.padLeft
      if column < 0 || column >= d.inputWidth { continue }
      let w = loadUpTo(d.weights + ((ky * d.kernelWidth + kx) * channels + channel), count)
      sum = multiplyAdd(sum, loadUpTo(row + (column * channels + channel), count), w)
    }
  }
  if let (lower, upper) = bounds(d.activation) { sum = clamp(sum, lower, upper) }
  storeUpTo(sum, d.y + (x * channels + channel), count)
}
