import Tensors

/// One table of a native file, already checked to lie within it, and how far it has been read: most tables are read
/// record by record from the start, because the records that refer to them say only how many are theirs.
struct NativeTable {
  let kind: NativeTableKind
  let base: UnsafeRawPointer?
  let count: Int
  let stride: Int
  private(set) var position = 0

  init(_ kind: NativeTableKind, base: UnsafeRawPointer?, count: Int, stride: Int) {
    self.kind = kind
    self.base = base
    self.count = count
    self.stride = stride
  }

  /// The next `number` records.
  mutating func take(_ number: Int) throws(Failure) -> Range<Int> {
    try checkMemory()
    guard number >= 0, number <= count - position else {
      throw Failure(.invalidModel, "the \(kind.name) table holds \(count) records, more are referred to")
    }
    defer { position += number }
    return position..<position + number
  }

  func checkExhausted() throws(Failure) {
    guard position == count else {
      throw Failure(.invalidModel, "the \(kind.name) table holds \(count) records, only \(position) are referred to")
    }
  }

  func uint32(_ record: Int, _ field: Int = 0) -> UInt32 {
    UInt32(littleEndian: address(record, field, 4).loadUnaligned(as: UInt32.self))
  }

  func int32(_ record: Int, _ field: Int = 0) -> Int32 { Int32(bitPattern: uint32(record, field)) }

  func uint64(_ record: Int, _ field: Int = 0) -> UInt64 {
    UInt64(littleEndian: address(record, field, 8).loadUnaligned(as: UInt64.self))
  }

  func int64(_ record: Int, _ field: Int = 0) -> Int64 { Int64(bitPattern: uint64(record, field)) }

  /// Callers take records before they read them; the precondition guards the host's memory all the same.
  private func address(_ record: Int, _ field: Int, _ size: Int) -> UnsafeRawPointer {
    guard let base, record >= 0, record < count, field >= 0, field <= stride - size else {
      preconditionFailure("record outside its table")
    }
    return base + (record * stride + field)
  }
}
