import KernelTable
import Plans

/// A convolution with its operands, whatever algorithm computes it.
final class PlannedConvolution {
  let geometry: ConvolutionGeometry
  /// `[N, C, spatial…]`; channels-last unless the algorithm takes any layout.
  let x: Operand
  /// Packed.
  let weights: Operand
  let bias: Operand?
  /// Added before the activation; of the result's shape and layout. For algorithms that `adds` tells.
  let addend: Operand?
  let y: Operand
  let activation: Activation

  init(
    _ geometry: ConvolutionGeometry, _ x: Operand, _ weights: Operand, bias: Operand?, addend: Operand?, to y: Operand,
    _ activation: Activation
  ) {
    self.geometry = geometry
    (self.x, self.weights, self.bias, self.addend, self.y) = (x, weights, bias, addend, y)
    self.activation = activation
  }

  /// What a step of it reads.
  var reads: [Operand] { [x, weights, bias, addend].compactMap { $0 } }

  /// Its bias for channels from `first` on, nil when it has none.
  func bias(from first: Int = 0, _ execution: Execution) -> UnsafePointer<Float>? {
    bias.map { UnsafePointer(execution.floats($0) + first) }
  }

  /// Its addend for results from number `first` on, nil when it has none.
  func addend(from first: Int = 0, _ execution: Execution) -> UnsafePointer<Float>? {
    addend.map { UnsafePointer(execution.floats($0) + first) }
  }
}
