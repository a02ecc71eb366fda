import Graphs
import KernelTable
import Plans
import Tensors

/// Conv of ONNX, and crnn.Conv, whose weights were packed when the model was loaded and which may carry an activation.
///
/// Inputs of crnn.Conv: X; packed weights; bias `[M]`, optional; a term to add before the activation, optional.
/// Attributes beside Conv's: kernel_shape, always; channels = M; input_channels = C / group; activation.
final class Convolution: Operator {
  private let form: ConvolutionForm
  private let activation: Activation
  private let transformed = WinogradWeightCache()

  override init(_ node: Node) throws(Failure) {
    form = try ConvolutionForm(node)
    activation = form.isPacked ? try Activation(of: node) : .identity
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let given = try inputs.required(0, ranks: 3...5)
    let weights = try inputs.required(1)
    let (shape, geometry, output) = try form.place(over: given, weights)
    let groups = geometry.groups
    let y = try builder.allocateChannelsLast(.float32, output)
    let bias = try inputs.optional(2).map { (given) throws(Failure) in
      try convolutionBias(given, channels: groups * shape.outputChannels, builder)
    }
    let packed = try form.isPacked ? weights : packConvolutionWeights(weights, shape, groups: groups, builder)
    let isExact = builder.isExact || !form.isPacked || !builder.isKnown(weights)
    let algorithm = ConvolutionAlgorithm(geometry, isDepthwise: shape.isDepthwise, isExact: isExact)
    var x = try builder.converted(given, to: .float32)
    if !algorithm.takesAnyLayout { x = try builder.channelsLast(x) }
    // A term that has the result's shape is added where the result is made, others afterwards.
    let term = form.isPacked ? inputs.optional(3) : nil
    let fits = term.map { algorithm.adds && groups == 1 && $0.type == .float32 && $0.shape == output } ?? true
    let addend = try fits ? term.map { (term) throws(Failure) in try builder.channelsLast(term) } : nil
    let planned = PlannedConvolution(
      geometry, x, packed, bias: bias, addend: addend, to: y, fits ? activation : .identity)
    switch algorithm {
    case .depthwise: emitDepthwise(planned, builder)
    case .pointwise: emitPointwise(planned, builder)
    case .gathered: try emitGathered(planned, builder)
    case .direct(let interleaves): try DirectConvolution(planned, interleaves: interleaves, builder).emit(builder)
    case .winograd(let tiles): try WinogradConvolution(planned, tiles, transformed, builder).emit(builder)
    }
    if let term, !fits { return [try builder.unary("Add", [self.activation], builder.binary("Add", .add, y, term))] }
    return [try builder.converted(y, to: given.type)]
  }
}

/// The attributes of a convolution's node.
struct ConvolutionForm {
  private let node: Node
  private let groups: Int
  /// Whether the weights were packed when the model was loaded.
  let isPacked: Bool
  /// Where the node says it rather than the weights.
  private let window: Window?

  init(_ node: Node) throws(Failure) {
    self.node = node
    groups = try node.int("group", default: 1)
    isPacked = node.domain == "crnn"
    guard groups > 0 else { throw Failure(.invalidModel, "group is \(groups), expected a positive number") }
    window = try node.ints("kernel_shape").map { (kernel) throws(Failure) in try Window(node, kernel: kernel) }
  }

  /// The weights' and the convolution's sizes for an input, and the result's shape.
  func place(
    over input: Operand, _ weights: Operand
  ) throws(Failure) -> (weights: ConvolutionWeightShape, geometry: ConvolutionGeometry, output: Shape) {
    let shape = try ConvolutionWeightShape(node, weights, groups: groups, isPacked: isPacked)
    guard shape.kernel.count == input.rank - 2 else {
      throw Failure(
        .invalidInput, "input has shape \(describe(input.shape)), expected rank \(shape.kernel.count + 2)")
    }
    let channels = shape.inputChannels * groups
    guard input.shape[1] == channels else {
      throw Failure(.invalidInput, "input has \(input.shape[1]) channels, expected \(channels)")
    }
    let window =
      if let window, window.kernel == shape.kernel { window } else { try Window(node, kernel: shape.kernel) }
    let spatial = Array(input.shape[2...])
    let (output, padsBegin, _) = try window.place(over: spatial)
    let geometry = ConvolutionGeometry(
      batch: input.shape[0], groups: groups, inputChannels: shape.inputChannels, outputChannels: shape.outputChannels,
      input: spatial, output: output, window: window, padsBegin: padsBegin)
    return (shape, geometry, [input.shape[0], groups * shape.outputChannels] + output)
  }
}

