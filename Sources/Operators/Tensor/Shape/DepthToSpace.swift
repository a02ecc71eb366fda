import Graphs
import Plans
import Tensors

private func blockSize(_ node: Node) throws(Failure) -> Int {
  let size = try node.int("blocksize", default: 0)
  guard size > 0, size < 1 << 20 else {
    throw Failure(.invalidModel, "attribute 'blocksize' is missing or out of range")
  }
  return size
}

/// Whether channels vary slower than the places within a block: attribute `mode`.
private func isDepthFirst(_ node: Node) throws(Failure) -> Bool {
  let mode = try node.string("mode", default: "DCR")
  guard mode == "DCR" || mode == "CRD" else {
    throw Failure(.invalidModel, "attribute 'mode' is '\(mode)', expected DCR or CRD")
  }
  return mode == "CRD"
}

/// DepthToSpace: `[N, C · b², H, W]` to `[N, C, H · b, W · b]`.
final class DepthToSpace: Operator {
  private let size: Int
  private let columnsRowsDepth: Bool

  override init(_ node: Node) throws(Failure) {
    size = try blockSize(node)
    columnsRowsDepth = try isDepthFirst(node)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0, ranks: 4...4)
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    guard c % (size * size) == 0 else {
      throw Failure(.invalidInput, "\(c) channels do not make blocks of \(size) × \(size)")
    }
    let depth = c / (size * size)
    let order = columnsRowsDepth ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
    let shape = columnsRowsDepth ? [n, depth, size, size, h, w] : [n, size, size, depth, h, w]
    let blocks = try builder.reshaped(x, shape).transposed(order)
    return [try builder.reshaped(blocks, [n, depth, elementCount(of: [h, size]), elementCount(of: [w, size])])]
  }
}

/// SpaceToDepth: `[N, C, H · b, W · b]` to `[N, b² · C, H, W]`.
final class SpaceToDepth: Operator {
  private let size: Int
  private let columnsRowsDepth: Bool

  override init(_ node: Node) throws(Failure) {
    size = try blockSize(node)
    columnsRowsDepth = try isDepthFirst(node)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0, ranks: 4...4)
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2] / size, x.shape[3] / size)
    guard h * size == x.shape[2], w * size == x.shape[3] else {
      throw Failure(.invalidInput, "shape \(describe(x.shape)) does not divide into blocks of \(size)")
    }
    let order = columnsRowsDepth ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]
    let blocks = try builder.reshaped(x, [n, c, h, size, w, size]).transposed(order)
    return [try builder.reshaped(blocks, [n, elementCount(of: [c, size, size]), h, w])]
  }
}
