import CSystem
import Synchronization

/// What a model or a session may take. Tensors, scratch memory and copies of files count, for as long as they live;
/// the descriptions of nodes and plans do not, and the number of nodes has a limit of its own.
///
/// The functions that work for a model or a session make its budget the thread's: what the thread asks for until they
/// end is charged to it.
public final class Budget {
  public static let defaultByteLimit = 4 << 30
  public static let defaultNodeLimit = 100_000

  /// Whose it is, for messages.
  private let owner: StaticString
  private let byteLimit: Int
  private let bytes = Atomic<Int>(0)
  /// Nodes that there may still be.
  private var nodes: Int
  private let nodeLimit: Int

  public init(of owner: StaticString, bytes: Int = defaultByteLimit, nodes: Int = defaultNodeLimit) {
    self.owner = owner
    byteLimit = bytes
    nodeLimit = nodes
    self.nodes = nodes
  }

  /// Makes it the thread's until `end`; it must live until then.
  public func begin() { system_thread_budget().pointee = Unmanaged.passUnretained(self).toOpaque() }

  public func end() { withExtendedLifetime(self) { system_thread_budget().pointee = nil } }

  /// The thread's own, if what it does now has a limit.
  static var current: Budget? {
    system_thread_budget().pointee.map { Unmanaged<Budget>.fromOpaque($0).takeUnretainedValue() }
  }

  func take(_ byteCount: Int) throws(Failure) {
    let used = charge(byteCount)
    guard byteCount <= byteLimit - used else {
      giveBack(byteCount)
      throw Failure(
        .limitExceeded,
        "\(byteCount) bytes, beside \(used) in use, exceed \(byteLimit) bytes, the \(owner)'s memory_limit")
    }
  }

  /// - Returns: what was in use before.
  @discardableResult
  func charge(_ byteCount: Int) -> Int { bytes.wrappingAdd(byteCount, ordering: .relaxed).oldValue }

  var bytesLeft: Int { byteLimit - bytes.load(ordering: .relaxed) }

  func giveBack(_ byteCount: Int) { bytes.wrappingSubtract(byteCount, ordering: .relaxed) }

  /// A shape of more elements than the limit has bytes is refused at once: it need not take memory, as a view of fewer,
  /// but all of it would be worked on.
  func check(elements: Int, of shape: Shape) throws(Failure) {
    guard elements <= byteLimit else {
      throw Failure(
        .limitExceeded,
        "a tensor of shape \(describe(shape)) exceeds \(byteLimit) bytes, the \(owner)'s memory_limit")
    }
  }

  /// Counts nodes of a model that is being read.
  public static func takeNodes(_ count: Int) throws(Failure) {
    guard let budget = current else { return }
    guard count <= budget.nodes else {
      throw Failure(.limitExceeded, "it has more than \(budget.nodeLimit) nodes, the \(budget.owner)'s node_limit")
    }
    budget.nodes -= count
  }
}