/// A bias `[channels]` as the kernels take it.
func convolutionBias(_ bias: Operand, channels: Int, _ builder: PlanBuilder) throws(Failure) -> Operand {
  guard bias.shape == [channels] else {
    throw Failure(.invalidInput, "bias has shape \(describe(bias.shape)), expected [\(channels)]")
  }
  return try builder.contiguous(builder.converted(bias, to: .float32))
}

/// What the weights say of a convolution.
struct ConvolutionWeightShape {
  var outputChannels: Int
  var inputChannels: Int
  var kernel: [Int]
  var isDepthwise: Bool

  var taps: Int { kernel.reduce(1, *) }
  var packing: ConvolutionPacking { isDepthwise ? .depthwise : .panels }
}

extension ConvolutionWeightShape {
  /// From a node's weights, packed or as in ONNX: `[M, C / groups, kernel…]`.
  init(_ node: Node, _ weights: Operand, groups: Int, isPacked: Bool) throws(Failure) {
    guard isPacked else {
      try self.init(weights.shape, groups: groups)
      isDepthwise = isDepthwise && node.hasDepthwiseKernel
      return
    }
    let (inputs, outputs, kernel) = try announcedSizes(node, groups: groups)
    self.init(
      outputChannels: outputs, inputChannels: inputs, kernel: kernel,
      isDepthwise: node.hasDepthwiseKernel && isDepthwiseConvolution(inputs, outputs, kernel, groups: groups))
    try packing.require(
      weights, groups: groups, outputChannels: outputChannels, inputChannels: inputChannels, taps: taps)
  }

  /// From ONNX's shape of the weights.
  init(_ shape: Shape, groups: Int) throws(Failure) {
    try requireWeights(shape, groups: groups)
    let kernel = Array(shape[2...])
    self.init(
      outputChannels: shape[0] / groups, inputChannels: shape[1], kernel: kernel,
      isDepthwise: isDepthwiseConvolution(shape[1], shape[0] / groups, kernel, groups: groups))
  }
}

private func isDepthwiseConvolution(_ inputs: Int, _ outputs: Int, _ kernel: [Int], groups: Int) -> Bool {
  groups > 1 && inputs == 1 && outputs == 1 && kernel.count < 3
}

extension Node {
  /// Whether depthwise convolutions of this operator have a kernel of their own; the others are convolved by groups.
  var hasDepthwiseKernel: Bool { type == "Conv" }
}

/// Packs weights `[M, C / groups, …]` when the plan runs.
func packConvolutionWeights(
  _ weights: Operand, _ shape: ConvolutionWeightShape, groups: Int, _ builder: PlanBuilder
) throws(Failure) -> Operand {
  let packing = shape.packing
  let source = try builder.contiguous(builder.converted(weights, to: .float32))
  let target = try builder.allocate(
    .float32,
    packing.shape(
      groups: groups, outputChannels: shape.outputChannels, inputChannels: shape.inputChannels, taps: shape.taps))
  builder.emit("Pack", reads: [source], writes: [target]) { execution in
    packing.pack(
      execution.floats(source), groups: groups, outputChannels: shape.outputChannels,
      inputChannels: shape.inputChannels, taps: shape.taps, to: execution.floats(target))
  }
  return target
}

/// A 1×1 convolution is a product of the positions' channels with the weights.
private func emitPointwise(_ planned: PlannedConvolution, _ builder: PlanBuilder) {
  let g = planned.geometry
  let groupFloats = panelCount(columns: g.outputChannels) * g.depth * panelColumns
  builder.emit("Conv 1x1", reads: planned.reads, writes: [planned.y], flops: g.flops) { execution in
    for group in 0..<g.groups {
      multiply(
        Gemm(
          rows: g.rows, columns: g.outputChannels, depth: g.depth,
          a: execution.floats(planned.x) + group * g.inputChannels, aStride: g.inputStride,
          b: execution.floats(planned.weights) + group * groupFloats, panelStride: g.depth * panelColumns,
          c: execution.floats(planned.y) + group * g.outputChannels, cStride: g.outputStride,
          bias: planned.bias(from: group * g.outputChannels, execution), addend: planned.addend(execution),
          addendStride: g.outputStride, activation: planned.activation), execution)
    }
  }
}

