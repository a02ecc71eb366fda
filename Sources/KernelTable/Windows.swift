/// What is made of the numbers in a window.
public enum WindowFunction: Sendable {
  case weighted, sum, maximum
}

/// Windows over one image, channels-last, each channel for itself: depthwise convolution, pooling.
///
/// y[row, column, c] = activation(start[c] + Σ over ky, kx of w[ky, kx, c] ·
/// x[row · strideY + ky · dilationY - padTop, column · strideX + kx · dilationX - padLeft, c]), or without weights, or
/// with the maximum in place of the sum. What lies outside the image is left out.
public struct Windows {
  public var function: WindowFunction
  public var channels: Int
  public var inputHeight: Int
  public var inputWidth: Int
  public var outputHeight: Int
  public var outputWidth: Int
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var strideY = 1
  public var strideX = 1
  public var dilationY = 1
  public var dilationX = 1
  public var padTop = 0
  public var padLeft = 0
  /// Floats from one position to the next; rows follow one another without gaps.
  public var inputStride: Int
  public var outputStride: Int
  public var weightStride: Int
  public var input: UnsafePointer<Float>
  /// `[kernelHeight][kernelWidth][channels]`; not read unless the function is `weighted`.
  public var weights: UnsafePointer<Float>
  /// `[channels]`; 0, or -infinity for the maximum, where there is none. It may be the output.
  public var start: UnsafePointer<Float>?
  public var output: UnsafeMutablePointer<Float>
  public var activation = Activation.identity

  /// All strides but those between positions are 1, without padding, weights and start, of one output.
  public init(
    _ function: WindowFunction, channels: Int, height: Int, width: Int, input: UnsafePointer<Float>, inputStride: Int,
    output: UnsafeMutablePointer<Float>
  ) {
    self.function = function
    self.channels = channels
    (inputHeight, inputWidth, kernelHeight, kernelWidth) = (height, width, height, width)
    (outputHeight, outputWidth) = (1, 1)
    (self.inputStride, outputStride, weightStride) = (inputStride, channels, channels)
    (self.input, weights) = (input, input)
    self.output = output
  }
}
