import Plans
import Tensors

/// A convolution's sizes, with three spatial dimensions always: missing ones are of size 1.
struct ConvolutionGeometry {
  var batch: Int
  var groups: Int
  /// Channels of one group.
  var inputChannels: Int
  var outputChannels: Int
  var input: (depth: Int, height: Int, width: Int)
  var output: (depth: Int, height: Int, width: Int)
  var kernel: (depth: Int, height: Int, width: Int)
  var strides: (depth: Int, height: Int, width: Int)
  var dilations: (depth: Int, height: Int, width: Int)
  var padsBegin: (depth: Int, height: Int, width: Int)

  var taps: Int { kernel.depth * kernel.height * kernel.width }
  /// Output positions of the whole batch.
  var rows: Int { batch * output.depth * output.height * output.width }
  /// Length of the sums.
  var depth: Int { taps * inputChannels }
  /// Floating-point operations of the definition, a product and its sum being two; Winograd's tiles take fewer.
  var flops: Int { 2 &* rows &* depth &* outputStride }
  /// Floats from one input position to the next.
  var inputStride: Int { groups * inputChannels }
  var outputStride: Int { groups * outputChannels }

  /// Whether every output position sees just the input at its own position.
  var isPointwise: Bool {
    taps == 1 && strides == (1, 1, 1) && padsBegin == (0, 0, 0) && input == output
  }

  init(
    batch: Int, groups: Int, inputChannels: Int, outputChannels: Int, input: [Int], output: [Int], window: Window,
    padsBegin: [Int]
  ) {
    self.batch = batch
    self.groups = groups
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.input = triple(input)
    self.output = triple(output)
    kernel = triple(window.kernel)
    strides = triple(window.strides)
    dilations = triple(window.dilations)
    self.padsBegin = triple(padsBegin, filling: 0)
  }

  /// Of the product of a matrix `[rows, inputs]` with one `[inputs, outputs]`.
  init(rows: Int, inputs: Int, outputs: Int) {
    let one = (depth: 1, height: 1, width: 1)
    (batch, groups, inputChannels, outputChannels) = (rows, 1, inputs, outputs)
    (input, output, kernel, strides, dilations) = (one, one, one, one, one)
    padsBegin = (0, 0, 0)
  }
}

private func triple(_ values: [Int], filling: Int = 1) -> (depth: Int, height: Int, width: Int) {
  switch values.count {
  case 1: (filling, filling, values[0])
  case 2: (filling, values[0], values[1])
  default: (values[0], values[1], values[2])
  }
}

/// Copies the receptive fields of `count` output positions, from `first` on, into rows of `target`, `targetStride`
/// apart: of each field the elements `from ..< from + depth` in the order kernel depth, height, width, channel.
/// Positions in the padding give zeros. `input` is the group's first channel in a channels-last tensor.
func gatherFields(
  _ input: UnsafePointer<Float>, _ g: ConvolutionGeometry, first: Int, count: Int, from: Int, depth: Int,
  to target: UnsafeMutablePointer<Float>, targetStride: Int
) {
  let channels = g.inputChannels
  let stride = g.inputStride
  let rowFloats = g.input.width * stride
  // Neighbouring taps of a row lie side by side when nothing lies between them.
  let merges = g.dilations.width == 1 && g.groups == 1
  for index in 0..<count {
    var position = first + index
    let x0 = position % g.output.width * g.strides.width - g.padsBegin.width
    position /= g.output.width
    let y0 = position % g.output.height * g.strides.height - g.padsBegin.height
    position /= g.output.height
    let z0 = position % g.output.depth * g.strides.depth - g.padsBegin.depth
    let image = input + position / g.output.depth * (g.input.depth * g.input.height * rowFloats)
    let row = target + index * targetStride
    if from == 0 && depth == g.depth && channels < 16 && g.groups == 1 && g.dilations == (1, 1, 1) {
      gatherField(image, g, x0, y0, z0, to: row)
      continue
    }
    let inside = x0 >= 0 && x0 + (g.kernel.width - 1) * g.dilations.width < g.input.width
    var done = 0
    while done < depth {
      let element = from + done
      let tap = element / channels
      let channel = element - tap * channels
      let tapX = tap % g.kernel.width
      let tapRow = tap / g.kernel.width
      let y = y0 + tapRow % g.kernel.height * g.dilations.height
      let z = z0 + tapRow / g.kernel.height * g.dilations.depth
      let x = x0 + tapX * g.dilations.width
      let run =
        merges && inside
        ? min(depth - done, (g.kernel.width - tapX) * channels - channel) : min(depth - done, channels - channel)
      let exists =
        z >= 0 && z < g.input.depth && y >= 0 && y < g.input.height && (inside || x >= 0 && x < g.input.width)
      if exists {
        let source = image + ((z * g.input.height + y) * g.input.width + x) * stride + channel
        row.advanced(by: done).copy(from: source, count: run)
      } else {
        row.advanced(by: done).clear(count: run)
      }
      done += run
    }
  }
}

/// A whole field of few channels.
private func gatherField(
  _ image: UnsafePointer<Float>, _ g: ConvolutionGeometry, _ x0: Int, _ y0: Int, _ z0: Int,
  to target: UnsafeMutablePointer<Float>
) {
  let channels = g.inputChannels
  let run = g.kernel.width * channels
  // What lies beyond the edges of a row.
  let before = min(max(-x0, 0), g.kernel.width) * channels
  let after = min(max(x0 + g.kernel.width - g.input.width, 0), g.kernel.width) * channels
  var row = target
  for z in z0..<z0 + g.kernel.depth {
    for y in y0..<y0 + g.kernel.height {
      if z < 0 || z >= g.input.depth || y < 0 || y >= g.input.height {
        for i in 0..<run { row[i] = 0 }
      } else {
        let source = image + ((z * g.input.height + y) * g.input.width + x0) * channels
        for i in 0..<run { row[i] = i < before || i >= run - after ? 0 : source[i] }
      }
      row += run
    }
  }
}
