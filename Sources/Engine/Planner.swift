import Graphs
import Operators
import Plans
import Tensors

/// Makes plans: lowers the nodes of a network one after the other, as far as what is known allows.
final class Planner {
  /// Why a plan ends before the network does.
  private enum Boundary {
    /// A node needs the content of this value.
    case content(node: Int, ValueID)
    /// A node is computed between two plans.
    case immediate(node: Int)
  }

  private let network: Network
  private let builder: PlanBuilder
  /// Where each value is that was computed so far.
  private var operands: [Operand?]
  /// Slots of the run that are in use.
  private var slotCount = 0
  /// Whether the network stands for a node of another one.
  private let isInlined: Bool

  private var graph: Graph { network.graph }

  private init(_ network: Network, _ builder: PlanBuilder, isInlined: Bool = false) {
    self.network = network
    self.builder = builder
    self.isInlined = isInlined
    operands = [Operand?](repeating: nil, count: network.graph.values.count)
  }

  /// The first plan for inputs of these shapes.
  static func plan(_ network: Network, for inputs: [InputDescription], _ builder: PlanBuilder) throws(Failure) -> Plan {
    try checkMemory(nodes: network.graph.nodes.count)
    let planner = Planner(network, builder)
    builder.reserve(nodes: network.graph.nodes.count)
    for (id, input) in zip(network.given, inputs) { try planner.addSlot(id, input) }
    return try planner.finish(from: 0, .shapes(inputs), after: nil)
  }

  /// The plan that goes on where a content became known.
  static func plan(
    _ network: Network, after previous: Plan, _ frontier: Frontier, content: Tensor, _ builder: PlanBuilder
  ) throws(Failure) -> Plan {
    let planner = Planner(network, builder)
    planner.resume(frontier)
    for case let id? in frontier.awaited { planner.operands[id] = planner.builder.constant(content) }
    return try planner.finish(from: frontier.node, .content(content), after: previous)
  }

  /// The plan that goes on after an operator that was computed between two plans; nil for results that nobody wants.
  static func plan(
    _ network: Network, after previous: Plan, _ frontier: Frontier, results: [InputDescription],
    _ builder: PlanBuilder
  ) throws(Failure) -> Plan {
    let planner = Planner(network, builder)
    planner.resume(frontier)
    for (id, result) in zip(frontier.awaited, results) { try planner.addSlot(id, result) }
    return try planner.finish(from: frontier.node, .shapes(results), after: previous)
  }

  // MARK: From one plan to the next

  private func addSlot(_ id: ValueID?, _ description: InputDescription) throws(Failure) {
    guard description.shape.count <= maximumRank else {
      throw Failure(.unsupported, "rank \(description.shape.count) is more than \(maximumRank)")
    }
    let operand = try builder.input(slotCount, description.type, description.shape)
    slotCount += 1
    if let id { operands[id] = operand }
  }

  private func resume(_ frontier: Frontier) {
    slotCount = frontier.slotCount
    var adopted: [(old: Int, new: Int)] = []
    for value in frontier.values {
      let view = value.view
      let number: Int
      if let known = adopted.first(where: { $0.old == view.buffer }) {
        number = known.new
      } else {
        number = builder.add(value.place, byteCount: value.byteCount)
        adopted.append((view.buffer, number))
      }
      operands[value.id] = Operand(
        buffer: number, type: view.type, shape: view.shape, strides: view.strides, offset: view.offset,
        in: builder.operandMemory)
    }
  }

  private func finish(from first: Int, _ key: Plan.Key, after previous: Plan?) throws(Failure) -> Plan {
    guard let boundary = try lower(from: first) else {
      return try Plan(key, after: previous, builder, .outputs(outputs()), nil)
    }
    builder.node = -1
    switch boundary {
    case .content(let index, let id):
      guard let operand = try operand(id) else { throw neverComputed(id) }
      let dense = try builder.contiguous(operand)
      builder.keep(dense)
      let frontier = frontier(at: index, awaited: [id])
      return try Plan(key, after: previous, builder, .content(dense), frontier)
    case .immediate(let index):
      var inputs: [Operand?] = []
      for id in graph.nodes[index].inputs {
        if let id { inputs.append(try dense(id)) } else { inputs.append(nil) }
      }
      var captured: [[Operand]] = []
      for body in network.bodies[index] {
        var values: [Operand] = []
        for capture in body.graph.captures { values.append(try dense(capture.outer)) }
        captured.append(values)
      }
      let frontier = frontier(at: index + 1, awaited: graph.nodes[index].outputs)
      return try Plan(
        key, after: previous, builder, .immediate(node: index, inputs: inputs, captured: captured), frontier)
    }
  }

  private func dense(_ id: ValueID) throws(Failure) -> Operand {
    guard let operand = try operand(id) else { throw neverComputed(id) }
    let dense = try builder.contiguous(operand)
    builder.keep(dense)
    return dense
  }

