import Graphs
import KernelTable
import Plans
import Tensors

/// What LSTM, GRU and RNN of ONNX have in common, and their packed forms crnn.LSTM, crnn.GRU and crnn.RNN.
///
/// Inputs of the ONNX form: X, W, R, B, sequence_lens, initial_h, and for LSTM initial_c, P. Of the packed form: X,
/// input panels, recurrent panels, bias, recurrent bias, sequence_lens, initial_h, initial_c, P, where the attributes
/// hidden_size and input_size are always given; see `RecurrentPacking`.
class RecurrentOperator: Operator {
  let form: RecurrentForm
  let isPacked: Bool
  private let inputSize: Int?

  init(_ node: Node, _ cell: RecurrentCell) throws(Failure) {
    form = try RecurrentForm(node, cell)
    isPacked = node.domain == "crnn"
    inputSize = try node.int("input_size")
    if let inputSize, inputSize < 0 || inputSize > 1 << 30 {
      throw Failure(.invalidModel, "input_size is \(inputSize), expected a size")
    }
    try super.init(node)
  }

  /// Computes one time step.
  func advance(_ step: RecurrentStep, hiddenSize: Int) {}

  /// Floats of scratch memory that a step needs for each sequence.
  func scratchSize(_ packing: RecurrentPacking) -> Int { packing.recurrentPanels * panelColumns }

  /// Whether sequences of different lengths depend on each other, by the range of their hidden states at a step.
  var joinsSequences: Bool { false }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let given = try inputs.required(0, ranks: 3...3)
    // [T, N, I] from here on, whatever lies where.
    let x = try builder.converted(form.layout == 0 ? given : given.transposed([1, 0, 2]), to: .float32)
    let weights = try isPacked ? packedWeights(inputs) : packWeights(inputs, builder)
    let packing = weights.packing
    let (steps, batch, hidden, directions) = (x.shape[0], x.shape[1], packing.hiddenSize, packing.directions)
    guard x.shape[2] == packing.inputSize else {
      throw Failure(.invalidInput, "the input has \(x.shape[2]) features, expected \(packing.inputSize)")
    }
    let first = isPacked ? 5 : 4
    let lengths = try lengths(inputs.optional(first), batch: batch, builder)
    let initialHidden = try state(
      inputs.optional(first + 1), "initial_h", [directions, batch, hidden], builder)
    let initialCell = try state(inputs.optional(first + 2), "initial_c", [directions, batch, hidden], builder)
    var peepholes: Operand?
    if form.cell == .lstm, let given = inputs.optional(first + 3) {
      peepholes = try builder.contiguous(
        builder.converted(checked(given, "P", [directions, 3 * hidden]), to: .float32))
    }

    let columns = directions * packing.gateColumns
    let projection = try project(x, weights, builder)
    let y = try builder.allocate(
      .float32, (form.layout == 0 ? [steps, batch] : [batch, steps]) + [directions, hidden])
    let lastHidden = try builder.allocate(.float32, [directions, batch, hidden])
    let lastCell = try builder.allocate(.float32, [directions, batch, hidden])
    let scratch = try builder.scratch(floats: elementCount(of: [directions, batch, scratchSize(packing)]))
    let run = RecurrentRun(
      packing: packing, form: form, steps: steps, batch: batch,
      projectionTime: projection.timeStride * columns, projectionBatch: projection.batchStride * columns,
      outputTime: (form.layout == 0 ? batch : 1) * directions * hidden,
      outputBatch: (form.layout == 0 ? 1 : steps) * directions * hidden)
    let optional = [weights.recurrentBias, lengths, initialHidden, initialCell, peepholes].compactMap { $0 }
    builder.emit(
      form.cell.name, reads: [weights.recurrent] + optional,
      writes: [projection.operand, y, lastHidden, lastCell, scratch],
      flops: 2 &* steps &* batch &* directions &* hidden &* packing.gateColumns
    ) { [self] execution in
      let floats = { (operand: Operand?) in operand.map { UnsafePointer(execution.floats($0)) } }
      let places = RecurrentPlaces(
        projection: execution.floats(projection.operand), weights: execution.floats(weights.recurrent),
        bias: floats(weights.recurrentBias), peepholes: floats(peepholes), initialHidden: floats(initialHidden),
        initialCell: floats(initialCell), lengths: lengths.map { execution.pointer($0, as: Int32.self) },
        y: execution.floats(y), lastHidden: execution.floats(lastHidden), lastCell: execution.floats(lastCell),
        scratch: execution.floats(scratch))
      run.execute(places, self, execution)
    }

