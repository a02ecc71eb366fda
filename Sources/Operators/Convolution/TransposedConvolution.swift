import Graphs
import KernelTable
import Plans
import Tensors

/// ConvTranspose of ONNX, and crnn.ConvTranspose, whose weights were packed when the model was loaded.
///
/// One matrix product gives what every input position contributes to every tap of its window; then each output
/// position adds up its contributions, in the order of the taps.
/// Inputs of crnn.ConvTranspose: X; packed weights; bias `[M]`, optional. Attributes beside ConvTranspose's:
/// kernel_shape, always; channels = M; input_channels = C / group; activation.
final class TransposedConvolution: Operator {
  private let node: Node
  private let groups: Int
  private let activation: Activation
  private let isPacked: Bool
  private let outputPadding: [Int]?
  private let outputShape: [Int]?

  override init(_ node: Node) throws(Failure) {
    self.node = node
    groups = try node.int("group", default: 1)
    isPacked = node.domain == "crnn"
    activation = isPacked ? try Activation(of: node) : .identity
    outputPadding = try node.ints("output_padding")
    outputShape = try node.ints("output_shape")
    guard groups > 0 else { throw Failure(.invalidModel, "group is \(groups), expected a positive number") }
    if let kernel = try node.ints("kernel_shape") { _ = try Window(node, kernel: kernel) }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let given = try inputs.required(0, ranks: 3...5)
    let weights = try inputs.required(1)
    let shape = try TransposedWeightShape(node, weights, groups: groups, isPacked: isPacked)
    guard shape.kernel.count == given.rank - 2, given.shape[1] == shape.inputChannels * groups else {
      throw Failure(
        .invalidInput,
        "input has shape \(describe(given.shape)), expected \(shape.inputChannels * groups) channels and rank"
          + " \(shape.kernel.count + 2)")
    }
    let window = try Window(node, kernel: shape.kernel)
    let spatial = Array(given.shape[2...])
    let (output, padsBegin) = try place(window, over: spatial)
    // The geometry of the convolution that this transposes: its output is our input.
    let g = ConvolutionGeometry(
      batch: given.shape[0], groups: groups, inputChannels: shape.outputChannels, outputChannels: shape.inputChannels,
      input: output, output: spatial, window: window, padsBegin: padsBegin)

    let x = try builder.channelsLast(builder.converted(given, to: .float32))
    let y = try builder.allocateChannelsLast(.float32, [given.shape[0], groups * shape.outputChannels] + output)
    let bias = try inputs.optional(2).map { (given) throws(Failure) in
      try convolutionBias(given, channels: self.groups * shape.outputChannels, builder)
    }
    let packed = try isPacked ? weights : pack(weights, shape, builder)
    let columns = shape.taps * shape.outputChannels
    let contributions = try builder.scratch(floats: elementCount(of: [g.rows, columns]))
    let groupFloats = panelCount(columns: columns) * shape.inputChannels * panelColumns
    let (groups, activation) = (groups, activation)
    builder.emit(
      "ConvTranspose", reads: [x, packed] + (bias.map { [$0] } ?? []), writes: [y, contributions],
      flops: 2 &* g.rows &* columns &* shape.inputChannels &* groups
    ) { execution in
      for group in 0..<groups {
        multiply(
          Gemm(
            rows: g.rows, columns: columns, depth: shape.inputChannels,
            a: execution.floats(x) + group * shape.inputChannels, aStride: g.outputStride,
            b: execution.floats(packed) + group * groupFloats, panelStride: shape.inputChannels * panelColumns,
            c: execution.floats(contributions), cStride: columns), execution)
        collectContributions(
          execution.floats(contributions), g,
          bias: bias.map { UnsafePointer(execution.floats($0) + group * shape.outputChannels) }, activation,
          to: execution.floats(y) + group * shape.outputChannels, execution)
      }
    }
    return [try builder.converted(y, to: given.type)]
  }

  /// The output's spatial shape and the padding cut off before it.
  private func place(_ window: Window, over input: [Int]) throws(Failure) -> (output: [Int], padsBegin: [Int]) {
    let rank = window.rank
    let extra = outputPadding ?? [Int](repeating: 0, count: rank)
    guard extra.count == rank, extra.allSatisfy({ $0 >= 0 && $0 < 1 << 30 }) else {
      throw Failure(.invalidModel, "output_padding \(describe(extra)) does not fit \(rank) dimensions")
    }
    var (output, begin) = (input, window.padsBegin)
    for axis in 0..<rank {
      guard input[axis] < 1 << 30 else { throw Failure(.invalidInput, "spatial shape \(describe(input)) is too large") }
      let full = window.strides[axis] * (input[axis] - 1) + extra[axis] + window.extent(axis)
      var wanted: Int?
      if let outputShape {
        // Some exporters write the whole shape, batch and channels included.
        guard outputShape.count >= rank else {
          throw Failure(.invalidModel, "output_shape \(describe(outputShape)) does not fit \(rank) dimensions")
        }
        wanted = outputShape[outputShape.count - rank + axis]
      } else if window.padding == .sameUpper || window.padding == .sameLower {
        wanted = input[axis] * window.strides[axis]
      }
      if let wanted {
        guard wanted > 0, wanted < 1 << 40 else {
          throw Failure(.invalidModel, "output size \(wanted) is not possible")
        }
        let total = max(0, full - wanted)
        begin[axis] = window.padding == .sameUpper ? total / 2 : total - total / 2
        output[axis] = wanted
      } else {
        let end = window.padding == .valid ? 0 : window.padsEnd[axis]
        if window.padding == .valid { begin[axis] = 0 }
        output[axis] = full - begin[axis] - end
      }
      guard input[axis] > 0, output[axis] > 0 else {
        throw Failure(.invalidInput, "the input's spatial shape \(describe(input)) is too small for the padding")
      }
    }
    return (output, begin)
  }

