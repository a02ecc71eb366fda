import Tensors

/// The tables of a file that decoders read in place, undamaged as far as checksums tell. What the numbers in them mean
/// is for the reader of each table to check.
struct MappedTables {
  let kind: TableFile.Kind
  private let bytes: UnsafeRawBufferPointer

  /// Checks everything but what is in the tables. Files of later versions may have more of them.
  init(_ bytes: UnsafeRawBufferPointer, _ kind: TableFile.Kind, tableCount: Int) throws(Failure) {
    self.kind = kind
    self.bytes = bytes
    guard TableFile.begins(bytes, as: kind) else {
      throw Failure(.invalidModel, "not a \(kind.name) of crnn: its first bytes differ")
    }
    guard bytes.count >= TableFile.headEnd(tableCount) + 8 else {
      throw Failure(.invalidModel, "cut off: the file ends after \(bytes.count) bytes")
    }
    let minimumReader = number(12)
    guard minimumReader <= TableFile.version else {
      throw Failure(
        .unsupported,
        "the file needs a reader of version \(minimumReader) or later; this library's is \(TableFile.version)")
    }
    let stored = number(24)
    guard stored >= tableCount, stored <= (bytes.count - 8 - TableFile.headerSize) / TableFile.entrySize,
      isIntact(0, TableFile.headEnd(stored), TableFile.headEnd(stored))
    else { throw Failure(.invalidModel, "the header is damaged: its checksum does not match") }
    guard word(16) == UInt64(bytes.count) else {
      throw Failure(.invalidModel, "the file has \(bytes.count) bytes, its header says \(word(16))")
    }
  }

  /// One of the numbers of the whole file.
  func parameter(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: number(28 + 4 * index)) }

  /// A table that lies within the file, at a multiple of 64 bytes.
  /// - Parameters:
  ///   - elementSize: its size is a multiple of this.
  ///   - count: how many elements it has, where that is known.
  @inline(never)
  func table(_ index: Int, elementSize: Int, count: Int? = nil) throws(Failure) -> UnsafeRawBufferPointer {
    let entry = TableFile.headEnd(index)
    guard let offset = Int(exactly: word(entry)), let size = Int(exactly: word(entry + 8)), offset <= bytes.count,
      size <= bytes.count - offset, offset % TableFile.alignment == 0, size % elementSize == 0,
      count == nil || size / elementSize == count
    else { throw failure(index, "does not fit") }
    guard isIntact(offset, offset + size, entry + 16) else { throw failure(index, "is damaged") }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size])
  }

  func failure(_ index: Int, _ problem: StaticString) -> Failure {
    Failure(.invalidModel, "table \(index) of the \(kind.name) \(problem)")
  }

  /// Whether bytes have the checksum that lies at an offset.
  private func isIntact(_ start: Int, _ end: Int, _ checksum: Int) -> Bool {
    xxHash64(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) == word(checksum)
  }

  private func word(_ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private func number(_ offset: Int) -> Int {
    Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }
}
