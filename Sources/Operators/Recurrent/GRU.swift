import Graphs
import KernelTable
import Tensors

/// Gated recurrent unit: Cho et al. 2014, in both forms of ONNX's linear_before_reset. Gates are in ONNX's order:
/// update, reset, candidate.
final class GRU: RecurrentOperator {
  init(_ node: Node) throws(Failure) { try super.init(node, .gru) }

  override func advance(_ step: RecurrentStep, hiddenSize count: Int) {
    let gateStride = 3 * count
    let candidatePanel = panelCount(columns: 2 * count)
    if form.linearBeforeReset && (2 * count) % panelColumns == 0 {
      // The candidate's panels follow the gates' without padding: one matrix.
      step.multiply(
        step.previous, stride: step.previousStride, hiddenSize: count, panel: 0, columns: gateStride,
        into: step.scratch, targetStride: gateStride, accumulate: false, bias: step.bias)
    } else {
      step.multiply(
        step.previous, stride: step.previousStride, hiddenSize: count, panel: 0, columns: 2 * count,
        into: step.scratch, targetStride: gateStride, accumulate: false, bias: step.bias)
      if form.linearBeforeReset {
        step.multiply(
          step.previous, stride: step.previousStride, hiddenSize: count, panel: candidatePanel, columns: count,
          into: step.scratch + 2 * count, targetStride: gateStride, accumulate: false,
          bias: step.bias.map { $0 + 2 * count })
      }
    }
    general(step, count, candidatePanel: candidatePanel)
  }

  /// Any activations and clipping, and the candidate of the reset state, one vector operation after the other.
  private func general(_ step: RecurrentStep, _ count: Int, candidatePanel: Int) {
    let kernels = step.kernels
    let activations = form.activations[step.direction]
    let gateStride = 3 * count
    for row in 0..<step.rows {
      let (x, h) = (step.projection + row * step.projectionStride, step.scratch + row * gateStride)
      let previous = step.previous + row * step.previousStride
      kernels.binary(.add, x, 1, h, 1, x, 2 * count)
      clip(x, 2 * count, kernels)
      kernels.unary(activations[0], x, x, 2 * count)
      // The reset gate times what it resets: the projected state, or the state itself.
      let target = h + 2 * count
      kernels.binary(.multiply, x + count, 1, form.linearBeforeReset ? UnsafePointer(target) : previous, 1, target, count)
    }
    if !form.linearBeforeReset {
      step.multiply(
        step.scratch + 2 * count, stride: gateStride, hiddenSize: count, panel: candidatePanel, columns: count,
        into: step.scratch, targetStride: gateStride, accumulate: false)
    }
    for row in 0..<step.rows {
      let (x, h) = (step.projection + row * step.projectionStride, step.scratch + row * gateStride)
      let previous = step.previous + row * step.previousStride
      let hidden = step.hidden + row * step.hiddenStride
      let candidate = x + 2 * count
      kernels.binary(.add, candidate, 1, form.linearBeforeReset ? h + 2 * count : h, 1, candidate, count)
      clip(candidate, count, kernels)
      kernels.unary(activations[1], candidate, candidate, count)
      // h' = (1 - z) · n + z · h
      kernels.binary(.multiply, x, 1, previous, 1, h, count)
      kernels.unary(Activation(.affine, alpha: -1, beta: 1), x, x, count)
      kernels.binary(.multiply, x, 1, candidate, 1, candidate, count)
      kernels.binary(.add, candidate, 1, h, 1, hidden, count)
    }
  }
}
