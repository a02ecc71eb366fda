import CSystem
import KernelTable
import Plans
import Tensors

/// Convolution as matrix products of the input as it lies: along a row, the receptive fields of neighbouring outputs
/// are overlapping rows of one matrix.
///
/// With enough channels there is a product for each row of the kernel, and input rows are copied only where they need
/// padding at an end. With few, the rows that an output row depends on are first interleaved, which makes it one
/// product.
final class DirectConvolution {
  private let planned: PlannedConvolution
  private let g: ConvolutionGeometry
  private let interleaves: Bool
  /// Outputs of a row that are computed together.
  private let width: Int
  /// Rows of input with their padding, for each thread; then the weights in the order of interleaved rows.
  private let memory: Operand
  private let rowFloats: Int
  /// Panels of weights that a piece of work takes.
  private let panels: Int
  private let threads: Int

  /// The input is channels-last unless rows are interleaved.
  init(_ planned: PlannedConvolution, interleaves: Bool, _ builder: PlanBuilder) throws(Failure) {
    self.planned = planned
    g = planned.geometry
    self.interleaves = interleaves
    threads = builder.threads
    // Threads share the outputs or, where there are more weights to read than outputs to compute, the weights.
    let share = g.rows / (2 * threads)
    let sharesWeights = threads > 1 && !interleaves && share < g.output.width && g.outputChannels > g.rows
    panels = sharesWeights ? max(2, (g.panels + 2 * threads - 1) / (2 * threads)) : max(1, g.panels)
    let most = threads == 1 || share > g.output.width || sharesWeights ? rowBlock : max(12, (share + 11) / 12 * 12)
    width = max(1, min(g.output.width, rowBlock, most))
    rowFloats = try elementCount(of: [g.span(width), interleaves ? g.kernel.height : 1, g.inputChannels])
    memory = try builder.scratch(
      floats: elementCount(of: [threads, rowFloats]) + (interleaves ? g.depth * panelColumns * g.panels : 0))
  }

  func emit(_ builder: PlanBuilder) {
    builder.emit(
      interleaves ? "Conv interleaved" : "Conv", reads: planned.reads, writes: [planned.y, memory], flops: g.flops
    ) { self.run($0) }
  }

  private func run(_ execution: Execution) {
    var weights = UnsafePointer(execution.floats(planned.weights))
    if interleaves { weights = interleavedWeights(weights, execution.floats(memory) + threads * rowFloats) }
    let across = (g.output.width + width - 1) / width
    let slices = max(1, (g.panels + panels - 1) / panels), positions = g.batch * g.output.height * across
    let stride = g.outputChannels, panelStride = g.depth * panelColumns
    execution.parallel(slices * positions, work: g.flops) { (piece, thread) in
      let (slice, position) = (piece / positions, piece % positions)
      let (row, first) = (position / across, position % across * width)
      let column = slice * panels * panelColumns
      let place = (row * g.output.width + first) * stride + column
      let call = Gemm(
        rows: min(width, g.output.width - first), columns: min(panels * panelColumns, stride - column), depth: 0,
        a: weights, aStride: 0, b: weights + slice * panels * panelStride, panelStride: panelStride,
        c: execution.floats(planned.y) + place, cStride: stride, bias: planned.bias(from: column, execution),
        addend: planned.addend(from: place, execution), addendStride: stride, activation: planned.activation)
      let buffer = execution.floats(memory) + thread * rowFloats
      if interleaves {
        interleaved(call, row, first, buffer, execution)
      } else {
        byRows(call, row, first, buffer, execution)
      }
    }
  }

