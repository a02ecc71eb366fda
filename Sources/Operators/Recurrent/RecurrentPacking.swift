import KernelTable
import Plans
import Tensors

/// How the weights of a recurrent layer are laid out for its kernels.
///
/// The input weights of all directions form one matrix `[I, D · G · H]`, so that one product projects the whole input.
/// The recurrent weights are, for each direction, one matrix `[H, G · H]`, for GRU two: `[H, 2 · H]` of the gates and
/// `[H, H]` of the candidate. Both biases are added up in advance, except where GRU's linear_before_reset needs the
/// recurrent one by itself.
struct RecurrentPacking {
  let cell: RecurrentCell
  let directions: Int
  let hiddenSize: Int
  let inputSize: Int
  let separatesBias: Bool
  /// Panels of one direction's recurrent matrices.
  let recurrentPanels: Int

  init(_ form: RecurrentForm, hiddenSize: Int, inputSize: Int) throws(Failure) {
    cell = form.cell
    directions = form.directions
    self.hiddenSize = hiddenSize
    self.inputSize = inputSize
    separatesBias = form.cell == .gru && form.linearBeforeReset
    // No product of these may overflow.
    _ = try elementCount(of: [directions, 4, hiddenSize + panelColumns, max(hiddenSize, inputSize) + panelColumns])
    recurrentPanels = Self.recurrentColumns(cell, hiddenSize).reduce(0) { $0 + panelCount(columns: $1) }
  }

  /// Columns of each recurrent matrix.
  private static func recurrentColumns(_ cell: RecurrentCell, _ hiddenSize: Int) -> [Int] {
    cell == .gru ? [2 * hiddenSize, hiddenSize] : [cell.gates * hiddenSize]
  }

  /// G · H
  var gateColumns: Int { cell.gates * hiddenSize }

  var inputShape: Shape { [panelCount(columns: directions * gateColumns), inputSize, panelColumns] }

  var recurrentShape: Shape { [directions * recurrentPanels, hiddenSize, panelColumns] }

  /// Of the bias that goes with the input weights; the separate recurrent bias has it too.
  var biasShape: Shape { [directions * gateColumns] }

  /// W `[D, G · H, I]`.
  func packInput(_ weights: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    packPanels(
      weights, depth: inputSize, columns: directions * gateColumns, depthStride: 1,
      columnOffset: { $0 * inputSize }, to: target)
  }

  /// R `[D, G · H, H]`.
  func packRecurrent(_ weights: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    var source = weights
    var next = target
    for _ in 0..<directions {
      for columns in Self.recurrentColumns(cell, hiddenSize) {
        packPanels(
          source, depth: hiddenSize, columns: columns, depthStride: 1, columnOffset: { $0 * hiddenSize }, to: next)
        source += columns * hiddenSize
        next += panelCount(columns: columns) * hiddenSize * panelColumns
      }
    }
  }

  /// B `[D, 2 · G · H]`, the input biases before the recurrent ones; `recurrent` is wanted when they stay apart.
  func packBias(
    _ bias: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, recurrent: UnsafeMutablePointer<Float>?
  ) {
    for direction in 0..<directions {
      let input = bias + direction * 2 * gateColumns
      for column in 0..<gateColumns {
        let index = direction * gateColumns + column
        if let recurrent {
          target[index] = input[column]
          recurrent[index] = input[gateColumns + column]
        } else {
          target[index] = input[column] + input[gateColumns + column]
        }
      }
    }
  }
}
