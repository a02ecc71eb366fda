import Graphs
import Plans
import Tensors

/// ONNX If: one of two graphs, which capture what they need. Where the condition is known when the plan is made (most
/// exporters' conditions look at shapes alone), the chosen graph's nodes take the node's place.
final class If: Operator {
  private let branches: [Graph]

  override init(_ node: Node) throws(Failure) {
    branches = [try node.body("then_branch"), try node.body("else_branch")]
    for branch in branches where !branch.inputs.isEmpty {
      throw Failure(.invalidModel, "a branch has \(branch.inputs.count) inputs, expected none")
    }
    for branch in branches where branch.outputs.count != node.outputs.count {
      throw Failure(
        .invalidModel, "a branch has \(branch.outputs.count) outputs, expected the node's \(node.outputs.count)")
    }
    try super.init(node)
  }

  override var graphs: [Graph] { branches }
  override var isImmediate: Bool { true }

  override func substitute(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> Int? {
    guard let condition = try builder.tensor(inputs.required(0)) else { return nil }
    return try condition.flag("the condition") ? 0 : 1
  }

  override func compute(_ inputs: [Tensor?], _ bodies: Bodies) throws(Failure) -> [Tensor?] {
    guard let condition = inputs.first ?? nil else { throw Failure(.invalidModel, "the condition is missing") }
    return try bodies.run(condition.flag("the condition") ? 0 : 1, []).map { $0 }
  }
}

extension Node {
  /// A graph that the node must have.
  func body(_ name: String) throws(Failure) -> Graph {
    guard case .graph(let graph)? = attribute(name) else {
      throw Failure(.invalidModel, "attribute '\(name)' is missing or not a graph")
    }
    return graph
  }
}

extension Tensor {
  /// The one element of a boolean tensor.
  func flag(_ what: String) throws(Failure) -> Bool {
    guard type == .bool, count == 1 else {
      throw Failure(.invalidInput, "\(what) is \(type.name) \(describe(shape)), expected one bool")
    }
    return storage.base.load(as: UInt8.self) != 0
  }
}
