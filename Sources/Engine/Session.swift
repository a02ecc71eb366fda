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

  /// A tensor's elements, in place: the caller keeps it.
  public init(_ tensor: Tensor) {
    self.init(InputDescription(tensor.type, tensor.shape), UnsafeRawPointer(tensor.storage.base))
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
  private let runner: Runner
  private let pool: ThreadPool
  /// What the steps of all runs took, if the session was made to tell.
  public let profile: Profile?

  public static let defaultIterationLimit = 100_000

  /// - Parameter iterationLimit: the most iterations of a loop in the network.
  /// - Parameter isExact: leaves out what is faster but less accurate.
  /// - Parameter isProfiled: whether runs time their steps.
  public init(
    _ network: Network, threads: Int = 1, planCapacity: Int = 16, iterationLimit: Int = defaultIterationLimit,
    isExact: Bool = false, isProfiled: Bool = false
  ) throws(Failure) {
    self.network = network
    threadCount = max(1, threads)
    pool = try ThreadPool.shared(threads: threadCount)
    profile = isProfiled ? Profile() : nil
    runner = Runner(
      network,
      Runner.Settings(
        planCapacity: max(1, planCapacity), iterationLimit: iterationLimit, isExact: isExact, profile: profile),
      threads: pool)
  }

  deinit { pool.leave() }

  public var planCount: Int { runner.planCount }
  public var plansBuilt: Int { runner.plansBuilt }
  public var memoryBytes: Int { runner.memoryBytes }

  /// `inputs` in the network's order. The results are valid until the next run.
  /// - Parameter version: a number of the caller's for the types and shapes of the inputs, which are looked at only when
  ///   it is not that of the run before; 0 where there is none.
  public func run(_ inputs: [InputData], version: Int = 0) throws(Failure) -> [OutputData] {
    if !runner.isLatest(version) { try check(inputs) }
    return try runner.run(inputs, version: version)
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
        throw Failure(
          .invalidInput, "input '\(declaration.name)' has rank \(shape.count), expected at most \(maximumRank)")
      }
      guard let expected = declaration.shape else { continue }
      let fits = shape.count == expected.count && zip(shape, expected).allSatisfy { $1 < 0 || $0 == $1 }
      guard fits else {
        throw Failure(
          .invalidInput, "input '\(declaration.name)' has shape \(describe(shape)), expected \(describe(expected))")
      }
    }
  }
}
