import CSystem

// The standard library's `update` walks element by element here, at many times the price.
extension UnsafeMutablePointer where Pointee == Float {
  /// Copies memory that does not overlap.
  @inline(__always)
  public func copy(from source: UnsafePointer<Float>, count: Int) { memcpy(self, source, 4 * count) }

  @inline(__always)
  public func clear(count: Int) { memset(self, 0, 4 * count) }
}
