import Graphs
import Plans
import Tensors

/// An actual input: row-major data in the caller's memory, read during the run only.
public struct InputData {
  public var description: InputDescription
  public var data: UnsafeRawPointer?

  public init(_ description: InputDescription, _ data: UnsafeRawPointer?) {
    self.description = description
    self.data = data
  }
}

/// A result, in the session's memory until its next run.
public struct OutputData {
  public var type: ElementType
  public var shape: Shape
  public var data: UnsafeMutableRawPointer
  public var byteCount: Int
}

/// Runs a network, for one thread at a time. Owns the scratch memory and the plans of recent input shapes.
public final class Session {
  public let network: Network
  public let threadCount: Int
  public private(set) var plansBuilt = 0
  private let planCapacity: Int
  /// The most recently used first.
  private var plans: [Plan] = []
  private var arena: Storage?
  private let execution: Execution

  public init(_ network: Network, threads: Int = 1, planCapacity: Int = 16) throws(Failure) {
    self.network = network
    self.planCapacity = max(1, planCapacity)
    threadCount = max(1, threads)
    execution = Execution(kernels: bestKernels, threads: try ThreadPool(threads: threadCount))
  }

  public var planCount: Int { plans.count }
  public var memoryBytes: Int { arena?.byteCount ?? 0 }

  /// `inputs` in the network's order. The results are valid until the next run.
  public func run(_ inputs: [InputData]) throws(Failure) -> [OutputData] {
    let plan = try plan(for: inputs)
    if plan.memory.byteCount > memoryBytes {
      arena = nil
      arena = try Storage(byteCount: plan.memory.byteCount)
    }
    bind(plan, inputs)
    for step in plan.steps {
      step.run(execution)
      if let failure = execution.takeFailure() {
        throw step.node >= 0 ? failure.within(network.graph.nodes[step.node].description) : failure
      }
    }
    return plan.outputs.map { operand in
      OutputData(
        type: operand.type, shape: operand.shape, data: execution.bytes(operand),
        byteCount: operand.count * operand.type.size)
    }
  }

  private func bind(_ plan: Plan, _ inputs: [InputData]) {
    let arenaBase = arena?.base ?? nowhere
    execution.bases.removeAll(keepingCapacity: true)
    for (index, buffer) in plan.buffers.enumerated() {
      switch buffer.place {
      case .input(let number):
        execution.bases.append(inputs[number].data.map { UnsafeMutableRawPointer(mutating: $0) } ?? nowhere)
      case .constant(let tensor): execution.bases.append(tensor.storage.base)
      case .arena: execution.bases.append(arenaBase + plan.memory.offsets[index])
      }
    }
  }

  private func plan(for inputs: [InputData]) throws(Failure) -> Plan {
    for (position, plan) in plans.enumerated() where matches(plan, inputs) {
      if position > 0 {
        plans.remove(at: position)
        plans.insert(plan, at: 0)
      }
      return plan
    }
    try check(inputs)
    let plan: Plan
    do throws(Failure) {
      plan = try Plan(network, inputs: inputs.map { $0.description }, threads: threadCount)
    } catch {
      throw error.within(describeInputs(inputs))
    }
    plansBuilt += 1
    if plans.count >= planCapacity { plans.removeLast() }
    plans.insert(plan, at: 0)
    return plan
  }

  private func matches(_ plan: Plan, _ inputs: [InputData]) -> Bool {
    guard plan.inputs.count == inputs.count else { return false }
    for index in inputs.indices where plan.inputs[index] != inputs[index].description { return false }
    return true
  }

  /// Types, ranks and fixed dimensions as declared.
  private func check(_ inputs: [InputData]) throws(Failure) {
    let declared = network.inputs
    guard inputs.count == declared.count else {
      throw Failure(.invalidInput, "\(inputs.count) inputs given, expected \(declared.count)")
    }
    for (input, declaration) in zip(inputs, declared) {
      let (type, shape) = (input.description.type, input.description.shape)
      if let expected = declaration.type, type != expected {
        throw Failure(.invalidInput, "input '\(declaration.name)' is \(type.name), expected \(expected.name)")
      }
      guard shape.count <= maximumRank else {
        throw Failure(.invalidInput, "input '\(declaration.name)' has rank \(shape.count), expected at most \(maximumRank)")
      }
      guard let expected = declaration.shape else { continue }
      let fits = shape.count == expected.count && zip(shape, expected).allSatisfy { $1 < 0 || $0 == $1 }
      guard fits else {
        throw Failure(
          .invalidInput, "input '\(declaration.name)' has shape \(describe(shape)), expected \(describe(expected))")
      }
    }
  }

  private func describeInputs(_ inputs: [InputData]) -> String {
    var text = "with"
    for (index, (input, declaration)) in zip(inputs, network.inputs).enumerated() {
      text += "\(index > 0 ? ", " : " ")'\(declaration.name)' of shape \(describe(input.description.shape))"
    }
    return text
  }
}

/// The address of empty inputs and arenas.
nonisolated(unsafe) private let nowhere = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
