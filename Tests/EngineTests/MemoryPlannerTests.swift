import InstructionSets
import Plans
import Tensors
import Testing

@testable import Engine

@Suite struct MemoryPlannerTests {
  /// Buffers of random sizes with random lives, through the builder as operators make them.
  private func randomBuffers(_ random: inout Random) throws -> [PlannedBuffer] {
    let builder = PlanBuilder(threads: 1)
    let operands = try (0..<Int.random(in: 1...40, using: &random)).map { _ in
      try builder.allocate(.float32, [Int.random(in: 0...5000, using: &random)])
    }
    for _ in 0..<60 {
      let used = operands.filter { _ in Int.random(in: 0..<12, using: &random) == 0 }
      builder.emit("step", reads: [], writes: used) { _ in }
    }
    return builder.buffers
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func buffersInUseAtOnceDoNotOverlap(seed: UInt64) throws {
    var random = Random(seed: seed)
    for _ in 0..<100 {
      let buffers = try randomBuffers(&random)
      let plan = try MemoryPlan(buffers)
      var needed = [Int](repeating: 0, count: 60)
      for (i, a) in buffers.enumerated() where a.lastStep >= 0 {
        #expect(plan.offsets[i] % 64 == 0)
        #expect(plan.offsets[i] + a.byteCount <= plan.byteCount)
        for step in a.firstStep...a.lastStep { needed[step] += a.byteCount }
        for (j, b) in buffers.enumerated() where j > i && b.lastStep >= 0 {
          guard a.firstStep <= b.lastStep, b.firstStep <= a.lastStep, a.byteCount > 0, b.byteCount > 0 else { continue }
          let apart =
            plan.offsets[i] + a.byteCount <= plan.offsets[j] || plan.offsets[j] + b.byteCount <= plan.offsets[i]
          #expect(apart, "seed \(seed): buffers \(i) and \(j)")
        }
      }
      // Reuse, not one buffer after the other.
      let largest = needed.max() ?? 0
      #expect(plan.byteCount <= largest * 2 + 64 * buffers.count, "seed \(seed): \(plan.byteCount) for \(largest)")
    }
  }
}

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 5])
  func everyPieceRunsOnce(threads: Int) throws {
    let execution = Execution(kernels: bestKernels, threads: try ThreadPool(threads: threads))
    for pieces in [0, 1, 2, 3, 100, 1000] {
      let counts = UnsafeMutablePointer<Int>.allocate(capacity: max(pieces, 1))
      defer { counts.deallocate() }
      counts.initialize(repeating: 0, count: max(pieces, 1))
      nonisolated(unsafe) let shared = counts
      for _ in 0..<50 {
        execution.parallel(pieces, work: 1 << 30) { (piece, thread) in
          shared[piece] += 1
          precondition(thread >= 0 && thread < threads)
        }
      }
      for piece in 0..<pieces { #expect(counts[piece] == 50) }
    }
  }
}
