import Graphs
import Plans
import Tensors

/// Identity: the same operand.
final class Identity: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    [try inputs.required(0)]
  }
}

/// Dropout in inference: the same operand, and a mask of ones. The mask has the input's type before operator set 10.
final class Dropout: Operator {
  private let maskIsBool: Bool
  private let hasTrainingInput: Bool

  override init(_ node: Node) throws(Failure) {
    maskIsBool = node.opset >= 10
    hasTrainingInput = node.opset >= 12
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try inputs.required(0)
    if hasTrainingInput, let training = inputs.optional(2) {
      let flag = try builder.known(training, "training_mode")
      if try flag.numbers("training_mode").contains(where: { $0 != 0 }) { throw Failure(.unsupported, "training") }
    }
    guard wanted.count > 1 else { return [x] }
    guard wanted[1] else { return [x, nil] }
    let one = try Tensor.float32([1], shape: []).converted(to: maskIsBool ? .bool : x.type)
    return [x, try broadcast(builder.constant(one), to: x.shape)]
  }
}

/// An element type by its number in ONNX.
func elementType(_ number: Int) throws(Failure) -> ElementType {
  guard let code = Int32(exactly: number), let type = ElementType(rawValue: code) else {
    throw Failure(.unsupported, "element type \(number) is not supported")
  }
  return type
}

/// Cast to the type that attribute `to` names.
final class Cast: Operator {
  private let type: ElementType

  override init(_ node: Node) throws(Failure) {
    guard let number = try node.int("to") else { throw Failure(.invalidModel, "attribute 'to' is missing") }
    type = try elementType(number)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    [try builder.cast(inputs.required(0), to: type)]
  }
}

/// Cast to the type of the second input.
final class CastLike: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    [try builder.cast(inputs.required(0), to: inputs.required(1).type)]
  }
}
