import KernelTable
import Tensors

/// What steps see while a plan runs: where the buffers are, the kernels and the threads.
public final class Execution {
  public let kernels: KernelTable
  public let threads: ThreadPool
  /// Base address of each buffer of the running plan; the plan's own memory.
  public var bases: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// Set by a step whose data turn out to be wrong (an index out of range, say); ends the run.
  public private(set) var failure: Failure?

  /// - Parameter bases: nil where there is no plan yet.
  public init(
    kernels: KernelTable, threads: ThreadPool, bases: UnsafeMutablePointer<UnsafeMutableRawPointer>? = nil
  ) {
    self.kernels = kernels
    self.threads = threads
    self.bases = bases ?? noBases
  }

  public var hasFailed: Bool { failure != nil }

  /// The first failure of a run counts.
  public func fail(_ status: Status, _ message: Message) {
    if failure == nil { failure = Failure(status, message) }
  }

  public func takeFailure() -> Failure? {
    defer { failure = nil }
    return failure
  }

  /// The address of an operand's first element.
  @inline(__always)
  public func pointer<Element>(_ operand: Operand, as _: Element.Type) -> UnsafeMutablePointer<Element> {
    bases[operand.buffer].assumingMemoryBound(to: Element.self) + operand.offset
  }

  @inline(__always)
  public func floats(_ operand: Operand) -> UnsafeMutablePointer<Float> { pointer(operand, as: Float.self) }

  @inline(__always)
  public func bytes(_ operand: Operand) -> UnsafeMutableRawPointer {
    bases[operand.buffer] + operand.offset * operand.type.size
  }

  /// Calls `body` with 0 ..< count, on several threads when it is worth it. Calls must not depend on each other;
  /// `work` is the total cost in floating-point operations or elements moved.
  public func parallel(_ count: Int, work: Int, _ body: (Int) -> Void) {
    parallel(count, work: work) { (piece, _) in body(piece) }
  }

  /// The same; `body` is also told which of the threads it runs on, 0 ..< threads.count, to choose scratch memory.
  public func parallel(_ count: Int, work: Int, _ body: (_ piece: Int, _ thread: Int) -> Void) {
    if count <= 1 || threads.count <= 1 || work < 50_000 {
      for index in 0..<max(count, 0) { body(index, 0) }
    } else {
      threads.run(count, body)
    }
  }
}

nonisolated(unsafe) private let noBases = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: 1)
