import Graphs
import KernelTable
import Tensors

/// Long short-term memory: Hochreiter and Schmidhuber 1997, with forget gates (Gers et al. 2000) and peepholes (Gers
/// and Schmidhuber 2000), as ONNX's LSTM has it. Gates are in ONNX's order: input, output, forget, candidate.
class LSTM: RecurrentOperator {
  init(_ node: Node) throws(Failure) { try super.init(node, .lstm) }

  override func advance(_ step: RecurrentStep, hiddenSize: Int) {
    step.multiply(
      step.previous, stride: step.previousStride, hiddenSize: hiddenSize, panel: 0, columns: 4 * hiddenSize,
      into: step.projection, targetStride: step.projectionStride, accumulate: true)
    for row in 0..<step.rows {
      general(
        step, step.projection + row * step.projectionStride, step.cell + row * hiddenSize,
        step.hidden + row * step.hiddenStride, hiddenSize)
    }
  }

  /// Any activations, peepholes, clipping and coupled gates, one vector operation after the other.
  private func general(
    _ step: RecurrentStep, _ gates: UnsafeMutablePointer<Float>, _ cell: UnsafeMutablePointer<Float>,
    _ hidden: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    let kernels = step.kernels
    let activations = form.activations[step.direction]
    let (input, output, forget, candidate) = (gates, gates + count, gates + 2 * count, gates + 3 * count)
    let scratch = step.scratch
    if let peepholes = step.peepholes {
      for (gate, weights) in [(input, peepholes), (forget, peepholes + 2 * count)] {
        kernels.binary(.multiply, weights, 1, cell, 1, scratch, count)
        kernels.binary(.add, gate, 1, scratch, 1, gate, count)
      }
    }
    clip(input, count, kernels)
    clip(forget, count, kernels)
    clip(candidate, count, kernels)
    kernels.unary(activations[0], input, input, count)
    if form.inputForget {
      kernels.unary(Activation(.affine, alpha: -1, beta: 1), input, forget, count)
    } else {
      kernels.unary(activations[0], forget, forget, count)
    }
    kernels.unary(activations[1], candidate, candidate, count)
    kernels.binary(.multiply, forget, 1, cell, 1, cell, count)
    kernels.binary(.multiply, input, 1, candidate, 1, candidate, count)
    kernels.binary(.add, cell, 1, candidate, 1, cell, count)
    if let peepholes = step.peepholes {
      kernels.binary(.multiply, peepholes + count, 1, cell, 1, scratch, count)
      kernels.binary(.add, output, 1, scratch, 1, output, count)
    }
    clip(output, count, kernels)
    kernels.unary(activations[0], output, output, count)
    kernels.unary(activations[2], cell, scratch, count)
    kernels.binary(.multiply, output, 1, scratch, 1, hidden, count)
  }
}

extension RecurrentOperator {
  /// ONNX's clip: what goes into an activation is held within ± the threshold.
  func clip(_ values: UnsafeMutablePointer<Float>, _ count: Int, _ kernels: KernelTable) {
    guard let bound = form.clip else { return }
    kernels.unary(Activation(.clip, alpha: -bound, beta: bound), values, values, count)
  }
}
