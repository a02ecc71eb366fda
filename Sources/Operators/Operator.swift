import Graphs
import Plans
import Tensors

/// One node of a model, its attributes parsed and checked. Made once per model, shared by all sessions and threads.
///
/// An operator is one file: a subclass that reads the attributes in its initialiser (errors there mean a bad model)
/// and plans the work for given operands in `lower` (errors there mean that the input does not fit), and one line in
/// `Registry.swift`. Messages need not name the node: the caller adds that.
open class Operator {
  /// Whether each output is wanted; outputs that are not may be returned as nil.
  public let wanted: [Bool]
  /// What the registry says of the inputs' types; set once, when the operator is made.
  final var signature = Signature(bits: 0)

  public init(_ node: Node) throws(Failure) {
    wanted = node.outputs.map { $0 != nil }
  }

  /// Whether the operator accepts the inputs' types.
  public final func check(_ inputs: Inputs) throws(Failure) { try signature.check(inputs.operands) }

  /// `lower` for inputs whose types the operator accepts.
  public final func plan(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    try check(inputs)
    return try lower(inputs, builder)
  }

  /// Computes the outputs' shapes, adds the steps that fill them and says where they are. Optional inputs that are
  /// left out are nil. The result has one entry for each output of the node.
  open func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    throw Failure(.unsupported, "not implemented")
  }

  // MARK: Results whose shapes depend on contents

  /// Whether the outputs are computed by `compute`, between two plans, since their shapes follow from the inputs'
  /// contents.
  open var isImmediate: Bool { false }

  /// The outputs of an immediate operator. `bodies` runs the node's graphs.
  open func compute(_ inputs: [Tensor?], _ bodies: Bodies) throws(Failure) -> [Tensor?] {
    throw Failure(.unsupported, "not implemented")
  }

  /// The graphs that the node holds, in the order that `compute` and `substitute` number them.
  open var graphs: [Graph] { [] }

  /// The graph that takes the node's place, where that is known when the plan is made.
  open func substitute(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> Int? { nil }
}

/// The graphs that a node holds, ready to run on values of any shapes.
open class Bodies {
  /// The most iterations that a loop may make.
  public let iterationLimit: Int

  public init(iterationLimit: Int) { self.iterationLimit = iterationLimit }

  /// The outputs of a graph, in memory of their own.
  open func run(_ graph: Int, _ inputs: [Tensor]) throws(Failure) -> [Tensor] {
    throw Failure(.invalidModel, "the node holds no graph")
  }
}

/// The operands of a node, with the checks that operators share.
public struct Inputs {
  public let operands: [Operand?]

  public init(_ operands: [Operand?]) { self.operands = operands }

  public var count: Int { operands.count }

  /// An optional input.
  public func optional(_ index: Int) -> Operand? { index < operands.count ? operands[index] : nil }

  /// An input that must be there.
  public func required(_ index: Int) throws(Failure) -> Operand {
    guard let operand = optional(index) else { throw Failure(.invalidModel, "input \(index) is missing") }
    return operand
  }

  /// An input that must be there, with a rank in `ranks`.
  public func required(_ index: Int, ranks: ClosedRange<Int>) throws(Failure) -> Operand {
    let operand = try required(index)
    guard ranks.contains(operand.rank) else {
      let expected = ranks.lowerBound == ranks.upperBound ? "\(ranks.lowerBound)" : "\(ranks.lowerBound) to \(ranks.upperBound)"
      throw Failure(.invalidInput, "input \(index) has shape \(describe(operand.shape)), expected rank \(expected)")
    }
    return operand
  }
}

/// An axis counted from either end, as 0 ..< rank.
func normalize(axis: Int, rank: Int) throws(Failure) -> Int {
  guard axis >= -rank, axis < rank else {
    throw Failure(.invalidInput, "axis \(axis) is out of range for rank \(rank)")
  }
  return axis < 0 ? axis + rank : axis
}

/// Axes counted from either end, as 0 ..< rank, each at most once.
func normalize(axes: [Int], rank: Int) throws(Failure) -> [Int] {
  var result: [Int] = []
  for axis in axes {
    let axis = try normalize(axis: axis, rank: rank)
    guard !result.contains(axis) else { throw Failure(.invalidModel, "axis \(axis) is named twice") }
    result.append(axis)
  }
  return result
}
