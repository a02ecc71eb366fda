import KernelTable

/// Matrix products: the register tile in cache, its remainders, column tails, and the shapes of recurrent layers.
func benchmarkGemm(_ table: KernelTable, peak: Double) {
  let shapes = [
    (96, 512, 256), (96, 64, 256), (96, 512, 512), (90, 512, 256), (13, 512, 256), (7, 512, 256), (96, 97, 256),
    (26, 37, 512), (96, 512, 27), (96, 64, 64), (4, 1024, 256), (3, 1024, 256), (2, 1024, 256), (1, 1024, 256),
    (1, 2048, 256), (1, 512, 128), (1, 97, 512), (26, 2048, 512), (26, 8000, 512), (1, 8000, 512),
  ]
  for (rows, columns, depth) in shapes {
    let panels = (columns + 15) / 16
    let a = buffer(rows * depth), b = buffer(panels * 16 * depth), c = buffer(rows * columns), bias = buffer(columns)
    for (name, activation) in [("", Activation.identity), (" relu", Activation(.relu)), (" tanh", Activation(.tanh))] {
      if !name.isEmpty && (rows, columns, depth) != (96, 512, 256) { continue }
      let time = seconds {
        table.gemm(
          Gemm(
            rows: rows, columns: columns, depth: depth, a: a, aStride: depth, b: b, panelStride: 16 * depth, c: c,
            cStride: columns, bias: bias, activation: activation))
      }
      let speed = 2 * Double(rows * columns * depth) / time / 1e9
      let bandwidth = Double(panels * 16 * depth * 4) / time / 1e9
      print(
        "  gemm \(padded("\(rows)×\(columns)×\(depth)\(name)", 18)) \(decimal(speed, 1)) GFLOP/s "
          + "\(decimal(100 * speed / peak, 1)) %" + (rows <= 4 ? ", weights at \(decimal(bandwidth, 1)) GB/s" : ""))
    }
    for memory in [a, b, c, bias] { memory.deallocate() }
  }
}

/// Depthwise convolutions of a row, as in MobileNet-like recognisers.
func benchmarkDepthwise(_ table: KernelTable, peak: Double) {
  for (channels, width, kernelHeight, kernelWidth, stride) in [
    (64, 100, 3, 3, 1), (64, 100, 3, 3, 2), (96, 100, 5, 5, 1), (256, 50, 1, 3, 1), (24, 160, 3, 3, 1),
    (8, 320, 3, 3, 1),
  ] {
    let input = buffer(kernelHeight * width * channels)
    let weights = buffer(kernelHeight * kernelWidth * channels), bias = buffer(channels)
    let outputWidth = (width - 1) / stride + 1
    let y = buffer(outputWidth * channels)
    let rows = UnsafeMutablePointer<UnsafePointer<Float>?>.allocate(capacity: kernelHeight)
    for i in 0..<kernelHeight { (rows + i).initialize(to: UnsafePointer(input + i * width * channels)) }
    let time = seconds {
      table.depthwiseRow(
        DepthwiseRow(
          channels: channels, outputWidth: outputWidth, inputWidth: width, kernelHeight: kernelHeight,
          kernelWidth: kernelWidth, strideX: stride, dilationX: 1, padLeft: kernelWidth / 2, rows: rows,
          weights: weights, bias: bias, y: y, activation: Activation(.relu)))
    }
    let speed = 2 * Double(outputWidth * channels * kernelHeight * kernelWidth) / time / 1e9
    print(
      "  depthwise \(kernelHeight)×\(kernelWidth) stride \(stride), \(channels) channels, width \(width): "
        + "\(decimal(speed, 1)) GFLOP/s \(decimal(100 * speed / peak, 1)) %")
    for memory in [input, weights, bias, y] { memory.deallocate() }
    rows.deallocate()
  }
}
