import Graphs
import Plans
import Tensors

/// STFT: the DFT of frames of a signal `[N, length, 1 or 2]`, a step apart, each times a window. The frame's length is
/// an input, else the window's, else the signal's. PyTorch writes a real signal as `[N, length]`.
final class ShortTimeFourierTransform: Operator {
  private let isOneSided: Bool

  override init(_ node: Node) throws(Failure) {
    isOneSided = try node.flag("onesided", default: true)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    var signal = try inputs.required(0, ranks: 2...3)
    if signal.shape.count == 2 { signal = signal.unsqueezed(at: 2) }
    let step = try builder.integer(inputs.required(1), "the step")
    let window = inputs.optional(2)
    let size = signal.shape[1]
    var length = window?.count ?? size
    if let input = inputs.optional(3) { length = try builder.integer(input, "the frame's length") }
    guard step > 0, length > 0, length <= size, window?.shape ?? [length] == [length] else {
      throw Failure(
        .invalidInput, "frames of \(length) with a step of \(step) fit no signal of \(size), or not the window")
    }
    let x = try builder.cast(signal, to: .float64)
    var frames = x.sliced(axis: 1, start: 0, step: step, count: (size - length) / step + 1).unsqueezed(at: 2)
    frames.shape[2] = length
    frames.strides[2] = x.strides[1]
    if let window {
      let weights = try builder.cast(window, to: .float64)
      frames = try builder.binary("STFT", .multiply, frames, weights.unsqueezed(at: 1))
    }
    let result = try builder.fourierTransform(frames, axis: 2, length: length, isOneSided: isOneSided)
    return [try builder.cast(result, to: signal.type)]
  }
}
