import Graphs
import KernelTable
import Tensors

/// The simple recurrent network of Elman 1990, as ONNX's RNN has it: h' = f(x · W + h · R + b).
final class RNN: RecurrentOperator {
  init(_ node: Node) throws(Failure) { try super.init(node, .rnn) }

  override func advance(_ step: RecurrentStep, hiddenSize count: Int) {
    step.multiply(
      step.previous, stride: step.previousStride, hiddenSize: count, panel: 0, columns: count,
      into: step.projection, targetStride: step.projectionStride, accumulate: true)
    for row in 0..<step.rows {
      let sum = step.projection + row * step.projectionStride
      clip(sum, count, step.kernels)
      step.kernels.unary(form.activations[step.direction][0], sum, step.hidden + row * step.hiddenStride, count)
    }
  }
}
