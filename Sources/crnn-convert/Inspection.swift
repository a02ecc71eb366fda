import CCRNN
import Foundation

/// What a model file holds, as text for people.
enum Inspection {
  static func report(_ model: Model) throws -> String {
    let info = try model.info
    var lines = ["\(model.path)"]
    lines.append("  format      \(info.format.map { String(cString: $0) } ?? "?")")
    let attributes = try? FileManager.default.attributesOfItem(atPath: model.path)
    if let size = (attributes?[.size] as? NSNumber)?.uint64Value {
      lines.append("  size        \(grouped(size)) bytes")
    }
    lines.append("  parameters  \(grouped(info.parameter_count)) (\(grouped(info.parameter_bytes)) bytes)")
    lines.append("inputs")
    lines += try model.inputs.map(line)
    lines.append("outputs")
    lines += try model.outputs.map(line)
    lines += operators(try model.nodes)
    let keys = model.metadataKeys
    lines.append("metadata\(keys.isEmpty ? " (none)" : "")")
    lines += aligned(keys.map { ($0, value(model.metadata($0) ?? "")) })
    return lines.joined(separator: "\n")
  }

  private static func line(_ spec: TensorSpec) -> String { "  \(spec.name)  \(typeName(spec.type)) \(spec.shapeText)" }

  /// Operators as the library runs them, the most frequent first.
  private static func operators(_ nodes: [NodeSpec]) -> [String] {
    var counts: [String: Int] = [:]
    for node in nodes {
      let isStandard = node.domain.isEmpty || node.domain == "ai.onnx"
      counts[isStandard ? node.type : "\(node.domain).\(node.type)", default: 0] += 1
    }
    let order = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return ["operators (\(counted(nodes.count, "node")), after folding and fusion)"]
      + aligned(order.map { ($0.key, String($0.value)) })
  }

  private static func aligned(_ rows: [(String, String)]) -> [String] {
    let width = rows.map { $0.0.count }.max() ?? 0
    return rows.map { "  " + $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }
  }

  /// A value on one line, shortened.
  private static func value(_ text: String) -> String {
    let lineBreaks = text.unicodeScalars.filter { $0 == "\n" }.count
    let flat = text.unicodeScalars.map { $0 == "\n" ? "\\n" : String($0) }
    let shown = flat.prefix(80).joined()
    let more = flat.count > 80 ? " …" : ""
    return shown + more + (lineBreaks > 0 ? " (\(lineBreaks + 1) lines)" : "")
  }
}
