import Graphs
import KernelTable
import Tensors

/// The simple recurrent network of Elman 1990, as ONNX's RNN has it: h' = f(x · W + h · R + b).
final class RNN: RecurrentOperator {
  init(_ node: Node) throws(Failure) { try super.init(node, .rnn) }

  override func advance(_ step: RecurrentStep, hiddenSize count: Int) {
    let function = form.activations[step.direction][0]
    multiplyBlock(
      Gemm(
        rows: step.rows, columns: count, depth: count, a: step.previous, aStride: step.previousStride,
        b: step.weights, panelStride: count * panelColumns, c: step.hidden, cStride: step.hiddenStride,
        addend: UnsafePointer(step.projection), addendStride: step.projectionStride,
        activation: form.clip.map { Activation(.clip, alpha: -$0, beta: $0) } ?? function), step.kernels)
    guard form.clip != nil else { return }
    for row in 0..<step.rows {
      let hidden = step.hidden + row * step.hiddenStride
      step.kernels.unary(function, hidden, hidden, count)
    }
  }
}
