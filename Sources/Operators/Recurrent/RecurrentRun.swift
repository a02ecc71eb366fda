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
      guard isRagged, let lengths = places.lengths else {
        return walk(places, layer, execution, direction, 0..<batch, length: steps)
      }
      if layer.joinsSequences { return walkTogether(places, layer, execution, direction, lengths) }
      for sequence in 0..<batch {
        walk(places, layer, execution, direction, sequence..<sequence + 1, length: Int(lengths[sequence]))
      }
    }
  }

  private func isReverse(_ direction: Int) -> Bool { form.direction == .reverse || direction == 1 }

  /// Runs sequences of one length through one direction, step by step.
  @inline(never)
  private func walk(
    _ places: RecurrentPlaces, _ layer: RecurrentOperator, _ execution: Execution, _ direction: Int,
    _ sequences: Range<Int>, length: Int
  ) {
    var state = begin(places, layer, execution, direction, sequences)
    if !layer.joinsSequences, form.isStandard[direction], places.peepholes == nil {
      walkGated(places, &state, direction, sequences, length: length)
    } else {
      for index in 0..<length { advance(&state, places, layer, sequences.lowerBound, index, length: length) }
    }
    end(places, direction, sequences, state, length: length)
  }

  /// The same for sequences of different lengths that depend on each other.
  @inline(never)
  private func walkTogether(
    _ places: RecurrentPlaces, _ layer: RecurrentOperator, _ execution: Execution, _ direction: Int,
    _ lengths: UnsafePointer<Int32>
  ) {
    var states = (0..<batch).map { begin(places, layer, execution, direction, $0..<$0 + 1) }
    for index in 0..<steps {
      var range = DynamicRange()
      // The last state of a sequence counts, too, and no more after that.
      for (sequence, state) in states.enumerated() where index <= Int(lengths[sequence]) {
        range.include(state.previous, count: packing.hiddenSize)
      }
      for sequence in 0..<batch where index < Int(lengths[sequence]) {
        states[sequence].range = range
        advance(&states[sequence], places, layer, sequence, index, length: Int(lengths[sequence]))
      }
    }
    for (sequence, state) in states.enumerated() {
      end(places, direction, sequence..<sequence + 1, state, length: Int(lengths[sequence]))
    }
  }

  /// One step of sequences from `first` on.
  @inline(never)
  private func advance(
    _ state: inout RecurrentStep, _ places: RecurrentPlaces, _ layer: RecurrentOperator, _ first: Int, _ index: Int,
    length: Int
  ) {
    let time = isReverse(state.direction) ? length - 1 - index : index
    state.projection =
      places.projection + time * projectionTime + first * projectionBatch + state.direction * packing.gateColumns
    state.hidden = output(places, state.direction, first) + time * outputTime
    layer.advance(state, hiddenSize: packing.hiddenSize)
    state.previous = UnsafePointer(state.hidden)
    state.previousStride = outputBatch
  }

  private func output(_ places: RecurrentPlaces, _ direction: Int, _ first: Int) -> UnsafeMutablePointer<Float> {
    places.y + first * outputBatch + direction * packing.hiddenSize
  }

  @inline(never)
  private func begin(
    _ places: RecurrentPlaces, _ layer: RecurrentOperator, _ execution: Execution, _ direction: Int,
    _ sequences: Range<Int>
  ) -> RecurrentStep {
    let hidden = packing.hiddenSize
    let (first, rows) = (sequences.lowerBound, sequences.count)
    let stateOffset = (direction * batch + first) * hidden
    let lastHidden = places.lastHidden + stateOffset
    let cell = places.lastCell + stateOffset
    // The last states' memory holds the initial ones until the first step.
    initialize(lastHidden, from: places.initialHidden.map { $0 + stateOffset }, count: rows * hidden)
    initialize(cell, from: places.initialCell.map { $0 + stateOffset }, count: rows * hidden)
    return RecurrentStep(
      execution: execution, direction: direction, rows: rows, projection: places.projection,
      projectionStride: projectionBatch, previous: UnsafePointer(lastHidden), previousStride: hidden,
      hidden: lastHidden, hiddenStride: outputBatch, cell: cell,
      weights: places.weights + direction * packing.recurrentPanels * hidden * panelColumns,
      bias: places.bias.map { $0 + direction * packing.gateColumns },
      peepholes: places.peepholes.map { $0 + direction * 3 * hidden },
      scratch: places.scratch + (direction * batch + first) * layer.scratchSize(packing))
  }

  /// Puts the last states, and zeros for the outputs beyond the sequences' length.
  @inline(never)
  private func end(
    _ places: RecurrentPlaces, _ direction: Int, _ sequences: Range<Int>, _ state: RecurrentStep, length: Int
  ) {
    let hidden = packing.hiddenSize
    let output = output(places, direction, sequences.lowerBound)
    let lastHidden = places.lastHidden + (direction * batch + sequences.lowerBound) * hidden
    for row in 0..<sequences.count {
      if length > 0 {
        lastHidden.advanced(by: row * hidden).copy(from: state.previous + row * outputBatch, count: hidden)
      }
      for time in length..<max(steps, length) {
        (output + row * outputBatch + time * outputTime).clear(count: hidden)
      }
    }
  }

  /// Standard LSTM or GRU cells: in each step one product for all gates, then the cells in one pass; the original GRU
  /// makes its candidate of the reset state in a product and a pass of its own.
  private func walkGated(
    _ places: RecurrentPlaces, _ step: inout RecurrentStep, _ direction: Int, _ sequences: Range<Int>, length: Int
  ) {
    let kernels = step.kernels
    let isReverse = isReverse(direction)
    let hidden = packing.hiddenSize
    let panels = packing.recurrentPanels
    let resetsFirst = form.cell == .gru && !form.linearBeforeReset
    let candidatePanel = packing.cell == .gru ? panelCount(columns: 2 * hidden) : panels
    // Whole panels are computed, the columns of padding too.
    let stride = panels * panelColumns
    var product = Gemm(
      rows: step.rows, columns: 0, depth: hidden, a: step.previous, aStride: step.previousStride, b: step.weights,
      panelStride: hidden * panelColumns, c: step.scratch, cStride: stride)
    var cells = GatedCells(
      form: packing.cell == .lstm ? .lstm : .gru, rows: step.rows, units: hidden, products: step.scratch,
      productStride: stride, candidate: packing.cell == .lstm ? 3 * hidden : candidatePanel * panelColumns,
      projection: UnsafePointer(step.scratch), projectionStride: step.projectionStride, bias: step.bias,
      previous: step.previous, previousStride: step.previousStride, cell: step.cell, cellStride: hidden,
      hidden: step.scratch, hiddenStride: step.hiddenStride)
    let projection =
      places.projection + sequences.lowerBound * projectionBatch + direction * packing.gateColumns
    let output = output(places, direction, sequences.lowerBound)
    for index in 0..<length {
      let time = isReverse ? length - 1 - index : index
      cells.projection = UnsafePointer(projection + time * projectionTime)
      cells.hidden = output + time * outputTime
      product.a = cells.previous
      product.aStride = cells.previousStride
      multiply(product, 0..<(resetsFirst ? candidatePanel : panels), index, kernels)
      if resetsFirst {
        cells.form = .gruReset
        kernels.gatedCells(cells)
        product.a = UnsafePointer(step.scratch + hidden)
        product.aStride = stride
        multiply(product, candidatePanel..<panels, index, kernels)
        cells.form = .gruCandidate
      }
      kernels.gatedCells(cells)
      cells.previous = UnsafePointer(cells.hidden)
      cells.previousStride = outputBatch
    }
    step.previous = cells.previous
    step.previousStride = cells.previousStride
  }

  /// The product with some panels of the weights, of which `whole` describes the first. Weights that the second-level
  /// cache cannot hold are walked to and fro from step to step: what was read last is still there.
  @inline(never)
  private func multiply(_ whole: Gemm, _ range: Range<Int>, _ index: Int, _ kernels: KernelTable) {
    let isLarge = packing.recurrentPanels * whole.panelStride >= 1 << 18
    let chunk = isLarge ? 16 : range.count
    var product = whole
    var done = 0
    while done < range.count {
      let count = min(chunk, range.count - done)
      let first = isLarge && index % 2 == 1 ? range.upperBound - done - count : range.lowerBound + done
      product.columns = count * panelColumns
      product.b = whole.b + first * whole.panelStride
      product.c = whole.c + first * panelColumns
      multiplyBlock(product, kernels)
      done += count
    }
  }

  private func initialize(_ state: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>?, count: Int) {
    if let source { state.copy(from: source, count: count) } else { state.clear(count: count) }
  }
}
