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

/// Depthwise convolutions, as in MobileNet-like recognisers, and pooling.
func benchmarkWindows(_ table: KernelTable, peak: Double) {
  let shapes: [(WindowFunction, channels: Int, height: Int, width: Int, kernel: (Int, Int), strides: (Int, Int))] = [
    (.weighted, 64, 8, 100, (3, 3), (1, 1)), (.weighted, 64, 8, 100, (3, 3), (2, 2)),
    (.weighted, 240, 4, 160, (5, 5), (1, 1)), (.weighted, 576, 2, 160, (5, 5), (1, 1)),
    (.weighted, 24, 16, 160, (3, 3), (1, 1)), (.weighted, 8, 16, 320, (3, 3), (1, 1)),
    (.weighted, 256, 1, 50, (1, 3), (1, 1)), (.maximum, 128, 16, 100, (2, 2), (2, 2)),
    (.sum, 240, 4, 160, (4, 160), (1, 1)),
  ]
  for (function, channels, height, width, kernel, strides) in shapes {
    let input = buffer(height * width * channels), y = buffer(height * width * channels)
    let weights = buffer(kernel.0 * kernel.1 * channels), bias = buffer(channels)
    var call = Windows(
      function, channels: channels, height: height, width: width, input: input, inputStride: channels, output: y)
    (call.kernelHeight, call.kernelWidth, call.strideY, call.strideX) = (kernel.0, kernel.1, strides.0, strides.1)
    if function == .weighted {
      (call.padTop, call.padLeft) = (kernel.0 / 2, kernel.1 / 2)
      (call.weights, call.start) = (UnsafePointer(weights), UnsafePointer(bias))
      call.activation = Activation(.relu)
    }
    call.outputHeight = (height + 2 * call.padTop - kernel.0) / strides.0 + 1
    call.outputWidth = (width + 2 * call.padLeft - kernel.1) / strides.1 + 1
    let time = seconds { table.windows(call) }
    let speed = 2 * Double(call.outputHeight * call.outputWidth * channels * kernel.0 * kernel.1) / time / 1e9
    let bytes = 4 * Double(channels * (height * width + call.outputHeight * call.outputWidth))
    print(
      "  \(function) \(kernel.0)×\(kernel.1) by \(strides.0)×\(strides.1), \(height)×\(width)×\(channels): "
        + "\(decimal(speed, 1)) GFLOP/s \(decimal(100 * speed / peak, 1)) %, \(decimal(bytes / time / 1e9, 1)) GB/s")
    for memory in [input, weights, bias, y] { memory.deallocate() }
  }
}
