import InstructionSets
import Operators
import Plans
import Tensors

/// Runs one operator on values that are known, at once: constant folding and shape arithmetic.
/// - Throws: `limitExceeded`, before anything is computed, where that takes more than `byteLimit` beside the inputs.
public func evaluate(
  _ operation: Operator, _ inputs: [Tensor?], byteLimit: Int = Int.max
) throws(Failure) -> [Tensor?] {
  if operation.isImmediate { return try operation.compute(inputs, Bodies(iterationLimit: 0)) }
  let builder = PlanBuilder(threads: 1, isExact: true)
  defer { withExtendedLifetime(builder) {} }
  let operands = try operation.plan(Inputs(inputs.map { $0.map(builder.constant) }), builder)
  var results: [Operand?] = []
  for operand in operands {
    guard let operand else { results.append(nil); continue }
    results.append(try builder.contiguous(operand))
  }
  var bytesLeft = byteLimit
  for buffer in builder.buffers {
    guard case .arena = buffer.place else { continue }
    guard buffer.byteCount <= bytesLeft else {
      throw Failure(.limitExceeded, "computing it takes more than \(byteLimit) bytes")
    }
    bytesLeft -= buffer.byteCount
  }
  // Every buffer has memory of its own: results outlive the evaluation.
  var storages: [Storage] = []
  for buffer in builder.buffers {
    switch buffer.place {
    case .constant(let tensor): storages.append(tensor.storage)
    case .arena, .input: storages.append(try Storage(byteCount: buffer.byteCount))
    }
  }
  let bases = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: max(storages.count, 1))
  defer { bases.deallocate() }
  for (index, storage) in storages.enumerated() { (bases + index).initialize(to: storage.base) }
  let execution = Execution(kernels: bestKernels, threads: .alone, bases: bases)
  for step in builder.steps {
    step.run(execution)
    if let failure = execution.takeFailure() { throw failure }
  }
  var tensors: [Tensor?] = []
  for operand in results {
    guard let operand else { tensors.append(nil); continue }
    let whole = storages[operand.buffer]
    let bytes = UnsafeRawBufferPointer(
      start: whole.base + operand.offset * operand.type.size, count: operand.count * operand.type.size)
    tensors.append(try Tensor(operand.type, operand.shape, Storage(bytes, keeping: whole)))
  }
  return tensors
}
