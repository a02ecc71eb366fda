import Graphs
import Tensors

/// How one operator is made from a node.
public struct RegistryEntry: Sendable {
  public let domain: String
  public let type: String
  /// First operator-set version whose form is understood.
  public let since: Int
  /// The element types of the inputs.
  public let signature: Signature
  let make: @Sendable (Node) throws(Failure) -> Operator

  /// The inputs' types in order; the last one stands for all that follow. Inlined, so that the table is data.
  @inline(__always)
  init(
    _ type: String, domain: String = "", since: Int = 1, _ first: AcceptedTypes = .any, _ second: AcceptedTypes? = nil,
    _ third: AcceptedTypes? = nil, _ fourth: AcceptedTypes? = nil, _ fifth: AcceptedTypes? = nil,
    _ sixth: AcceptedTypes? = nil, _ seventh: AcceptedTypes? = nil,
    _ eighth: AcceptedTypes? = nil, _ ninth: AcceptedTypes? = nil,
    _ make: @escaping @Sendable (Node) throws(Failure) -> Operator
  ) {
    self.type = type
    self.domain = domain
    self.since = since
    signature = Signature(
      bits: first.rawValue | (second?.rawValue ?? 0) << 4 | (third?.rawValue ?? 0) << 8
        | (fourth?.rawValue ?? 0) << 12 | (fifth?.rawValue ?? 0) << 16 | (sixth?.rawValue ?? 0) << 20
        | (seventh?.rawValue ?? 0) << 24 | (eighth?.rawValue ?? 0) << 28 | (ninth?.rawValue ?? 0) << 32)
    self.make = make
  }
}

/// Every operator that the library has, a line each.
public enum Registry {
  /// The newest version of ONNX's own operator set that was checked against. What a later one changes is not known,
  /// so its nodes are refused.
  public static let newestOpset = 28

  public static let entries: [RegistryEntry] =
    convolutionOperators + matrixOperators + recurrentOperators + signalOperators + tensorOperators + controlOperators
    + quantizedOperators

  /// What makes the node's operator; nil when there is none, or none for so old an operator set.
  public static func entry(for node: Node) -> RegistryEntry? {
    table.find(domain: node.domain, type: node.type).flatMap { node.opset < $0.since ? nil : $0 }
  }

  /// The operator of a node. The node was found supported.
  public static func makeOperator(_ node: Node) throws(Failure) -> Operator {
    guard let entry = entry(for: node) else {
      throw Failure(.unsupported, "\(node.description) of opset \(node.opset) is not supported")
    }
    if node.domain.isEmpty, node.opset > newestOpset {
      throw Failure(
        .unsupported, "\(node.description): opset \(node.opset) is newer than \(newestOpset), the newest known")
    }
    try checkMemory()
    do throws(Failure) {
      let made = try entry.make(node)
      made.signature = entry.signature
      return made
    } catch {
      throw error.within("\(node.description)")
    }
  }

  private static let table = RegistryTable(entries)
}

/// Entries by name.
private struct RegistryTable: Sendable {
  private var positions: [String: Int] = [:]
  private let entries: [RegistryEntry]

  init(_ entries: [RegistryEntry]) {
    self.entries = entries
    for (position, entry) in entries.enumerated() { positions["\(entry.domain):\(entry.type)"] = position }
  }

  func find(domain: String, type: String) -> RegistryEntry? {
    positions["\(domain):\(type)"].map { entries[$0] }
  }
}
