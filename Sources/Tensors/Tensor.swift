/// A dense row-major tensor in memory. Its elements are not changed once others can see it.
public final class Tensor {
  public let type: ElementType
  public let shape: Shape
  public let count: Int
  public let storage: Storage

  /// A view of `storage`, which must hold the shape's elements from its first byte on.
  public init(_ type: ElementType, _ shape: Shape, _ storage: Storage) throws(Failure) {
    count = try elementCount(of: shape)
    guard storage.byteCount >= count * type.size else {
      throw Failure(
        .invalidModel,
        "\(storage.byteCount) bytes of data for \(type.name) \(describe(shape)), expected \(count * type.size)")
    }
    self.type = type
    self.shape = shape
    self.storage = storage
  }

  /// Fresh memory, not cleared.
  public convenience init(_ type: ElementType, _ shape: Shape) throws(Failure) {
    try self.init(type, shape, Storage(byteCount: elementCount(of: shape) * type.size))
  }

  public var byteCount: Int { count * type.size }

  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage.base, count: byteCount) }

  /// The elements; `Element` must be the type's own representation.
  public func elements<Element>(as _: Element.Type) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: UnsafePointer(storage.base.assumingMemoryBound(to: Element.self)), count: count)
  }

  /// For the code that fills a new tensor.
  public func mutableElements<Element>(as _: Element.Type) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: storage.base.assumingMemoryBound(to: Element.self), count: count)
  }

  /// The same elements in another shape of equally many.
  public func reshaped(_ shape: Shape) throws(Failure) -> Tensor { try Tensor(type, shape, storage) }

  /// In memory of its own.
  public func copied() throws(Failure) -> Tensor {
    let copy = try Tensor(type, shape)
    copy.storage.base.copyMemory(from: storage.base, byteCount: byteCount)
    return copy
  }
}

extension Tensor {
  public static func int64(_ values: [Int], shape: Shape? = nil) throws(Failure) -> Tensor {
    let tensor = try Tensor(.int64, shape ?? [values.count])
    let elements = tensor.mutableElements(as: Int64.self)
    for index in 0..<min(values.count, tensor.count) { elements[index] = Int64(values[index]) }
    return tensor
  }

  public static func float32(_ values: [Float], shape: Shape? = nil) throws(Failure) -> Tensor {
    let tensor = try Tensor(.float32, shape ?? [values.count])
    let elements = tensor.mutableElements(as: Float.self)
    for index in 0..<min(values.count, tensor.count) { elements[index] = values[index] }
    return tensor
  }
}
