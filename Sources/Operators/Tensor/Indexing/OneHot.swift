import Graphs
import Plans
import Tensors

/// OneHot: `values` are what is off and what is on; indices out of range leave everything off.
final class OneHot: Operator {
  private let axis: Int

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: -1)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let places = try builder.contiguous(builder.cast(inputs.required(0), to: .int64))
    let depth = try builder.known(inputs.required(1), "the depth").numbers("the depth")
    let values = try builder.contiguous(inputs.required(2))
    guard depth.count == 1, depth[0] >= 0, depth[0] < 0x1p40, values.count == 2 else {
      throw Failure(.invalidInput, "the depth must be one number that is not negative, and the values two")
    }
    let size = Int(depth[0])
    let axis = try normalize(axis: self.axis, rank: places.rank + 1)
    var shape = places.shape
    shape.insert(size, at: axis)
    let result = try builder.allocate(values.type, checked(shape))
    if result.count == 0 { return [result] }
    let inner = try elementCount(of: Array(places.shape[axis...]))
    let outer = try elementCount(of: Array(places.shape[..<axis]))
    let bytes = values.type.size
    builder.emit("OneHot", reads: [places, values], writes: [result]) { execution in
      let to = execution.bytes(result)
      let off = execution.bytes(values)
      let indices = execution.pointer(places, as: Int64.self)
      for element in 0..<(outer &* size &* inner) { copyElement(to + element &* bytes, off, bytes) }
      for block in 0..<outer {
        for position in 0..<inner {
          guard let place = place(indices[block &* inner &+ position], size) else { continue }
          copyElement(to + ((block &* size &+ place) &* inner &+ position) &* bytes, off + bytes, bytes)
        }
      }
    }
    return [result]
  }
}

/// Trilu: the upper or lower triangle of matrices, zeros elsewhere.
final class Trilu: Operator {
  private let keepsUpper: Bool

  override init(_ node: Node) throws(Failure) {
    keepsUpper = try node.flag("upper", default: true)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try builder.contiguous(inputs.required(0, ranks: 2...maximumRank))
    let diagonals = try inputs.optional(1).map { (k) throws(Failure) in try builder.integers(k, "the diagonal") } ?? [0]
    guard let diagonal = diagonals.first else { throw Failure(.invalidInput, "the diagonal is empty") }
    let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let shift = max(-rows - 1, min(diagonal, columns + 1))
    let result = try builder.copied(x)
    let matrices = x.count == 0 ? 0 : x.count / (rows * columns)
    let bytes = x.type.size
    builder.emit("Trilu", reads: [result], writes: [result]) { [keepsUpper] execution in
      for row in 0..<(matrices &* rows) {
        let line = execution.bytes(result) + row &* columns &* bytes
        let edge = max(0, min(row % rows + shift + (keepsUpper ? 0 : 1), columns))
        let cleared = keepsUpper ? 0..<edge : edge..<columns
        (line + cleared.lowerBound &* bytes).initializeMemory(as: UInt8.self, repeating: 0, count: cleared.count &* bytes)
      }
    }
    return [result]
  }
}
