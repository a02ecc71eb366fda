import Graphs
import Tensors

/// How one operator is made from a node.
public struct RegistryEntry: Sendable {
  public let domain: String
  public let type: String
  /// First operator-set version whose form is understood.
  public let since: Int
  let make: @Sendable (Node) throws(Failure) -> Operator

  init(_ type: String, domain: String = "", since: Int = 1, _ make: @escaping @Sendable (Node) throws(Failure) -> Operator) {
    self.type = type
    self.domain = domain
    self.since = since
    self.make = make
  }
}

/// Every operator that the library has, a line each.
public enum Registry {
  /// The newest version of ONNX's own operator set that was checked against. What a later one changes is not known,
  /// so its nodes are refused.
  public static let newestOpset = 28

  public static let entries: [RegistryEntry] =
    convolutionOperators + matrixOperators + recurrentOperators + tensorOperators

  public static func entry(domain: String, type: String) -> RegistryEntry? {
    table.find(domain: domain, type: type)
  }

  /// The operator of a node. The node was found supported.
  public static func makeOperator(_ node: Node) throws(Failure) -> Operator {
    guard let entry = entry(domain: node.domain, type: node.type) else {
      throw Failure(.unsupported, "\(node.description) of opset \(node.opset) is not supported")
    }
    if node.domain.isEmpty, node.opset > newestOpset {
      throw Failure(
        .unsupported, "\(node.description): opset \(node.opset) is newer than \(newestOpset), the newest known")
    }
    do throws(Failure) {
      return try entry.make(node)
    } catch {
      throw error.within(node.description)
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
