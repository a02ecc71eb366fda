import Tensors

/// Makes a network's input of an image: channels, size and values as the model's metadata asks.
///
/// - Returns: float32 [1, C, H, W] or [1, H, W, C].
/// - Throws: `invalidInput` when the scaled image would be beyond reason, `outOfMemory`.
public func prepare(_ image: ImageView, for description: RecognizerDescription) throws(Failure) -> Tensor {
  let expected = description.image
  let size = try expected.size(for: image)
  let pixels = try resized(image, expected.channels, width: size.width, height: size.height)
  return try normalised(pixels, expected)
}

/// The pixels as numbers around zero, in the network's layout. A parameter keeps the pixels alive while they are read.
private func normalised(_ pixels: PixelBuffer, _ image: ImageDescription) throws(Failure) -> Tensor {
  let channelCount = pixels.channels.count
  let area = pixels.width * pixels.height
  guard image.mean.count == channelCount, image.scale.count == channelCount else {
    throw Failure(.invalidMetadata, "mean and scale need \(channelCount) numbers, one a channel")
  }
  // Channel c of pixel i lies at i * pixelStride + c * channelStride.
  let (shape, pixelStride, channelStride) =
    image.layout == .nchw
    ? ([1, channelCount, pixels.height, pixels.width], 1, area)
    : ([1, pixels.height, pixels.width, channelCount], channelCount, 1)
  let tensor = try Tensor(.float32, shape)
  let values = tensor.storage.base.assumingMemoryBound(to: Float.self)
  for channel in 0..<channelCount {
    let (mean, scale) = (image.mean[channel], image.scale[channel])
    let source = pixels.bytes + channel
    let target = values + channel * channelStride
    if channelCount == 1 {
      for i in 0..<area { target[i] = (Float(source[i]) - mean) * scale }
    } else {
      for i in 0..<area { target[i &* pixelStride] = (Float(source[i &* channelCount]) - mean) * scale }
    }
  }
  return tensor
}
