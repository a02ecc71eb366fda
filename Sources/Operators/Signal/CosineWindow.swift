import CSystem
import Graphs
import Plans
import Tensors

/// HannWindow, HammingWindow and BlackmanWindow: a - b · cos(2πn / N) + c · cos(4πn / N), where N is the size, or one
/// less of a window that is not periodic. The size must be known when the plan is made.
final class CosineWindow: Operator {
  private let a, b, c: Double
  private let type: ElementType
  private let isPeriodic: Bool

  init(_ node: Node, _ a: Double, _ b: Double, _ c: Double) throws(Failure) {
    (self.a, self.b, self.c) = (a, b, c)
    type = try signalType(node)
    isPeriodic = try node.flag("periodic", default: true)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let size = try builder.integer(inputs.required(0), "the size")
    guard size > 0 else { throw Failure(.invalidInput, "the size is \(size), expected 1 or more") }
    let window = try Tensor(.float64, checked([size]))
    let values = window.mutableElements(as: Double.self)
    let step = 2 * Double.pi / Double(isPeriodic ? size : size - 1)
    for index in 0..<window.count {
      let angle = Double(index) * step
      values[index] = a - b * cos(angle) + c * cos(2 * angle)
    }
    return [builder.constant(try window.converted(to: type))]
  }
}

/// The type that attribute `output_datatype` names, float32 by default.
func signalType(_ node: Node) throws(Failure) -> ElementType {
  let type = try elementType(node.int("output_datatype", default: 1))
  guard type != .bool else { throw Failure(.invalidModel, "attribute 'output_datatype' is bool, expected numbers") }
  return type
}
