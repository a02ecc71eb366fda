import Plans
import Tensors

extension PlanBuilder {
  /// A number of any type, to be broadcast.
  func scalar(_ value: Float, _ type: ElementType) throws(Failure) -> Operand {
    try constant(Tensor.float32([value], shape: []).converted(to: type))
  }

  /// The one integer of an operand that must be known when the plan is made; `what` names it in messages.
  func integer(_ operand: Operand, _ what: String) throws(Failure) -> Int {
    let values = try integers(operand, what)
    guard values.count == 1 else {
      throw Failure(.invalidInput, "\(what) has shape \(describe(operand.shape)), expected one number")
    }
    return values[0]
  }
}
