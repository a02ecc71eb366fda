import Graphs
import Plans
import Tensors

/// EyeLike: ones on a diagonal of a matrix, known when the plan is made.
final class EyeLike: Operator {
  private let diagonal: Int
  private let type: ElementType?

  override init(_ node: Node) throws(Failure) {
    diagonal = try node.int("k", default: 0)
    type = try node.int("dtype").map { (number) throws(Failure) in try elementType(number) }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0, ranks: 2...2)
    let matrix = try Tensor(.float32, x.shape)
    let elements = matrix.mutableElements(as: Float.self)
    let (rows, columns) = (x.shape[0], x.shape[1])
    let shift = max(-rows, min(diagonal, columns))
    for row in 0..<rows {
      for column in 0..<columns { elements[row * columns + column] = column == row + shift ? 1 : 0 }
    }
    return [builder.constant(try matrix.converted(to: type ?? x.type))]
  }
}
