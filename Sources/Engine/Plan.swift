import Graphs
import Operators
import Plans
import Tensors

/// A network made ready for inputs of certain shapes: steps in order, and where every buffer lies.
final class Plan {
  /// Types and shapes of the inputs that it is for.
  let inputs: [InputDescription]
  let steps: [Step]
  let buffers: [PlannedBuffer]
  let memory: MemoryPlan
  /// One for each output of the network, dense and in the arena.
  let outputs: [Operand]

  init(_ network: Network, inputs: [InputDescription], threads: Int) throws(Failure) {
    let builder = PlanBuilder(threads: threads)
    var operands = [Operand?](repeating: nil, count: network.graph.values.count)
    for (index, id) in network.graph.inputs.enumerated() {
      operands[id] = try builder.input(index, inputs[index].type, inputs[index].shape)
    }
    for index in network.graph.nodes.indices {
      try Self.lower(index, of: network, builder, &operands)
    }
    builder.node = -1
    var outputs: [Operand] = []
    for id in network.graph.outputs {
      guard let operand = try Self.operand(id, network.graph, builder, &operands) else {
        throw Failure(.invalidModel, "output '\(network.graph.values[id].name)' is never computed")
      }
      let dense = try builder.contiguous(operand)
      // Never the caller's own memory or a constant, and never one buffer under two names.
      let shared = outputs.contains { $0.buffer == dense.buffer }
      outputs.append(builder.isInArena(dense) && !shared ? dense : try builder.copied(dense))
    }
    for output in outputs { builder.keep(output) }
    self.inputs = inputs
    self.outputs = outputs
    steps = builder.steps
    buffers = builder.buffers
    memory = try MemoryPlan(buffers)
  }

  private static func operand(
    _ id: ValueID, _ graph: Graph, _ builder: PlanBuilder, _ operands: inout [Operand?]
  ) throws(Failure) -> Operand? {
    if let operand = operands[id] { return operand }
    guard let constant = graph.values[id].constant else { return nil }
    let operand = builder.constant(constant)
    operands[id] = operand
    return operand
  }

  private static func lower(
    _ index: Int, of network: Network, _ builder: PlanBuilder, _ operands: inout [Operand?]
  ) throws(Failure) {
    let node = network.graph.nodes[index]
    do throws(Failure) {
      var inputs: [Operand?] = []
      var known = true
      for id in node.inputs {
        guard let id else { inputs.append(nil); continue }
        guard let operand = try operand(id, network.graph, builder, &operands) else {
          throw Failure(.invalidModel, "input '\(network.graph.values[id].name)' is never computed")
        }
        known = known && builder.isKnown(operand)
        inputs.append(operand)
      }
      builder.node = index
      let outputs: [Operand?]
      if known {
        var tensors: [Tensor?] = []
        for input in inputs {
          if let input { tensors.append(try builder.tensor(input)) } else { tensors.append(nil) }
        }
        outputs = try evaluate(network.operators[index], tensors).map { $0.map(builder.constant) }
      } else {
        outputs = try network.operators[index].plan(Inputs(inputs), builder)
      }
      for (position, id) in node.outputs.enumerated() {
        guard let id else { continue }
        guard position < outputs.count, let output = outputs[position] else {
          throw Failure(.unsupported, "output \(position) of this operator is not supported")
        }
        operands[id] = output
      }
    } catch {
      throw error.within(node.description)
    }
  }
}

/// The type and shape of an actual input.
public struct InputDescription: Equatable {
  public var type: ElementType
  public var shape: Shape

  public init(_ type: ElementType, _ shape: Shape) {
    self.type = type
    self.shape = shape
  }
}
