import CSystem
import InstructionSets
import KernelTable
import Operators
import Plans
import Tensors

/// Runs a network, or a graph inside one: owns the scratch memory and the plans of recent shapes.
final class Runner {
  struct Settings {
    var planCapacity: Int
    var iterationLimit: Int
    var isExact: Bool
    /// Where the times of steps are added up, if that is wanted.
    var profile: Profile?
  }

  let network: Network
  private let settings: Settings
  private(set) var plansBuilt = 0
  /// The most recently used first.
  private var plans: [Plan] = []
  /// The first plan of the last run, and what its caller calls the shapes of its inputs.
  private var latest: Plan?
  private var latestVersion = 0
  /// The most plans that a run took.
  private var longestChain = 1
  /// Scratch memory for each plan of a chain.
  private var arenas: [Storage?] = []
  private let execution: Execution
  /// Addresses of what the run's plans share: the network's inputs, then what each plan leaves to the later ones.
  private var slots: [UnsafeMutableRawPointer] = []
  /// What the last run returned; its memory is used again.
  private var results: [OutputData] = []
  /// Results that operators between plans made in this run.
  private var held: [Tensor] = []
  /// The graphs of each node that was computed between plans.
  private var bodies: [NodeBodies?]

  init(_ network: Network, _ settings: Settings, threads: ThreadPool) {
    self.network = network
    self.settings = settings
    execution = Execution(kernels: bestKernels, threads: threads)
    bodies = [NodeBodies?](repeating: nil, count: network.graph.nodes.count)
  }

  /// Whether the last run's inputs had this version, hence the same types and shapes.
  func isLatest(_ version: Int) -> Bool { version != 0 && version == latestVersion }

  private func newBuilder() -> PlanBuilder {
    PlanBuilder(threads: execution.threads.count, isExact: settings.isExact || !execution.kernels.hasWinograd)
  }

  var planCount: Int { plans.count }

  var memoryBytes: Int {
    var bytes = 0
    for case let arena? in arenas { bytes += arena.byteCount }
    for case let node? in bodies { for runner in node.runners { bytes += runner.memoryBytes } }
    return bytes
  }

  /// The first plan for these inputs, which is all that many runs need; nil when it must be made.
  private func found(_ inputs: [InputData]) -> Plan? {
    find(after: nil) { plan in
      guard case .shapes(let shapes) = plan.key, shapes.count == inputs.count else { return false }
      for index in shapes.indices where shapes[index] != inputs[index].description { return false }
      return true
    }
  }

  private func find(after previous: Plan?, _ matches: (Plan) -> Bool) -> Plan? {
    // By number: a list that is walked is copied when it is changed.
    for position in plans.indices {
      let plan = plans[position]
      guard plan.previous === previous, matches(plan) else { continue }
      for index in stride(from: position, to: 0, by: -1) { plans.swapAt(index, index - 1) }
      return plan
    }
    return nil
  }

  private func remember(_ plan: Plan, since start: Double) {
    if let profile = settings.profile {
      profile.add(system_seconds() - start, to: profile.entry("Plan", of: self, node: -1))
    }
    plansBuilt += 1
    longestChain = max(longestChain, plan.depth + 1)
    while plans.count >= settings.planCapacity * longestChain { plans.removeLast() }
    plans.insert(plan, at: 0)
  }

  /// `inputs` in the network's order, then what its graph captures. The results are valid until the next run.
  /// Inputs of the last run's `version`, other than 0, have its types and shapes: its plan need not be looked for.
  func run(_ inputs: [InputData], version: Int = 0) throws(Failure) -> [OutputData] {
    held.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    for input in inputs { slots.append(input.data.map { UnsafeMutableRawPointer(mutating: $0) } ?? nowhere) }
    var plan: Plan
    if isLatest(version), let latest {
      plan = latest
    } else if let known = found(inputs) {
      plan = known
    } else {
      let start = system_seconds()
      do throws(Failure) {
        // With shapes of their own: the session writes the next run's over these.
        let descriptions = inputs.map { InputDescription($0.description.type, $0.description.shape.map { $0 }) }
        plan = try Planner.plan(network, for: descriptions, newBuilder())
      } catch {
        throw error.within("\(description(of: inputs))")
      }
      remember(plan, since: start)
    }
    latest = plan
    latestVersion = version
    while true {
      try runSteps(of: plan)
      switch plan.ending {
      case .outputs(let operands):
        results.removeAll(keepingCapacity: true)
        for operand in operands { results.append(output(operand)) }
        return results
      case .content(let operand): plan = try next(after: plan, content: operand, inputs)
      case .immediate(let node, let inputs, let captured): plan = try next(after: plan, node, inputs, captured)
      }
    }
  }

  private func runSteps(of plan: Plan) throws(Failure) {
    while arenas.count <= plan.depth { arenas.append(nil) }
    if plan.memory.byteCount > arenas[plan.depth]?.byteCount ?? 0 {
      arenas[plan.depth] = nil
      arenas[plan.depth] = try Storage(byteCount: plan.memory.byteCount)
    }
    plan.bind(slots, arenas[plan.depth]?.base ?? nowhere)
    execution.bases = plan.bases
    if let profile = settings.profile { return try runSteps(of: plan, profile) }
    for step in plan.steps {
      step.run(execution)
      if execution.hasFailed, let failure = execution.takeFailure() { throw within(step, failure) }
    }
  }