    // The last hidden and cell states are [D, N, H] in memory.
    let order = form.layout == 0 ? [0, 1, 2] : [1, 0, 2]
    let results = [
      form.layout == 0 ? y.transposed([0, 2, 1, 3]) : y, lastHidden.transposed(order), lastCell.transposed(order),
    ]
    var outputs: [Operand?] = []
    for (index, isWanted) in wanted.enumerated() {
      guard isWanted, index < (form.cell == .lstm ? 3 : 2) else { outputs.append(nil); continue }
      outputs.append(try builder.converted(results[index], to: given.type))
    }
    return outputs
  }

  // MARK: Operands

  private struct Weights {
    var packing: RecurrentPacking
    var input: Operand
    var recurrent: Operand
    var bias: Operand?
    var recurrentBias: Operand?
  }

  private func packedWeights(_ inputs: Inputs) throws(Failure) -> Weights {
    guard let hiddenSize = form.hiddenSize, let inputSize else {
      throw Failure(.invalidModel, "attributes 'hidden_size' and 'input_size' are missing")
    }
    let packing = try RecurrentPacking(form, hiddenSize: hiddenSize, inputSize: inputSize)
    let weights = Weights(
      packing: packing, input: try inputs.required(1), recurrent: try inputs.required(2), bias: inputs.optional(3),
      recurrentBias: inputs.optional(4))
    let fits = { (operand: Operand?, shape: Shape) in
      operand.map { $0.type == .float32 && $0.isContiguous && $0.shape == shape } ?? true
    }
    guard fits(weights.input, packing.inputShape), fits(weights.recurrent, packing.recurrentShape),
      fits(weights.bias, packing.biasShape), fits(weights.recurrentBias, packing.biasShape)
    else { throw Failure(.invalidModel, "the packed weights do not have the announced shape") }
    return weights
  }

  /// Packs W, R and B when the plan runs.
  private func packWeights(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> Weights {
    let (w, r) = (try inputs.required(1, ranks: 3...3), try inputs.required(2, ranks: 3...3))
    let packing = try RecurrentPacking(form, w: w.shape, r: r.shape)
    let (wDense, rDense) = (
      try builder.contiguous(builder.converted(w, to: .float32)),
      try builder.contiguous(builder.converted(r, to: .float32))
    )
    var weights = Weights(
      packing: packing, input: try builder.allocate(.float32, packing.inputShape),
      recurrent: try builder.allocate(.float32, packing.recurrentShape))
    let (input, recurrent) = (weights.input, weights.recurrent)
    builder.emit("Pack", reads: [wDense, rDense], writes: [input, recurrent]) { execution in
      packing.packInput(execution.floats(wDense), to: execution.floats(input))
      packing.packRecurrent(execution.floats(rDense), to: execution.floats(recurrent))
    }
    if let b = inputs.optional(3) {
      let dense = try builder.contiguous(
        builder.converted(checked(b, "B", [packing.directions, 2 * packing.gateColumns]), to: .float32))
      let bias = try builder.allocate(.float32, packing.biasShape)
      weights.bias = bias
      let separate = try packing.separatesBias ? builder.allocate(.float32, packing.biasShape) : nil
      weights.recurrentBias = separate
      builder.emit("Pack", reads: [dense], writes: [bias] + (separate.map { [$0] } ?? [])) { execution in
        packing.packBias(
          execution.floats(dense), to: execution.floats(bias), recurrent: separate.map { execution.floats($0) })
      }
    }
    return weights
  }

  private func checked(_ operand: Operand, _ name: String, _ shape: Shape) throws(Failure) -> Operand {
    guard operand.shape == shape else {
      throw Failure(.invalidInput, "\(name) has shape \(describe(operand.shape)), expected \(describe(shape))")
    }
    return operand
  }

  /// An initial state as `[D, N, H]`.
  private func state(
    _ given: Operand?, _ name: String, _ shape: Shape, _ builder: PlanBuilder
  ) throws(Failure) -> Operand? {
    guard let given else { return nil }
    guard form.layout == 1 else {
      return try builder.contiguous(builder.converted(checked(given, name, shape), to: .float32))
    }
    let batchFirst = try checked(given, name, [shape[1], shape[0], shape[2]])
    return try builder.contiguous(builder.converted(batchFirst.transposed([1, 0, 2]), to: .float32))
  }

  private func lengths(_ given: Operand?, batch: Int, _ builder: PlanBuilder) throws(Failure) -> Operand? {
    guard let given else { return nil }
    return try builder.contiguous(builder.converted(checked(given, "sequence_lens", [batch]), to: .int32))
  }

  // MARK: The input's projection

  /// `[rows, D · G · H]`; the row of time t and sequence n is t · timeStride + n · batchStride.
  private struct Projection {
    var operand: Operand
    var timeStride: Int
    var batchStride: Int
  }

  private func project(_ x: Operand, _ weights: Weights, _ builder: PlanBuilder) throws(Failure) -> Projection {
    let (steps, batch, features) = (x.shape[0], x.shape[1], x.shape[2])
    let matrix = PackedMatrix(
      panels: weights.input, depth: features, columns: weights.packing.directions * weights.packing.gateColumns)
    let rows = try elementCount(of: [steps, batch])
    // Whichever order the input has in memory: its rows are projected where they lie.
    let isTimeMajor = x.viewed(as: [rows, features]) != nil
    let source = try builder.reshaped(isTimeMajor ? x : x.transposed([1, 0, 2]), [rows, features])
    let operand = try multiplyRows(source, matrix, bias: weights.bias, .identity, builder)
    return Projection(operand: operand, timeStride: isTimeMajor ? batch : 1, batchStride: isTimeMajor ? 1 : steps)
  }
}

extension RecurrentPacking {
  /// From the shapes of W `[D, G · H, I]` and R `[D, G · H, H]`.
  init(_ form: RecurrentForm, w: Shape, r: Shape) throws(Failure) {
    guard w.count == 3, r.count == 3 else { throw Failure(.invalidInput, "W and R must have rank 3") }
    let hidden = r[2]
    try self.init(form, hiddenSize: hidden, inputSize: w[2])
    guard hidden > 0, form.hiddenSize == nil || form.hiddenSize == hidden,
      w[0] == directions, w[1] == gateColumns, r[0] == directions, r[1] == gateColumns
    else {
      throw Failure(
        .invalidInput,
        "W has shape \(describe(w)) and R \(describe(r)), expected [\(directions), \(cell.gates) * hidden_size, …]")
    }
  }
}
