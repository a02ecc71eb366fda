import Tensors

/// The tables of a native file whose header and tables are undamaged.
struct NativeTables {
  private var tables: [NativeTable]
  let formatVersion: UInt32
  /// Where the weights start.
  let weightsOffset: Int

  subscript(_ kind: NativeTableKind) -> NativeTable {
    get { tables[kind.rawValue - 1] }
    set { tables[kind.rawValue - 1] = newValue }
  }

  /// Checks the header, the tables' checksum and the directory.
  init(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    guard looksLikeNative(bytes) else { throw Failure(.invalidModel, "not a native model: its first bytes differ") }
    guard bytes.count >= NativeLayout.headerSize else {
      throw Failure(.invalidModel, "the header is cut off: the file ends after \(bytes.count) bytes")
    }
    guard xxHash64(UnsafeRawBufferPointer(rebasing: bytes[0..<56])) == bytes.uint64(at: 56) else {
      throw Failure(.invalidModel, "the header is damaged: its checksum does not match")
    }
    formatVersion = bytes.uint32(at: 8)
    let minimumReader = bytes.uint32(at: 12)
    guard minimumReader <= NativeLayout.readerVersion else {
      throw Failure(
        .unsupported,
        "the file has format version \(formatVersion) and needs a reader of version \(minimumReader) or later; "
          + "this library reads version \(NativeLayout.readerVersion)")
    }
    guard bytes.uint64(at: 16) == UInt64(bytes.count) else {
      throw Failure(
        .invalidModel, "the file has \(bytes.count) bytes, its header says \(bytes.uint64(at: 16))")
    }
    let tableCount = Int(bytes.uint32(at: 40))
    guard let end = Int(exactly: bytes.uint64(at: 24)), end <= bytes.count, end % NativeLayout.alignment == 0,
      tableCount <= NativeLayout.maximumTableCount,
      end >= NativeLayout.headerSize + tableCount * NativeLayout.directoryEntrySize
    else { throw Failure(.invalidModel, "the header is inconsistent: its tables do not fit the file") }
    guard xxHash64(UnsafeRawBufferPointer(rebasing: bytes[NativeLayout.headerSize..<end])) == bytes.uint64(at: 32)
    else { throw Failure(.invalidModel, "the tables are damaged: their checksum does not match") }

    weightsOffset = end
    tables = NativeTableKind.allCases.map { NativeTable($0, base: nil, count: 0, stride: $0.recordSize) }
    for entry in 0..<tableCount { try readDirectory(entry, tableCount, bytes) }
  }

  private mutating func readDirectory(
    _ entry: Int, _ tableCount: Int, _ bytes: UnsafeRawBufferPointer
  ) throws(Failure) {
    let start = NativeLayout.headerSize + entry * NativeLayout.directoryEntrySize
    // Tables that this version does not know hold nothing that a reader must understand.
    guard let kind = NativeTableKind(rawValue: Int(bytes.uint32(at: start))) else { return }
    let first = NativeLayout.headerSize + tableCount * NativeLayout.directoryEntrySize
    let stride = Int(bytes.uint32(at: start + 4))
    guard let offset = Int(exactly: bytes.uint64(at: start + 8)),
      let count = Int(exactly: bytes.uint64(at: start + 16)),
      offset >= first, offset <= weightsOffset
    else { throw Failure(.invalidModel, "the \(kind.name) table lies outside the tables") }
    guard stride >= kind.recordSize, stride <= NativeLayout.maximumRecordSize else {
      throw Failure(.invalidModel, "the \(kind.name) table has records of \(stride) bytes")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: stride)
    guard !overflow, size <= weightsOffset - offset else {
      throw Failure(.invalidModel, "the \(kind.name) table reaches beyond the tables")
    }
    guard self[kind].base == nil, let base = bytes.baseAddress else {
      throw Failure(.invalidModel, "there are two \(kind.name) tables")
    }
    self[kind] = NativeTable(kind, base: base + offset, count: count, stride: stride)
  }

  /// Every string of the file, each decoded once, so that memory stays in proportion to the file.
  func strings() throws(Failure) -> [String] {
    let offsets = self[.stringOffsets]
    let text = self[.text]
    guard text.stride == 1 else { throw Failure(.invalidModel, "the text table has records of \(text.stride) bytes") }
    var strings: [String] = []
    guard offsets.count > 0 else { return strings }
    strings.reserveCapacity(offsets.count - 1)
    var start = Int(offsets.uint32(0))
    for index in 1..<max(offsets.count, 1) {
      let end = Int(offsets.uint32(index))
      guard start <= end, end <= text.count else {
        throw Failure(.invalidModel, "string \(index - 1) lies outside the text table")
      }
      try checkMemory()
      let bytes = UnsafeRawBufferPointer(start: text.base.map { $0 + start }, count: end - start)
      guard let string = String(validating: bytes, as: UTF8.self) else {
        throw Failure(.invalidModel, "string \(index - 1) is not UTF-8")
      }
      strings.append(string)
      start = end
    }
    return strings
  }
}

extension UnsafeRawBufferPointer {
  /// A little-endian number; the caller has checked the bounds.
  fileprivate func uint32(at offset: Int) -> UInt32 {
    UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  fileprivate func uint64(at offset: Int) -> UInt64 {
    UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