  private func runSteps(of plan: Plan, _ profile: Profile) throws(Failure) {
    if plan.profileEntries.isEmpty {
      plan.profileEntries = plan.steps.map { profile.entry($0.name, of: self, node: $0.node) }
    }
    for (step, entry) in zip(plan.steps, plan.profileEntries) {
      let start = system_seconds()
      step.run(execution)
      profile.add(system_seconds() - start, flops: step.flops, byteCount: step.byteCount, to: entry)
      if let failure = execution.takeFailure() { throw within(step, failure) }
    }
  }

  private func within(_ step: Step, _ failure: Failure) -> Failure {
    step.node >= 0 ? failure.within("\(network.graph.nodes[step.node].description)") : failure
  }

  private func output(_ operand: Operand) -> OutputData {
    OutputData(
      type: operand.type, shape: operand.shape, data: execution.bytes(operand),
      byteCount: operand.count * operand.type.size)
  }

  /// A dense operand's value, in place.
  private func tensor(_ operand: Operand) throws(Failure) -> Tensor {
    let bytes = UnsafeRawBufferPointer(start: execution.bytes(operand), count: operand.count * operand.type.size)
    return try Tensor(operand.type, operand.shape, Storage(bytes, keeping: nil))
  }

  private func next(after plan: Plan, content operand: Operand, _ inputs: [InputData]) throws(Failure) -> Plan {
    guard let frontier = plan.frontier else { return plan }
    let content = try tensor(operand)
    for buffer in frontier.exports { slots.append(execution.bases[buffer]) }
    let known = find(after: plan) { candidate in
      guard case .content(let known) = candidate.key, known.byteCount == content.byteCount else { return false }
      return memcmp(known.storage.base, content.storage.base, content.byteCount) == 0
    }
    if let known { return known }
    let start = system_seconds()
    do throws(Failure) {
      let next = try Planner.plan(network, after: plan, frontier, content: content.copied(), newBuilder())
      remember(next, since: start)
      return next
    } catch {
      throw error.within("\(description(of: inputs))")
    }
  }

  private func next(
    after plan: Plan, _ node: Int, _ inputs: [Operand?], _ captured: [[Operand]]
  ) throws(Failure) -> Plan {
    guard let frontier = plan.frontier else { return plan }
    let description = network.graph.nodes[node].description
    let results: [Tensor?]
    do throws(Failure) {
      var tensors: [Tensor?] = []
      for input in inputs {
        if let input { tensors.append(try tensor(input)) } else { tensors.append(nil) }
      }
      let bodies = bodies(of: node)
      bodies.captured = []
      for operands in captured {
        var values: [Tensor] = []
        for operand in operands { values.append(try tensor(operand)) }
        bodies.captured.append(values)
      }
      results = try compute(node, tensors, bodies)
    } catch {
      throw error.within("\(description)")
    }
    for buffer in frontier.exports { slots.append(execution.bases[buffer]) }
    var shapes: [InputDescription] = []
    for (position, id) in frontier.awaited.enumerated() {
      guard position < results.count, let result = results[position] else {
        guard id == nil else { throw Failure(.invalidModel, "output \(position) is missing").within("\(description)") }
        shapes.append(InputDescription(.bool, [0]))
        slots.append(nowhere)
        continue
      }
      held.append(result)
      shapes.append(InputDescription(result.type, result.shape))
      slots.append(result.storage.base)
    }
    let known = find(after: plan) { candidate in
      guard case .shapes(let known) = candidate.key else { return false }
      return known == shapes
    }
    if let known { return known }
    let start = system_seconds()
    let next = try Planner.plan(network, after: plan, frontier, results: shapes, newBuilder())
    remember(next, since: start)
    return next
  }

  private func compute(_ node: Int, _ inputs: [Tensor?], _ bodies: NodeBodies) throws(Failure) -> [Tensor?] {
    let operation = network.operators[node]
    guard let profile = settings.profile else { return try operation.compute(inputs, bodies) }
    let (start, before) = (system_seconds(), profile.seconds)
    let results = try operation.compute(inputs, bodies)
    // The steps of its graphs have entries of their own.
    let inside = profile.seconds - before
    profile.add(
      system_seconds() - start - inside, to: profile.entry(network.graph.nodes[node].type, of: self, node: node))
    return results
  }

  private func description(of inputs: [InputData]) -> Message {
    var text: Message = "with"
    for (index, (input, id)) in zip(inputs, network.given).enumerated() {
      let name = network.graph.values[id].name
      text = "\(text)\(index > 0 ? "," : "") '\(name)' of shape \(describe(input.description.shape))"
    }
    return text
  }

  private func bodies(of node: Int) -> NodeBodies {
    if let bodies = bodies[node] { return bodies }
    let made = NodeBodies(
      network.bodies[node].map { Runner($0, settings, threads: execution.threads) }, settings.iterationLimit)
    bodies[node] = made
    return made
  }
}

/// The graphs of one node, each with a runner of its own.
private final class NodeBodies: Bodies {
  let runners: [Runner]
  /// What each graph captures, in this run.
  var captured: [[Tensor]] = []

  init(_ runners: [Runner], _ iterationLimit: Int) {
    self.runners = runners
    super.init(iterationLimit: iterationLimit)
  }

  override func run(_ graph: Int, _ inputs: [Tensor]) throws(Failure) -> [Tensor] {
    var results: [Tensor] = []
    for output in try runners[graph].run((inputs + captured[graph]).map { InputData($0) }) {
      let result = try Tensor(output.type, output.shape)
      result.storage.base.copyMemory(from: output.data, byteCount: output.byteCount)
      results.append(result)
    }
    return results
  }
}
