import Graphs
import Tensors

/// ONNX Scan: a graph run once for each slice of its scan inputs, with states carried along; its other outputs are
/// stacked. Opset 8 has a batch axis before the scanned one, and lengths of its own for the sequences of a batch.
final class Scan: Operator {
  private let body: Graph
  private let isBatched: Bool
  private let stateCount: Int
  private let inputAxes: [Int]
  private let inputIsReversed: [Bool]
  private let outputAxes: [Int]
  private let outputIsReversed: [Bool]

  private var scannedCount: Int { inputAxes.count }

  override init(_ node: Node) throws(Failure) {
    body = try node.body("body")
    isBatched = node.opset < 9
    guard let scanned = try node.int("num_scan_inputs"), scanned >= 1, scanned <= body.inputs.count else {
      throw Failure(
        .invalidModel, "attribute 'num_scan_inputs' is not from 1 to the body's \(body.inputs.count) inputs")
    }
    stateCount = body.inputs.count - scanned
    let stacked = body.outputs.count - stateCount
    guard node.inputs.count == body.inputs.count + (isBatched ? 1 : 0), stacked >= 0 else {
      throw Failure(
        .invalidModel,
        "\(node.inputs.count) inputs do not fit a body with \(body.inputs.count) inputs and \(body.outputs.count) outputs"
      )
    }
    inputAxes = try node.list("scan_input_axes", scanned)
    inputIsReversed = try node.directions(isBatched ? "directions" : "scan_input_directions", scanned)
    outputAxes = try node.list("scan_output_axes", stacked)
    outputIsReversed = try node.directions("scan_output_directions", stacked)
    try super.init(node)
  }

  override var graphs: [Graph] { [body] }
  override var isImmediate: Bool { true }

  override func compute(_ inputs: [Tensor?], _ bodies: Bodies) throws(Failure) -> [Tensor?] {
    var values: [Tensor] = []
    for input in inputs[(isBatched ? 1 : 0)...] {
      guard let input else { throw Failure(.invalidModel, "an input is missing") }
      values.append(input)
    }
    guard isBatched else {
      let scanned = Array(values[stateCount...])
      return try scan(Array(values[..<stateCount]), scanned, length(of: scanned), bodies).map { $0 }
    }
    return try batch(values, lengths: inputs[0], bodies)
  }

  /// Final states, then stacked outputs.
  private func scan(
    _ initial: [Tensor], _ inputs: [Tensor], _ length: Int, _ bodies: Bodies
  ) throws(Failure) -> [Tensor] {
    guard length <= bodies.iterationLimit else {
      throw Failure(
        .limitExceeded, "\(length) slices exceed \(bodies.iterationLimit) iterations, the session's loop_limit")
    }
    var states = initial
    var stacks = [[Tensor]](repeating: [], count: outputAxes.count)
    for step in 0..<length {
      var given = states
      for (input, (axis, isReversed)) in zip(inputs, zip(inputAxes, inputIsReversed)) {
        let axis = try normalize(axis: axis, rank: input.shape.count)
        given.append(try input.slice(axis: axis, isReversed ? length - 1 - step : step))
      }
      let results = try bodies.run(0, given)
      states = Array(results[..<stateCount])
      for position in stacks.indices { stacks[position].append(results[stateCount + position]) }
    }
    for (position, slices) in stacks.enumerated() {
      states.append(
        try stack(
          slices, axis: outputAxes[position], reversed: outputIsReversed[position],
          declared: body.values[body.outputs[stateCount + position]]))
    }
    return states
  }

  private func length(of inputs: [Tensor]) throws(Failure) -> Int {
    var length: Int?
    for (input, axis) in zip(inputs, inputAxes) {
      let size = input.shape[try normalize(axis: axis, rank: input.shape.count)]
      guard length == nil || length == size else {
        throw Failure(.invalidInput, "scan inputs have \(length ?? 0) and \(size) slices, expected equally many")
      }
      length = size
    }
    return length ?? 0
  }

  // MARK: Opset 8

  private func batch(_ values: [Tensor], lengths: Tensor?, _ bodies: Bodies) throws(Failure) -> [Tensor?] {
    guard let size = values.first?.shape.first else {
      throw Failure(.invalidInput, "an input has no batch axis")
    }
    for value in values where value.shape.first != size {
      throw Failure(.invalidInput, "an input has shape \(describe(value.shape)), expected a batch of \(size)")
    }
    guard size <= bodies.iterationLimit else {
      throw Failure(
        .limitExceeded, "a batch of \(size) exceeds \(bodies.iterationLimit) iterations, the session's loop_limit")
    }
    let lengths = try lengths?.integers("the lengths")
    guard lengths == nil || lengths?.count == size else {
      throw Failure(.invalidInput, "\(lengths?.count ?? 0) lengths are given for a batch of \(size)")
    }
    var outputs = [[Tensor]](repeating: [], count: body.outputs.count)
    for entry in 0..<size {
      var entries: [Tensor] = []
      for value in values { entries.append(try value.slice(axis: 0, entry)) }
      let scanned = Array(entries[stateCount...])
      let full = try length(of: scanned)
      let length = lengths?[entry] ?? full
      guard length >= 0, length <= full else {
        throw Failure(.invalidInput, "length \(length) is out of range for \(full) slices")
      }
      var results = try scan(Array(entries[..<stateCount]), scanned, length, bodies)
      for position in stateCount..<max(stateCount, results.count) where length < full {
        results[position] = try results[position].padded(to: full)
      }
      for (position, result) in results.enumerated() { outputs[position].append(result) }
    }
    var stacked: [Tensor?] = []
    for (position, entries) in outputs.enumerated() {
      stacked.append(try stack(entries, axis: 0, declared: body.values[body.outputs[position]]))
    }
    return stacked
  }
}

extension Node {
  /// `count` integers, all zero by default.
  fileprivate func list(_ name: String, _ count: Int) throws(Failure) -> [Int] {
    let list = try ints(name) ?? [Int](repeating: 0, count: count)
    guard list.count == count else {
      throw Failure(.invalidModel, "attribute '\(name)' has \(list.count) elements, expected \(count)")
    }
    return list
  }

  /// For each of `count` values whether it is walked backwards.
  fileprivate func directions(_ name: String, _ count: Int) throws(Failure) -> [Bool] {
    let list = try list(name, count)
    guard list.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw Failure(.invalidModel, "attribute '\(name)' is \(describe(list)), expected 0 or 1")
    }
    return list.map { $0 == 1 }
  }
}

extension Tensor {
  /// With zeros after its end along the first axis.
  fileprivate func padded(to length: Int) throws(Failure) -> Tensor {
    let result = try Tensor(type, [length] + shape.dropFirst())
    let bytes = UnsafeMutableRawBufferPointer(start: result.storage.base, count: result.byteCount)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    bytes.copyMemory(from: self.bytes)
    return result
  }
}
