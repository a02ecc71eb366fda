/// Converts elements by the rules of ONNX's Cast: towards zero from floating point to integers, low bits between
/// integers, nearest even between floating-point types, nonzero to true. What those leave open saturates (NaN gives 0).
public func convert(
  _ source: UnsafeRawPointer, _ sourceType: ElementType, to target: UnsafeMutableRawPointer, _ targetType: ElementType,
  count: Int
) {
  if sourceType == targetType {
    target.copyMemory(from: source, byteCount: count * sourceType.size)
  } else if sourceType.isFloatingPoint {
    for index in 0..<count { store(loadFloating(source, sourceType, index), target, targetType, index) }
  } else if targetType.isFloatingPoint {
    for index in 0..<count {
      let number = loadInteger(source, sourceType, index)
      // UInt64 travels as its bits.
      let value = sourceType == .uint64 ? Double(UInt64(bitPattern: number)) : Double(number)
      store(value, target, targetType, index)
    }
  } else {
    for index in 0..<count { storeInteger(loadInteger(source, sourceType, index), target, targetType, index) }
  }
}

private func loadFloating(_ source: UnsafeRawPointer, _ type: ElementType, _ index: Int) -> Double {
  switch type {
  case .float32: Double(source.loadUnaligned(fromByteOffset: index * 4, as: Float.self))
  case .float64: source.loadUnaligned(fromByteOffset: index * 8, as: Double.self)
  case .float16: Double(float(fromHalf: source.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)))
  default: Double(float(fromBFloat16: source.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)))
  }
}

private func loadInteger(_ source: UnsafeRawPointer, _ type: ElementType, _ index: Int) -> Int64 {
  switch type {
  case .uint8: Int64(source.loadUnaligned(fromByteOffset: index, as: UInt8.self))
  case .bool: source.loadUnaligned(fromByteOffset: index, as: UInt8.self) != 0 ? 1 : 0
  case .int8: Int64(source.loadUnaligned(fromByteOffset: index, as: Int8.self))
  case .uint16: Int64(source.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
  case .int16: Int64(source.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
  case .int32: Int64(source.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
  case .uint32: Int64(source.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
  default: source.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)
  }
}

private func store(_ value: Double, _ target: UnsafeMutableRawPointer, _ type: ElementType, _ index: Int) {
  switch type {
  case .float32: target.storeBytes(of: Float(value), toByteOffset: index * 4, as: Float.self)
  case .float64: target.storeBytes(of: value, toByteOffset: index * 8, as: Double.self)
  case .float16: target.storeBytes(of: half(from: Float(value)), toByteOffset: index * 2, as: UInt16.self)
  case .bfloat16: target.storeBytes(of: bfloat16(from: Float(value)), toByteOffset: index * 2, as: UInt16.self)
  case .bool: target.storeBytes(of: value != 0 ? 1 : 0, toByteOffset: index, as: UInt8.self)
  case .uint64: target.storeBytes(of: saturate(value, UInt64.self), toByteOffset: index * 8, as: UInt64.self)
  case .int32: storeInteger(Int64(saturate(value, Int32.self)), target, type, index)
  case .uint32: storeInteger(Int64(saturate(value, UInt32.self)), target, type, index)
  default: storeInteger(saturate(value, Int64.self), target, type, index)
  }
}

private func storeInteger(_ value: Int64, _ target: UnsafeMutableRawPointer, _ type: ElementType, _ index: Int) {
  switch type {
  case .uint8, .int8:
    target.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: index, as: UInt8.self)
  case .bool: target.storeBytes(of: value != 0 ? 1 : 0, toByteOffset: index, as: UInt8.self)
  case .uint16, .int16:
    target.storeBytes(of: UInt16(truncatingIfNeeded: value), toByteOffset: index * 2, as: UInt16.self)
  case .int32, .uint32:
    target.storeBytes(of: UInt32(truncatingIfNeeded: value), toByteOffset: index * 4, as: UInt32.self)
  default: target.storeBytes(of: value, toByteOffset: index * 8, as: Int64.self)
  }
}

/// The integer part, held within the type's range; 0 for NaN.
private func saturate<Integer: FixedWidthInteger>(_ value: Double, _: Integer.Type) -> Integer {
  if value.isNaN { return 0 }
  if value >= Double(Integer.max) { return .max }
  if value <= Double(Integer.min) { return .min }
  return Integer(value)
}

extension Tensor {
  /// The elements of an integer tensor; `what` names it in messages.
  public func integers(_ what: String) throws(Failure) -> [Int] {
    guard !type.isFloatingPoint, type != .bool else {
      throw Failure(.invalidModel, "\(what) is \(type.name), expected integers")
    }
    try checkIsList(what)
    return (0..<count).map { Int(loadInteger(storage.base, type, $0)) }
  }

  /// Axes, sizes, positions: an array takes as much memory as it has elements, and that there is none cannot be reported.
  private func checkIsList(_ what: String) throws(Failure) {
    guard count <= 1 << 20 else {
      throw Failure(.limitExceeded, "\(what) has shape \(describe(shape)), expected at most \(1 << 20) numbers")
    }
  }

  /// The elements of a tensor of any type; `what` names it in messages.
  public func numbers(_ what: String) throws(Failure) -> [Double] {
    try checkIsList(what)
    return (0..<count).map {
      type.isFloatingPoint ? loadFloating(storage.base, type, $0) : Double(loadInteger(storage.base, type, $0))
    }
  }

  /// In another type, by ONNX's Cast; the tensor itself when it has that type.
  public func converted(to target: ElementType) throws(Failure) -> Tensor {
    if type == target { return self }
    let result = try Tensor(target, shape)
    convert(storage.base, type, to: result.storage.base, target, count: count)
    return result
  }
}
