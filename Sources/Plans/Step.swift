import CSystem

/// One piece of work of a plan. Its operands' places are settled when it runs, its pointers when the run begins.
public final class Step {
  /// What profiles call it: the operator or algorithm.
  public let name: String
  /// The node that it belongs to; -1 for none.
  public internal(set) var node: Int
  /// For profiles: floating-point operations, 0 where nobody counted them, and bytes read and written.
  public let flops: Int
  public let byteCount: Int
  let body: (Execution) -> Void

  init(name: String, node: Int, flops: Int, byteCount: Int, body: @escaping (Execution) -> Void) {
    self.name = name
    self.node = node
    self.flops = flops
    self.byteCount = byteCount
    self.body = body
  }

  /// Sums of products take denormals for zeros: to processors they are exceptions, which cost a hundred times as much.
  public func run(_ execution: Execution) {
    guard flops > 0 else { return body(execution) }
    system_set_float_control(UInt32(SYSTEM_FLOAT_NO_DENORMALS))
    body(execution)
    system_set_float_control(UInt32(SYSTEM_FLOAT_DEFAULT))
  }
}
