import Graphs
import Plans
import Tensors

/// Shape: the dimensions from `start` to `end`, known when the plan is made.
final class ShapeOf: Operator {
  private let start: Int
  private let end: Int?

  override init(_ node: Node) throws(Failure) {
    start = try node.int("start", default: 0)
    end = try node.int("end")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let shape = try inputs.required(0).shape
    let first = place(start, shape.count)
    let last = place(end ?? shape.count, shape.count)
    return [builder.constant(try .int64(first < last ? Array(shape[first..<last]) : []))]
  }

  private func place(_ axis: Int, _ rank: Int) -> Int { max(0, min(axis < 0 ? axis + rank : axis, rank)) }
}

/// Size: the number of elements.
final class SizeOf: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    [builder.constant(try .int64([inputs.required(0).count], shape: []))]
  }
}

/// Constant, in any of its forms but strings and sparse tensors.
final class Constant: Operator {
  private let tensor: Tensor

  override init(_ node: Node) throws(Failure) {
    if let value = try node.tensor("value") {
      tensor = value
    } else if let value = try node.float("value_float") {
      tensor = try .float32([value], shape: [])
    } else if let values = try node.floats("value_floats") {
      tensor = try .float32(values)
    } else if let value = try node.int("value_int") {
      tensor = try .int64([value], shape: [])
    } else if let values = try node.ints("value_ints") {
      tensor = try .int64(values)
    } else {
      throw Failure(.unsupported, "no attribute that gives a dense tensor of numbers")
    }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    [builder.constant(tensor)]
  }
}

/// ConstantOfShape: one value repeated, without memory of its own.
final class ConstantOfShape: Operator {
  private let value: Tensor

  override init(_ node: Node) throws(Failure) {
    let zero = try Tensor.float32([0])
    value = try node.tensor("value") ?? zero
    guard value.count == 1 else {
      throw Failure(.invalidModel, "attribute 'value' has \(value.count) elements, expected 1")
    }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let shape = try checked(builder.integers(inputs.required(0), "the shape"))
    return [try broadcast(builder.constant(value.reshaped([])), to: shape)]
  }
}

/// Range: start, start + delta, … below limit. Its inputs must be known when the plan is made.
final class RangeOperator: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let type = try inputs.required(0).type
    for index in 0..<3 {
      let input = try inputs.required(index)
      guard input.count == 1 else {
        throw Failure(.invalidModel, "input \(index) has shape \(describe(input.shape)), expected one number")
      }
    }
    return [
      builder.constant(
        try type.isFloatingPoint ? floats(inputs, type, builder) : integers(inputs, type, builder))
    ]
  }

  private func integers(_ inputs: Inputs, _ type: ElementType, _ builder: PlanBuilder) throws(Failure) -> Tensor {
    let start = try builder.integers(inputs.required(0), "the start")[0]
    let limit = try builder.integers(inputs.required(1), "the limit")[0]
    let delta = try builder.integers(inputs.required(2), "the delta")[0]
    guard delta != 0 else { throw Failure(.invalidInput, "the delta is 0") }
    var count: UInt = 0
    if delta > 0 ? start < limit : start > limit {
      let span = delta > 0 ? UInt(bitPattern: limit &- start) : UInt(bitPattern: start &- limit)
      count = (span - 1) / delta.magnitude + 1
    }
    let tensor = try Tensor(.int64, [size(Double(count))])
    let elements = tensor.mutableElements(as: Int64.self)
    for index in 0..<tensor.count { elements[index] = Int64(start &+ index &* delta) }
    return try tensor.converted(to: type)
  }

  private func floats(_ inputs: Inputs, _ type: ElementType, _ builder: PlanBuilder) throws(Failure) -> Tensor {
    var values: [Double] = []
    for index in 0..<3 {
      values += try builder.known(inputs.required(index), "the range").numbers("the range")
    }
    guard values[2] != 0 else { throw Failure(.invalidInput, "the delta is 0") }
    let tensor = try Tensor(.float64, [size(((values[1] - values[0]) / values[2]).rounded(.up))])
    let elements = tensor.mutableElements(as: Double.self)
    for index in 0..<tensor.count { elements[index] = values[0] + Double(index) * values[2] }
    return try tensor.converted(to: type)
  }

  private func size(_ count: Double) throws(Failure) -> Int {
    if count <= 0 { return 0 }
    guard count <= 0x1p28 else { throw Failure(.outOfMemory, "the range is too long") }
    return Int(count)
  }
}