/// Convolution as a matrix product whose left rows, the receptive fields, are gathered a block at a time.
private func emitGathered(_ planned: PlannedConvolution, _ builder: PlanBuilder) throws(Failure) {
  let g = planned.geometry
  let groupFloats = panelCount(columns: g.outputChannels) * g.depth * panelColumns
  // Not a power of two apart, which would put every row into the same few sets of the cache.
  let fieldStride = min(depthBlock, (g.depth + 15) / 16 * 16) + 16
  let fields = try builder.scratch(floats: builder.threads * rowBlock * fieldStride)
  let pieceRows =
    builder.threads == 1 ? rowBlock : min(rowBlock, max(12, (g.rows / (builder.threads * 2) + 11) / 12 * 12))
  let pieces = (g.rows + pieceRows - 1) / pieceRows
  builder.emit("Conv gathered", reads: planned.reads, writes: [planned.y, fields], flops: g.flops) { execution in
    execution.parallel(pieces, work: g.flops) { (piece, thread) in
      let first = piece * pieceRows
      let rows = min(pieceRows, g.rows - first)
      let field = execution.floats(fields) + thread * rowBlock * fieldStride
      for group in 0..<g.groups {
        var done = 0
        while done < g.depth {
          let depth = min(depthBlock, g.depth - done)
          let last = done + depth == g.depth
          gatherFields(
            execution.floats(planned.x) + group * g.inputChannels, g, first: first, count: rows, from: done,
            depth: depth, to: field, targetStride: fieldStride)
          execution.kernels.gemm(
            Gemm(
              rows: rows, columns: g.outputChannels, depth: depth, a: field, aStride: fieldStride,
              b: execution.floats(planned.weights) + group * groupFloats + done * panelColumns,
              panelStride: g.depth * panelColumns,
              c: execution.floats(planned.y) + first * g.outputStride + group * g.outputChannels,
              cStride: g.outputStride, accumulate: done > 0,
              bias: last ? planned.bias(from: group * g.outputChannels, execution) : nil,
              activation: last ? planned.activation : .identity))
          done += depth
        }
      }
    }
  }
}

/// One filter a channel, one or two spatial dimensions.
private func emitDepthwise(_ planned: PlannedConvolution, _ builder: PlanBuilder) {
  let g = planned.geometry
  builder.emit("Conv depthwise", reads: planned.reads, writes: [planned.y], flops: g.flops) { execution in
    var call = g.windows(
      .weighted, channels: g.groups, from: execution.floats(planned.x), to: execution.floats(planned.y))
    call.weights = UnsafePointer(execution.floats(planned.weights))
    call.start = planned.bias(execution)
    call.activation = planned.activation
    slide(call, images: g.batch, work: g.flops, execution)
  }
}

extension ConvolutionGeometry {
  /// The kernels' form of it, for its first image, two-dimensional.
  func windows(
    _ function: WindowFunction, channels: Int, from x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>
  ) -> Windows {
    var call = Windows(
      function, channels: channels, height: input.height, width: input.width, input: x, inputStride: channels,
      output: y)
    (call.outputHeight, call.outputWidth) = (output.height, output.width)
    (call.kernelHeight, call.kernelWidth) = (kernel.height, kernel.width)
    (call.strideY, call.strideX) = (strides.height, strides.width)
    (call.dilationY, call.dilationX) = (dilations.height, dilations.width)
    (call.padTop, call.padLeft) = (padsBegin.height, padsBegin.width)
    return call
  }
}

/// `call`, which describes the first of some images that follow one another, for all of them, in parallel.
func slide(_ call: Windows, images: Int, work: Int, _ execution: Execution) {
  // Threads share bands of rows, which lie together, or the channels of a few rows, in whole cache lines.
  let threads = execution.threads.count
  let takesBands = threads > 1 && call.outputHeight >= 4 * threads
  let band = takesBands ? (call.outputHeight + 2 * threads - 1) / (2 * threads) : max(1, call.outputHeight)
  let bands = (call.outputHeight + band - 1) / band
  let share = (call.channels / (2 * threads) + 15) / 16 * 16
  let slice = threads == 1 || takesBands ? call.channels : max(16, share)
  let slices = (call.channels + slice - 1) / slice
  execution.parallel(images * bands * slices, work: work) { piece in
    let (image, top) = (piece / slices / bands, piece / slices % bands * band)
    let first = piece % slices * slice
    var part = call
    part.channels = min(slice, call.channels - first)
    part.outputHeight = min(band, call.outputHeight - top)
    part.padTop -= top * call.strideY
    part.input += image * call.inputHeight * call.inputWidth * call.inputStride + first
    part.output += (image * call.outputHeight + top) * call.outputWidth * call.outputStride + first
    part.weights += first
    part.start = call.start.map { $0 + first }
    execution.kernels.windows(part)
  }
}
