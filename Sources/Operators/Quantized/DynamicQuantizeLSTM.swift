import Graphs
import Plans
import Tensors

/// DynamicQuantizeLSTM of com.microsoft: an LSTM with weights of 8 bits, W `[D, I, 4 · H]` and R `[D, H, 4 · H]`, with
/// a scale and a zero point for each direction or for each column. Before every product its left operand, the whole
/// input or the hidden states of all sequences at a step, is quantised to uint8 by its own content.
///
/// Inputs 0 to 7 are LSTM's; 8 to 11 are W's scale and zero point and R's. The packed form, of domain crnn, has
/// the dequantised weights as crnn.LSTM has them.
final class DynamicQuantizeLSTM: LSTM {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    // What lies beyond the end of the longest sequence does not count.
    let x = try builder.dynamicallyQuantized(
      inputs.required(0, ranks: 3...3), lengths: inputs.optional(isPacked ? 5 : 4))
    var operands = inputs.operands
    operands[0] = try builder.dequantized(x[0], scale: x[1], zero: x[2])
    if !isPacked {
      for index in 8..<12 {
        // One for each direction and column varies along the first and last axis.
        let parameter = try inputs.required(index, ranks: 1...2)
        if parameter.rank == 2 { operands[index] = parameter.unsqueezed(at: 1) }
      }
      for index in 1...2 {
        _ = try inputs.required(index, ranks: 3...3)
        let scale = 6 + 2 * index
        operands[index] = try Inputs(operands).centred(index, zero: scale + 1, axis: 0, builder, scale: scale)
          .transposed([0, 2, 1])
      }
      operands.removeSubrange(8...)
    }
    return try super.lower(Inputs(operands), builder)
  }

  override var joinsSequences: Bool { true }

  override func scratchSize(_ packing: RecurrentPacking) -> Int { packing.gateColumns + packing.hiddenSize }

  override func advance(_ step: RecurrentStep, hiddenSize: Int) {
    // Behind what LSTM uses itself.
    let state = step.scratch + step.rows * 4 * hiddenSize
    var range = step.range ?? DynamicRange()
    if step.range == nil {
      for row in 0..<step.rows { range.include(step.previous + row * step.previousStride, count: hiddenSize) }
    }
    let (scale, zero) = (range.scale, range.zero)
    for row in 0..<step.rows {
      let (source, target) = (step.previous + row * step.previousStride, state + row * hiddenSize)
      for index in 0..<hiddenSize { target[index] = (quantize(source[index] / scale, zero, 0...255) - zero) * scale }
    }
    var quantized = step
    quantized.previous = UnsafePointer(state)
    quantized.previousStride = hiddenSize
    super.advance(quantized, hiddenSize: hiddenSize)
  }
}
