import Operators
import Plans
import Tensors

/// A network, or a part of it, made ready: steps in order, and where every buffer lies.
///
/// Most networks take one plan, which their inputs' shapes determine. Where a shape depends on the content of a value,
/// a plan ends and another goes on: a run follows a chain of plans, each found by what the one before it brought forth.
final class Plan {
  /// What determines a plan, beside the plan before it.
  enum Key {
    /// Types and shapes of the network's inputs, or of the results of the operator between the plans.
    case shapes([InputDescription])
    /// The content of the value that the plan before it ended at.
    case content(Tensor)
  }

  enum Ending {
    /// The network's outputs, dense and in the arena.
    case outputs([Operand])
    /// A value whose content the next plan needs.
    case content(Operand)
    /// An operator that is computed now: its inputs, and for each of its graphs what that captures; all dense.
    case immediate(node: Int, inputs: [Operand?], captured: [[Operand]])
  }

  let key: Key
  let previous: Plan?
  /// Its place in the chain.
  let depth: Int
  /// What the steps, the ending and the frontier refer to.
  let operandMemory: OperandMemory
  let steps: [Step]
  /// Base address of each buffer. Those of inputs are set for each run, those of the arena when it moves.
  let bases: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private var arena: UnsafeMutableRawPointer?
  private let inputs: [(buffer: Int, slot: Int)]
  let buffers: [PlannedBuffer]
  let memory: MemoryPlan
  let ending: Ending
  /// What goes on after it; nil when it ends with the network's outputs.
  let frontier: Frontier?
  /// Each step's entry in the session's profile; empty before the first run that is profiled.
  var profileEntries: [Int] = []

  init(
    _ key: Key, after previous: Plan?, _ builder: PlanBuilder, _ ending: Ending, _ frontier: Frontier?
  ) throws(Failure) {
    self.key = key
    self.previous = previous
    depth = previous.map { $0.depth + 1 } ?? 0
    operandMemory = builder.operandMemory
    steps = builder.steps
    buffers = builder.buffers
    memory = try MemoryPlan(builder.buffers)
    self.ending = ending
    self.frontier = frontier
    bases = .allocate(capacity: max(buffers.count, 1))
    var inputs: [(buffer: Int, slot: Int)] = []
    for (index, buffer) in buffers.enumerated() {
      (bases + index).initialize(to: nowhere)
      switch buffer.place {
      case .input(let slot): inputs.append((index, slot))
      case .constant(let tensor): bases[index] = tensor.storage.base
      case .arena: break
      }
    }
    self.inputs = inputs
  }

  deinit { bases.deallocate() }

  /// Settles where every buffer lies in this run.
  func bind(_ slots: [UnsafeMutableRawPointer], _ arena: UnsafeMutableRawPointer) {
    for input in inputs { bases[input.buffer] = slots[input.slot] }
    if self.arena == arena { return }
    self.arena = arena
    for (index, buffer) in buffers.enumerated() {
      if case .arena = buffer.place { bases[index] = arena + memory.offsets[index] }
    }
  }
}

/// What the plans after a plan start from.
struct Frontier {
  /// The node to go on with.
  let node: Int
  /// Values that are still needed: views, and the buffers that they are of.
  var values: [(id: Int, view: Operand, place: PlannedBuffer.Place, byteCount: Int)] = []
  /// Buffers of the plan whose addresses go into the run's next slots, in this order.
  var exports: [Int] = []
  /// Slots in use when the next plan begins, apart from what an operator between the plans brings.
  var slotCount: Int
  /// Values that come in between: one whose content becomes known, or an operator's results.
  let awaited: [Int?]
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

/// The address of empty inputs and arenas.
nonisolated(unsafe) let nowhere = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