  /// The kernel's rows that meet the input's; the last of them at least.
  private func byRows(
    _ call: Gemm, _ row: Int, _ first: Int, _ buffer: UnsafeMutablePointer<Float>, _ execution: Execution
  ) {
    let (image, top) = g.place(ofRow: row)
    let left = first * g.strides.width - g.padsBegin.width
    let span = g.span(call.rows), channels = g.inputChannels
    let before = min(max(0, -left), span), after = min(max(0, left + span - g.input.width), span - before)
    // Neighbouring taps are one where nothing lies between them.
    let taps = g.dilations.width == 1 ? 1 : g.kernel.width
    var accumulates = false
    for ky in 0..<g.kernel.height {
      let isLast = ky + 1 == g.kernel.height
      let y = top + ky * g.dilations.height
      let isInside = y >= 0 && y < g.input.height
      if !isInside && !isLast { continue }
      let source = execution.floats(planned.x) + ((image * g.input.height + y) * g.input.width + left) * channels
      var a = UnsafePointer(source)
      if isInside && before + after > 0 {
        memset(buffer, 0, before * channels * 4)
        memcpy(buffer + before * channels, source + before * channels, (span - before - after) * channels * 4)
        memset(buffer + (span - after) * channels, 0, after * channels * 4)
        a = UnsafePointer(buffer)
      }
      for tap in 0..<taps {
        var part = call
        part.depth = isInside ? g.kernel.width / taps * channels : 0
        part.a = a + tap * g.dilations.width * channels
        part.aStride = g.strides.width * channels
        part.b += (ky * g.kernel.width + tap) * channels * panelColumns
        part.accumulate = accumulates
        accumulates = true
        if !isLast || tap + 1 < taps {
          part.bias = nil
          part.addend = nil
          part.activation = .identity
        }
        multiplyBlock(part, execution.kernels)
      }
    }
  }

  /// All rows at once: `[position][kernel row][channel]`.
  private func interleaved(
    _ call: Gemm, _ row: Int, _ first: Int, _ buffer: UnsafeMutablePointer<Float>, _ execution: Execution
  ) {
    let (image, top) = g.place(ofRow: row)
    let left = first * g.strides.width - g.padsBegin.width
    let span = g.span(call.rows), step = g.kernel.height * g.inputChannels
    let strides = planned.x.strides, last = strides.count - 1
    let (rowStride, columnStride) = (last > 2 ? strides[last - 1] : 0, strides[last])
    for ky in 0..<g.kernel.height {
      let y = top + ky * g.dilations.height
      let isInside = y >= 0 && y < g.input.height
      let before = isInside ? min(max(0, -left), span) : 0
      let inside = before..<(isInside ? max(before, min(span, g.input.width - left)) : 0)
      for channel in 0..<g.inputChannels {
        var target = buffer + (ky * g.inputChannels + channel)
        var source = execution.floats(planned.x)
          + (image * strides[0] + channel * strides[1] + y * rowStride + (left + inside.lowerBound) * columnStride)
        for _ in 0..<inside.lowerBound {
          target.pointee = 0
          target += step
        }
        for _ in inside {
          target.pointee = source.pointee
          target += step
          source += columnStride
        }
        for _ in inside.upperBound..<span {
          target.pointee = 0
          target += step
        }
      }
    }
    var call = call
    (call.a, call.aStride, call.depth) = (UnsafePointer(buffer), g.strides.width * step, g.depth)
    multiplyBlock(call, execution.kernels)
  }

  /// From the order kernel row, column, channel to column, row, channel.
  private func interleavedWeights(
    _ weights: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let tap = g.inputChannels * panelColumns
    for panel in 0..<g.panels {
      let (from, to) = (weights + panel * g.depth * panelColumns, target + panel * g.depth * panelColumns)
      for row in 0..<g.kernel.height {
        for column in 0..<g.kernel.width {
          memcpy(to + (column * g.kernel.height + row) * tap, from + (row * g.kernel.width + column) * tap, tap * 4)
        }
      }
    }
    return UnsafePointer(target)
  }
}

extension ConvolutionGeometry {
  fileprivate var panels: Int { panelCount(columns: outputChannels) }

  /// Input positions under so many neighbouring outputs.
  fileprivate func span(_ outputs: Int) -> Int {
    (outputs - 1) * strides.width + (kernel.width - 1) * dilations.width + 1
  }

  /// An output row's image, and the input row under the kernel's first.
  fileprivate func place(ofRow row: Int) -> (image: Int, top: Int) {
    (row / output.height, row % output.height * strides.height - padsBegin.height)
  }
}
