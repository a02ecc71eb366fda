import Graphs
import KernelTable
import Plans
import Tensors

// Weights as the convolution kernels read them.

/// `[M, C / groups, kernel…]` into panels of 16 output channels, one group after another:
/// `[groups][panels][taps · C / groups][16]`, the depth in the order tap, channel.
func packConvolution(
  _ weights: UnsafePointer<Float>, groups: Int, outputChannels: Int, inputChannels: Int, taps: Int,
  to target: UnsafeMutablePointer<Float>
) {
  var next = target
  for group in 0..<groups {
    for panel in 0..<panelCount(columns: outputChannels) {
      for tap in 0..<taps {
        for channel in 0..<inputChannels {
          for lane in 0..<panelColumns {
            let output = panel * panelColumns + lane
            next[lane] =
              output < outputChannels
              ? weights[((group * outputChannels + output) * inputChannels + channel) * taps + tap] : 0
          }
          next += panelColumns
        }
      }
    }
  }
}

/// `[C, 1, kernel…]` of a depthwise convolution into `[taps][C]`.
func packDepthwise(
  _ weights: UnsafePointer<Float>, channels: Int, taps: Int, to target: UnsafeMutablePointer<Float>
) {
  for tap in 0..<taps { for channel in 0..<channels { target[tap * channels + channel] = weights[channel * taps + tap] } }
}

/// `[C, M / groups, kernel…]` of a transposed convolution into, for each group, a packed matrix `[C / groups,
/// taps · M / groups]`, columns in the order tap, channel.
func packTransposed(
  _ weights: UnsafePointer<Float>, groups: Int, outputChannels: Int, inputChannels: Int, taps: Int,
  to target: UnsafeMutablePointer<Float>
) {
  let columns = taps * outputChannels
  for group in 0..<groups {
    packPanels(
      weights + group * inputChannels * columns, depth: inputChannels, columns: columns, depthStride: columns,
      columnOffset: { $0 % outputChannels * taps + $0 / outputChannels },
      to: target + group * panelCount(columns: columns) * inputChannels * panelColumns)
  }
}

/// How the weights of a convolution are packed.
enum ConvolutionPacking {
  case panels, depthwise, transposed

  /// The packed tensor's shape, for weights of `[M, C / groups, …]` or, transposed, `[C, M / groups, …]`.
  func shape(groups: Int, outputChannels: Int, inputChannels: Int, taps: Int) throws(Failure) -> Shape {
    let shape =
      switch self {
      case .panels: [groups * panelCount(columns: outputChannels), taps * inputChannels, panelColumns]
      case .depthwise: [taps, groups]
      case .transposed: [groups * panelCount(columns: taps * outputChannels), inputChannels, panelColumns]
      }
    _ = try elementCount(of: shape)
    return shape
  }

  func pack(
    _ weights: UnsafePointer<Float>, groups: Int, outputChannels: Int, inputChannels: Int, taps: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .panels:
      packConvolution(
        weights, groups: groups, outputChannels: outputChannels, inputChannels: inputChannels, taps: taps, to: target)
    case .depthwise: packDepthwise(weights, channels: groups, taps: taps, to: target)
    case .transposed:
      packTransposed(
        weights, groups: groups, outputChannels: outputChannels, inputChannels: inputChannels, taps: taps, to: target)
    }
  }
}

extension ConvolutionPacking {
  /// Refuses packed weights of another shape.
  func require(
    _ weights: Operand, groups: Int, outputChannels: Int, inputChannels: Int, taps: Int
  ) throws(Failure) {
    let expected = try shape(groups: groups, outputChannels: outputChannels, inputChannels: inputChannels, taps: taps)
    guard weights.isContiguous, weights.shape == expected else {
      throw Failure(
        .invalidModel, "the packed weights have shape \(describe(weights.shape)), expected \(describe(expected))")
    }
  }
}

/// What a node says of its packed weights: the channels of one group, and the kernel.
func announcedSizes(
  _ node: Node, groups: Int
) throws(Failure) -> (inputs: Int, outputs: Int, kernel: [Int]) {
  let kernel = try node.ints("kernel_shape") ?? []
  let outputs = try node.int("channels", default: 0)
  let inputs = try node.int("input_channels", default: 0)
  // Sizes come from a file: no product of them may overflow.
  _ = try elementCount(of: kernel + [inputs, outputs, groups, panelColumns])
  guard outputs > 0, outputs % groups == 0, inputs > 0, (1...3).contains(kernel.count), !kernel.contains(0) else {
    throw Failure(.invalidModel, "the sizes of the packed weights are not possible")
  }
  return (inputs, outputs / groups, kernel)
}

/// Refuses weights whose shape, in ONNX's form, is not possible.
func requireWeights(_ shape: Shape, groups: Int) throws(Failure) {
  guard (3...5).contains(shape.count), groups > 0, shape[0] % groups == 0, !shape.contains(0) else {
    throw Failure(
      .invalidModel, "weights of shape \(describe(shape)) do not make \(groups) groups of 1 to 3 spatial dimensions")
  }
}
