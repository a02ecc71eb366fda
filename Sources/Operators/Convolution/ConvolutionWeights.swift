import KernelTable
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
