import Plans
import Tensors

/// The element types that an operator accepts for one of its inputs.
public enum AcceptedTypes: UInt64, Sendable {
  case any = 1
  case number, signed, integer, index, float, floatOrByte, byte, bool, int32, int64, float32
  /// The type of the first input.
  case same

  /// Whether `type` is accepted beside a first input of type `first`.
  func accepts(_ type: ElementType, first: ElementType) -> Bool {
    switch self {
    case .any: true
    case .number: type != .bool
    case .signed: type.isFloatingPoint || type.isSignedInteger
    case .integer: type != .bool && !type.isFloatingPoint
    case .index: type == .int32 || type == .int64
    case .float: type.isFloatingPoint
    case .floatOrByte: type.isFloatingPoint || type == .int8 || type == .uint8
    case .byte: type == .int8 || type == .uint8
    case .bool: type == .bool
    case .int32: type == .int32
    case .int64: type == .int64
    case .float32: type == .float32
    case .same: type == first
    }
  }

  public var name: String {
    switch self {
    case .any: "any type"
    case .number: "numbers"
    case .signed: "signed numbers"
    case .integer: "integers"
    case .index: "int32 or int64"
    case .float: "floating point"
    case .floatOrByte: "floating point, int8 or uint8"
    case .byte: "int8 or uint8"
    case .bool: "bool"
    case .int32: "int32"
    case .int64: "int64"
    case .float32: "float32"
    case .same: "the first input's type"
    }
  }
}

/// What an operator accepts for each of its inputs, four bits an input; the last one stands for all that follow.
public struct Signature: Sendable {
  let bits: UInt64

  /// One for each input that is named.
  public var inputs: [AcceptedTypes] {
    var inputs: [AcceptedTypes] = []
    var rest = bits
    while let types = AcceptedTypes(rawValue: rest & 15) {
      inputs.append(types)
      rest >>= 4
    }
    return inputs
  }

  func check(_ operands: [Operand?]) throws(Failure) {
    var rest = bits
    for (index, operand) in operands.enumerated() {
      if let operand, let types = AcceptedTypes(rawValue: rest & 15) {
        let first = (operands[0] ?? operand).type
        guard types.accepts(operand.type, first: first) else {
          let expected = types == .same ? first.name : types.name
          throw Failure(.unsupported, "input \(index) is \(operand.type.name), expected \(expected)")
        }
      }
      if rest >> 4 != 0 { rest >>= 4 }
    }
  }
}