  /// Everything that the nodes from `node` on need of what was computed before them.
  private func frontier(at node: Int, awaited: [ValueID?]) -> Frontier {
    var isNeeded = [Bool](repeating: false, count: operands.count)
    for id in graph.outputs { isNeeded[id] = true }
    for index in node..<max(node, graph.nodes.count) {
      for case let id? in graph.nodes[index].inputs { isNeeded[id] = true }
      for body in network.bodies[index] { for capture in body.graph.captures { isNeeded[capture.outer] = true } }
    }
    for case let id? in awaited { isNeeded[id] = false }
    var frontier = Frontier(node: node, slotCount: slotCount, awaited: awaited)
    var slots: [(buffer: Int, slot: Int)] = []
    for (id, operand) in operands.enumerated() where isNeeded[id] && graph.values[id].constant == nil {
      guard let operand else { continue }
      let buffer = builder.buffers[operand.buffer]
      var place = buffer.place
      if case .arena = place {
        if let known = slots.first(where: { $0.buffer == operand.buffer }) {
          place = .input(known.slot)
        } else {
          place = .input(frontier.slotCount)
          slots.append((operand.buffer, frontier.slotCount))
          frontier.exports.append(operand.buffer)
          frontier.slotCount += 1
          builder.keep(operand)
        }
      }
      frontier.values.append((id, operand, place, buffer.byteCount))
    }
    return frontier
  }

  /// The network's outputs: never the caller's own memory or a constant, and never one buffer under two names.
  private func outputs() throws(Failure) -> [Operand] {
    builder.node = -1
    var outputs: [Operand] = []
    for id in graph.outputs {
      guard let operand = try operand(id) else { throw neverComputed(id) }
      let dense = try builder.contiguous(operand)
      let isShared = outputs.contains { $0.buffer == dense.buffer }
      outputs.append(builder.isInArena(dense) && !isShared ? dense : try builder.copied(dense))
    }
    for output in outputs { builder.keep(output) }
    return outputs
  }

  // MARK: Nodes

  private func neverComputed(_ id: ValueID) -> Failure {
    Failure(.invalidModel, "value '\(graph.values[id].name)' is never computed")
  }

  private func operand(_ id: ValueID) throws(Failure) -> Operand? {
    if let operand = operands[id] { return operand }
    guard let constant = graph.values[id].constant else { return nil }
    let operand = builder.constant(constant)
    operands[id] = operand
    return operand
  }

  private func lower(from first: Int) throws(Failure) -> Boundary? {
    for index in first..<max(first, graph.nodes.count) {
      do throws(Failure) {
        if let boundary = try lower(index) { return boundary }
      } catch {
        throw error.within("\(graph.nodes[index].description)")
      }
    }
    return nil
  }

  private func lower(_ index: Int) throws(Failure) -> Boundary? {
    try checkMemory()
    let (node, operation) = (graph.nodes[index], network.operators[index])
    if !isInlined { builder.node = index }
    var inputs: [Operand?] = []
    inputs.reserveCapacity(node.inputs.count)
    var isKnown = true
    for id in node.inputs {
      guard let id else {
        inputs.append(nil)
        continue
      }
      guard let operand = try operand(id) else { throw neverComputed(id) }
      isKnown = isKnown && builder.isKnown(operand)
      inputs.append(operand)
    }
    if let choice = try operation.substitute(Inputs(inputs), builder), choice < network.bodies[index].count,
      let outputs = try inline(network.bodies[index][choice])
    {
      try assign(outputs, to: node)
      return nil
    }
    if operation.isImmediate {
      try operation.check(Inputs(inputs))
      if !isKnown || !operation.graphs.isEmpty { return .immediate(node: index) }
    }
    if isKnown {
      var tensors: [Tensor?] = []
      for input in inputs {
        if let input { tensors.append(try builder.tensor(input)) } else { tensors.append(nil) }
      }
      try assign(evaluate(operation, tensors).map { $0.map(builder.constant) }, to: node)
      return nil
    }
    let mark = builder.mark
    do throws(Failure) {
      try assign(operation.plan(Inputs(inputs), builder), to: node)
      return nil
    } catch {
      guard let request = builder.takeRequest(),
        let position = inputs.firstIndex(where: { $0?.buffer == request.buffer }),
        let id = node.inputs[position]
      else { throw error }
      builder.rollBack(to: mark)
      return .content(node: index, id)
    }
  }

  private func assign(_ outputs: [Operand?], to node: Node) throws(Failure) {
    for (position, id) in node.outputs.enumerated() {
      guard let id else { continue }
      guard position < outputs.count, let output = outputs[position] else {
        throw Failure(.unsupported, "output \(position) of this operator is not supported")
      }
      operands[id] = output
    }
  }

  /// Lowers a node's graph in the node's place; nil when it does not fit into one plan.
  private func inline(_ body: Network) throws(Failure) -> [Operand?]? {
    let planner = Planner(body, builder, isInlined: true)
    for capture in body.graph.captures {
      guard let operand = try operand(capture.outer) else { throw neverComputed(capture.outer) }
      planner.operands[capture.inner] = operand
    }
    let mark = builder.mark
    guard try planner.lower(from: 0) == nil else {
      builder.rollBack(to: mark)
      return nil
    }
    var outputs: [Operand?] = []
    for id in body.graph.outputs {
      guard let output = try planner.operand(id) else { throw planner.neverComputed(id) }
      outputs.append(output)
    }
    return outputs
  }
}
