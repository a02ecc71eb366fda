import CSystem
import Plans
import Tensors

extension PlanBuilder {
  /// An operand of int32 or int64 indices as contiguous int64.
  func indices(_ operand: Operand) throws(Failure) -> Operand {
    try contiguous(cast(operand, to: .int64))
  }
}

/// An index counted from either end as 0 ..< size; nil when it is out of range.
@inline(__always)
func place(_ index: Int64, _ size: Int) -> Int? {
  let position = index < 0 ? Int(index) &+ size : Int(index)
  return position >= 0 && position < size ? position : nil
}

extension Execution {
  func failIndex(_ index: Int64, _ size: Int) {
    fail(.invalidInput, "index \(index) is out of range for an axis of size \(size)")
  }
}

/// Copies one element of `size` bytes.
@inline(__always)
func copyElement(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ size: Int) {
  switch size {
  case 1: target.storeBytes(of: source.loadUnaligned(as: UInt8.self), as: UInt8.self)
  case 2: target.storeBytes(of: source.loadUnaligned(as: UInt16.self), as: UInt16.self)
  case 4: target.storeBytes(of: source.loadUnaligned(as: UInt32.self), as: UInt32.self)
  default: target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
  }
}
