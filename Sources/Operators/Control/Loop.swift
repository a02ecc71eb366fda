import Graphs
import Tensors

/// ONNX Loop: a graph that is run again and again, at most `M` times and while its condition holds. Values carried from
/// one iteration to the next may change their shapes; scan outputs are stacked along a new first axis.
final class Loop: Operator {
  private let body: Graph
  private let carriedCount: Int
  private let scannedCount: Int

  override init(_ node: Node) throws(Failure) {
    body = try node.body("body")
    carriedCount = max(0, node.inputs.count - 2)
    scannedCount = body.outputs.count - 1 - carriedCount
    guard scannedCount >= 0, body.inputs.count == carriedCount + 2 else {
      throw Failure(
        .invalidModel,
        "\(node.inputs.count) inputs do not fit a body with \(body.inputs.count) inputs and \(body.outputs.count) outputs")
    }
    try super.init(node)
  }

  override var graphs: [Graph] { [body] }
  override var isImmediate: Bool { true }

  override func compute(_ inputs: [Tensor?], _ bodies: Bodies) throws(Failure) -> [Tensor?] {
    var tripLimit: Int?
    if let limit = inputs.first ?? nil {
      guard limit.count == 1 else {
        throw Failure(.invalidInput, "the trip count has shape \(describe(limit.shape)), expected one element")
      }
      tripLimit = try limit.integers("the trip count")[0]
    }
    var isOn = try (inputs.count > 1 ? inputs[1] : nil)?.flag("the condition") ?? true
    var carried: [Tensor] = []
    for position in 0..<carriedCount {
      guard let value = inputs[2 + position] else {
        throw Failure(.invalidModel, "input \(2 + position) is missing")
      }
      carried.append(value)
    }
    var scanned = [[Tensor]](repeating: [], count: scannedCount)
    var iteration = 0
    while isOn, tripLimit.map({ iteration < $0 }) ?? true {
      guard iteration < bodies.iterationLimit else {
        throw Failure(.limitExceeded, "the loop exceeds \(bodies.iterationLimit) iterations, the session's loop_limit")
      }
      let number = try Tensor.int64([iteration], shape: declaredShape(of: 0))
      let condition = try Tensor(.bool, declaredShape(of: 1))
      condition.storage.base.storeBytes(of: 1, as: UInt8.self)
      let results = try bodies.run(0, [number, condition] + carried)
      isOn = try results[0].flag("the body's condition")
      carried = Array(results[1..<(1 + carriedCount)])
      for position in 0..<scannedCount { scanned[position].append(results[1 + carriedCount + position]) }
      iteration += 1
    }
    var outputs: [Tensor?] = carried.map { $0 }
    for (position, slices) in scanned.enumerated() {
      outputs.append(try stack(slices, axis: 0, declared: body.values[body.outputs[1 + carriedCount + position]]))
    }
    return outputs
  }

  /// Exporters declare the iteration's number and condition as scalars or as vectors of one.
  private func declaredShape(of input: Int) -> Shape {
    body.values[body.inputs[input]].shape?.count == 1 ? [1] : []
  }
}
