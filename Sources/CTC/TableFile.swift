import CSystem
import Tensors

/// The files that decoders read in place: a language model's (`.crnnlm`) and a lexicon's (`.crnnlex`), which
/// docs/format.md describes. A header, a directory, a checksum of both, and tables, each with a checksum of its own.
public enum TableFile {
  public enum Kind: UInt8 {
    case languageModel = 0x4D
    case lexicon = 0x58

    var name: StaticString { self == .lexicon ? "lexicon" : "language model" }

    /// 0x89 "CRL" and "M" or "X", CR LF 0x1A: no text, and damaged by every conversion of line ends.
    var magic: UInt64 { 0x1A0A_0D00_4C52_4389 | UInt64(rawValue) << 32 }
  }

  static let version: UInt32 = 1
  static let headerSize = 48
  static let entrySize = 24
  static let alignment = 64
  public static let parameterCount = 5

  /// Where the header and the directory end; the checksum follows.
  static func headEnd(_ tableCount: Int) -> Int { headerSize + tableCount * entrySize }

  static func aligned(_ size: Int) -> Int { (size + alignment - 1) & ~(alignment - 1) }

  static func begins(_ bytes: UnsafeRawBufferPointer, as kind: Kind) -> Bool {
    bytes.count >= 8 && bytes.loadUnaligned(as: UInt64.self) == kind.magic
  }

  /// Writes a file, which appears whole or not at all.
  public static func write(
    _ kind: Kind, parameters: [UInt32], tables: [UnsafeRawBufferPointer], to path: String
  ) throws(Failure) {
    var error: Int32 = 0
    let head = try head(kind, parameters, tables)
    if let writer = system_create_file(path, &error) {
      error = system_write(writer, head.base, head.byteCount)
      for table in tables where error == 0 {
        error = system_write(writer, table.baseAddress, table.count)
        let rest = aligned(table.count) - table.count
        if error == 0 { error = system_write(writer, zeros, rest) }
      }
      let closing = system_close_writer(writer, error == 0 ? 1 : 0)
      if error == 0 { error = closing }
    }
    guard error == 0 else {
      throw Failure(.fileError, "cannot write '\(path)': \(String(cString: system_error_text(error)))")
    }
  }

  private static func head(
    _ kind: Kind, _ parameters: [UInt32], _ tables: [UnsafeRawBufferPointer]
  ) throws(Failure) -> Storage {
    let end = headEnd(tables.count)
    let head = try Storage(byteCount: aligned(end + 8))
    let base = head.base
    memset(base, 0, head.byteCount)
    base.storeBytes(of: kind.magic, as: UInt64.self)
    base.storeBytes(of: version, toByteOffset: 8, as: UInt32.self)
    base.storeBytes(of: version, toByteOffset: 12, as: UInt32.self)
    base.storeBytes(of: UInt32(tables.count), toByteOffset: 24, as: UInt32.self)
    for (index, parameter) in parameters.prefix(parameterCount).enumerated() {
      base.storeBytes(of: parameter, toByteOffset: 28 + 4 * index, as: UInt32.self)
    }
    var offset = head.byteCount
    for (index, table) in tables.enumerated() {
      let entry = base + headEnd(index)
      entry.storeBytes(of: UInt64(offset), as: UInt64.self)
      entry.storeBytes(of: UInt64(table.count), toByteOffset: 8, as: UInt64.self)
      entry.storeBytes(of: xxHash64(table), toByteOffset: 16, as: UInt64.self)
      offset += aligned(table.count)
    }
    base.storeBytes(of: UInt64(offset), toByteOffset: 16, as: UInt64.self)
    base.storeBytes(of: xxHash64(UnsafeRawBufferPointer(start: base, count: end)), toByteOffset: end, as: UInt64.self)
    return head
  }
}

/// An alignment's worth of zeros: padding, and the elements of tables that have none.
nonisolated(unsafe) private let zeros: UnsafeRawPointer = {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: TableFile.alignment, alignment: TableFile.alignment)
  memset(memory, 0, TableFile.alignment)
  return UnsafeRawPointer(memory)
}()

extension UnsafeRawBufferPointer {
  /// The elements of a table.
  func elements<Element>(_ type: Element.Type) -> UnsafePointer<Element> {
    (baseAddress ?? zeros).assumingMemoryBound(to: type)
  }
}
