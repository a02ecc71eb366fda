import KernelTable
import Plans
import Tensors

/// Where everything lies during one run of a recurrent layer.
struct RecurrentPlaces {
  let projection: UnsafeMutablePointer<Float>
  let weights: UnsafePointer<Float>
  let bias, peepholes, initialHidden, initialCell: UnsafePointer<Float>?
  let lengths: UnsafePointer<Int32>?
  let y, lastHidden, lastCell, scratch: UnsafeMutablePointer<Float>
}

/// The walk of a recurrent layer along time. Strides are in floats.
struct RecurrentRun {
  let packing: RecurrentPacking
  let form: RecurrentForm
  let steps, batch: Int
  let projectionTime, projectionBatch: Int
  let outputTime, outputBatch: Int

  func execute(_ places: RecurrentPlaces, _ layer: RecurrentOperator, _ execution: Execution) {
    if let lengths = places.lengths {
      for sequence in 0..<batch where lengths[sequence] < 0 || lengths[sequence] > Int32(clamping: steps) {
        execution.fail(
          .invalidInput, "sequence_lens[\(sequence)] is \(lengths[sequence]), expected 0 to \(steps)")
        return
      }
    }
    let isRagged = places.lengths.map { lengths in (0..<batch).contains { Int(lengths[$0]) != steps } } ?? false
    let work = 2 &* steps &* batch &* packing.hiddenSize &* packing.gateColumns &* packing.directions
    execution.parallel(packing.directions, work: work) { direction in
      if isRagged, let lengths = places.lengths {
        for sequence in 0..<batch {
          walk(
            places, layer, execution.kernels, direction: direction, sequences: sequence..<sequence + 1,
            length: Int(lengths[sequence]))
        }
      } else {
        walk(places, layer, execution.kernels, direction: direction, sequences: 0..<batch, length: steps)
      }
    }
  }

  /// Runs sequences of one length through one direction.
  private func walk(
    _ places: RecurrentPlaces, _ layer: RecurrentOperator, _ kernels: KernelTable, direction: Int,
    sequences: Range<Int>, length: Int
  ) {
    let hidden = packing.hiddenSize
    let isReverse = form.direction == .reverse || direction == 1
    let (first, rows) = (sequences.lowerBound, sequences.count)
    let stateOffset = (direction * batch + first) * hidden
    let output = places.y + first * outputBatch + direction * hidden
    let lastHidden = places.lastHidden + stateOffset
    let cell = places.lastCell + stateOffset
    // The last states' memory holds the initial ones until the first step.
    initialize(lastHidden, from: places.initialHidden.map { $0 + stateOffset }, count: rows * hidden)
    initialize(cell, from: places.initialCell.map { $0 + stateOffset }, count: rows * hidden)
    var step = RecurrentStep(
      kernels: kernels, direction: direction, rows: rows, projection: places.projection,
      projectionStride: projectionBatch, previous: UnsafePointer(lastHidden), previousStride: hidden, hidden: output,
      hiddenStride: outputBatch, cell: cell,
      weights: places.weights + direction * packing.recurrentPanels * hidden * panelColumns,
      bias: places.bias.map { $0 + direction * packing.gateColumns },
      peepholes: places.peepholes.map { $0 + direction * 3 * hidden },
      scratch: places.scratch + (direction * batch + first) * layer.scratchSize(packing))
    for index in 0..<length {
      let time = isReverse ? length - 1 - index : index
      step.projection =
        places.projection + time * projectionTime + first * projectionBatch + direction * packing.gateColumns
      step.hidden = output + time * outputTime
      layer.advance(step, hiddenSize: hidden)
      step.previous = UnsafePointer(step.hidden)
      step.previousStride = outputBatch
    }
    for row in 0..<rows {
      if length > 0 {
        lastHidden.advanced(by: row * hidden).update(from: step.previous + row * outputBatch, count: hidden)
      }
      for time in length..<max(steps, length) {
        (output + row * outputBatch + time * outputTime).update(repeating: 0, count: hidden)
      }
    }
  }

  private func initialize(_ state: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>?, count: Int) {
    if let source { state.update(from: source, count: count) } else { state.update(repeating: 0, count: count) }
  }
}
