import KernelTable
import Plans

/// One time step of one direction for some sequences that are at the same step.
struct RecurrentStep {
  unowned(unsafe) let execution: Execution
  var direction: Int
  var rows: Int
  /// The input's projection with its bias, `[rows][G · H]`; may be overwritten.
  var projection: UnsafeMutablePointer<Float>
  var projectionStride: Int
  /// The hidden state before, `[rows][H]`.
  var previous: UnsafePointer<Float>
  var previousStride: Int
  /// The hidden state after.
  var hidden: UnsafeMutablePointer<Float>
  var hiddenStride: Int
  /// LSTM's cell state, `[rows][H]` without gaps, updated in place.
  var cell: UnsafeMutablePointer<Float>
  /// This direction's packed recurrent matrices.
  var weights: UnsafePointer<Float>
  /// This direction's separate recurrent bias, `[G · H]`.
  var bias: UnsafePointer<Float>?
  /// LSTM's peepholes, `[3 · H]`.
  var peepholes: UnsafePointer<Float>?
  /// `[rows][G · H]`, or what the operator asks for, for the step's own use.
  var scratch: UnsafeMutablePointer<Float>
  /// Of the hidden states of all sequences at this step, where they are computed one by one.
  var range: DynamicRange?

  var kernels: KernelTable { execution.kernels }

  /// `target (+)= state · weights[columns] (+ bias)` for all rows; `panel` is the matrix's first panel.
  @inline(__always)
  func multiply(
    _ state: UnsafePointer<Float>, stride: Int, hiddenSize: Int, panel: Int, columns: Int,
    into target: UnsafeMutablePointer<Float>, targetStride: Int, accumulate: Bool, bias: UnsafePointer<Float>? = nil
  ) {
    multiplyBlock(
      Gemm(
        rows: rows, columns: columns, depth: hiddenSize, a: state, aStride: stride,
        b: weights + panel * hiddenSize * panelColumns, panelStride: hiddenSize * panelColumns, c: target,
        cStride: targetStride, accumulate: accumulate, bias: bias), kernels)
  }
}