  private func pack(
    _ weights: Operand, _ shape: TransposedWeightShape, _ builder: PlanBuilder
  ) throws(Failure) -> Operand {
    let source = try builder.contiguous(builder.converted(weights, to: .float32))
    let groups = groups
    let target = try builder.allocate(
      .float32,
      ConvolutionPacking.transposed.shape(
        groups: groups, outputChannels: shape.outputChannels, inputChannels: shape.inputChannels, taps: shape.taps))
    builder.emit("Pack", reads: [source], writes: [target]) { execution in
      ConvolutionPacking.transposed.pack(
        execution.floats(source), groups: groups, outputChannels: shape.outputChannels,
        inputChannels: shape.inputChannels, taps: shape.taps, to: execution.floats(target))
    }
    return target
  }
}

/// What the weights say of a transposed convolution.
struct TransposedWeightShape {
  var inputChannels: Int
  var outputChannels: Int
  var kernel: [Int]

  var taps: Int { kernel.reduce(1, *) }
}

extension TransposedWeightShape {
  init(_ node: Node, _ weights: Operand, groups: Int, isPacked: Bool) throws(Failure) {
    guard isPacked else {
      try self.init(weights.shape, groups: groups)
      return
    }
    let (inputs, outputs, kernel) = try announcedSizes(node, groups: groups)
    self.init(inputChannels: inputs, outputChannels: outputs, kernel: kernel)
    try ConvolutionPacking.transposed.require(
      weights, groups: groups, outputChannels: outputChannels, inputChannels: inputChannels, taps: taps)
  }

  /// From ONNX's shape of the weights, `[C, M / groups, kernel…]`.
  init(_ shape: Shape, groups: Int) throws(Failure) {
    try requireWeights(shape, groups: groups)
    self.init(inputChannels: shape[0] / groups, outputChannels: shape[1], kernel: Array(shape[2...]))
  }
}

/// Adds up each output position's contributions. `g` is the geometry of the forward convolution: its input is what is
/// written here. `contributions` is `[positions][taps][channels]`.
private func collectContributions(
  _ contributions: UnsafePointer<Float>, _ g: ConvolutionGeometry, bias: UnsafePointer<Float>?,
  _ activation: Activation, to target: UnsafeMutablePointer<Float>, _ execution: Execution
) {
  let channels = g.inputChannels
  let fieldFloats = g.taps * channels
  let kernels = execution.kernels
  let rows = g.batch * g.input.depth * g.input.height
  execution.parallel(rows, work: g.rows &* fieldFloats) { row in
    let y = row % g.input.height
    let z = row / g.input.height % g.input.depth
    let image = row / (g.input.height * g.input.depth)
    for x in 0..<g.input.width {
      let sum = target + (row * g.input.width + x) * g.inputStride
      if let bias { sum.copy(from: bias, count: channels) } else { sum.clear(count: channels) }
      for tapZ in 0..<g.kernel.depth {
        guard let fromZ = source(z, tapZ, g.padsBegin.depth, g.dilations.depth, g.strides.depth, g.output.depth)
        else { continue }
        for tapY in 0..<g.kernel.height {
          guard let fromY = source(y, tapY, g.padsBegin.height, g.dilations.height, g.strides.height, g.output.height)
          else { continue }
          for tapX in 0..<g.kernel.width {
            guard let fromX = source(x, tapX, g.padsBegin.width, g.dilations.width, g.strides.width, g.output.width)
            else { continue }
            let position = ((image * g.output.depth + fromZ) * g.output.height + fromY) * g.output.width + fromX
            let tap = (tapZ * g.kernel.height + tapY) * g.kernel.width + tapX
            kernels.binary(
              .add, sum, 1, contributions + position * fieldFloats + tap * channels, 1, sum, channels)
          }
        }
      }
      if activation.function != .identity { kernels.unary(activation, sum, sum, channels) }
    }
  }
}

/// The input position whose window has `tap` at output position `position`, if there is one.
@inline(__always)
private func source(_ position: Int, _ tap: Int, _ pad: Int, _ dilation: Int, _ stride: Int, _ count: Int) -> Int? {
  let shifted = position + pad - tap * dilation
  guard shifted >= 0, shifted % stride == 0, shifted / stride < count else { return nil }
  return shifted / stride
}
