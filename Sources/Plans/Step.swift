/// One piece of work of a plan. Its operands' places are settled when it runs, its pointers when the run begins.
public final class Step {
  /// What profiles call it: the operator or algorithm.
  public let name: String
  /// The node that it belongs to; -1 for none.
  public internal(set) var node: Int
  let body: (Execution) -> Void

  init(name: String, node: Int, body: @escaping (Execution) -> Void) {
    self.name = name
    self.node = node
    self.body = body
  }

  public func run(_ execution: Execution) { body(execution) }
}
