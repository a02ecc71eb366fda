import Graphs
import KernelTable
import Plans
import Tensors

/// MatMulInteger, QLinearMatMul, MatMulIntegerToFloat, DynamicQuantizeMatMul, QGemm. Zero points and scales are one for
/// all, or one for each row of the left or column of the right operand. The packed form's attribute columns is N.
final class IntegerMatMul: QuantizedProduct {
  private let transposeA, transposeB: Bool
  /// Of the packed right operand.
  private let columns: Int?

  override init(_ node: Node) throws(Failure) {
    transposeA = try node.flag("transA")
    transposeB = try node.flag("transB")
    columns = node.domain == "crnn" ? try node.int("columns", default: 0) : nil
    try super.init(node)
  }

  override func axes(_ rank: Int) -> (left: Int, right: Int) { (rank - 2, rank - 1) }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    // Vectors become matrices, and the axes of size 1 are taken away again.
    var operands = inputs.operands
    let (left, right) = (try inputs.required(0), try inputs.required(places.right))
    guard left.rank > 0, right.rank > 0 else { throw Failure(.invalidInput, "the operands must not be scalars") }
    if left.rank == 1 { operands[0] = left.unsqueezed(at: 0) }
    if right.rank == 1 { operands[places.right] = right.unsqueezed(at: 1) }
    if transposeA { operands[0] = try inputs.required(0, ranks: 2...2).transposed([1, 0]) }
    if transposeB, columns == nil {
      operands[places.right] = try inputs.required(places.right, ranks: 2...2).transposed([1, 0])
    }
    let results = try super.lower(Inputs(operands), builder)
    guard var y = results[0], left.rank == 1 || right.rank == 1 else { return results }
    if right.rank == 1 { y = y.selecting(axis: y.rank - 1, index: 0) }
    if left.rank == 1 { y = y.selecting(axis: y.rank - (right.rank == 1 ? 1 : 2), index: 0) }
    return [y]
  }

  override func product(_ inputs: Inputs, leftZero: Int, _ builder: PlanBuilder) throws(Failure) -> Operand {
    let rank = try inputs.required(0).rank
    let x = try inputs.centred(0, zero: leftZero, axis: rank - 2, builder)
    let depth = x.shape[rank - 1]
    let right = try inputs.required(places.right)
    var matrix = PackedMatrix(panels: right, depth: depth, columns: columns ?? 0)
    var fits = right.shape == [panelCount(columns: matrix.columns), depth, panelColumns] && right.isContiguous
    if columns == nil { fits = right.shape[right.rank - 2] == depth }
    guard fits else {
      let shape = columns.map { [right.rank > 1 ? right.shape[1] : 0, $0] } ?? right.shape
      throw Failure(
        .invalidInput, "cannot multiply shapes \(describe(x.shape)) and \(describe(shape)): inner sizes differ")
    }
    if columns == nil {
      let b = try inputs.centred(places.right, zero: places.rightZero, axis: right.rank - 1, builder)
      if b.rank > 2 { return try plainProduct(builder.cast(x, to: .int32), builder.cast(b, to: .int32), builder) }
      matrix = try PackedMatrix(packing: b, builder)
    }
    let lead = Array(x.shape.dropLast())
    var y = try builder.allocate(.int32, lead + [matrix.columns])
    try integerProduct(
      ConvolutionGeometry(rows: elementCount(of: lead), inputs: depth, outputs: matrix.columns),
      builder.contiguous(x), matrix.panels, bias: nil, to: y, builder)
    if let addend = inputs.optional(places.addend) {
      y = try builder.binary("Add", .add, y, broadcast(addend, to: y.shape))
    }
    return y
  }
}
