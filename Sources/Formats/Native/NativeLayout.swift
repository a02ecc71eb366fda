import InstructionSets
import KernelTable
import Tensors

/// Numbers of the native format, which docs/format.md explains.
enum NativeLayout {
  /// 0x89 "CRNN" CR LF 0x1A: no text, and damaged by every conversion of line ends.
  static let magic: [UInt8] = [0x89, 0x43, 0x52, 0x4E, 0x4E, 0x0D, 0x0A, 0x1A]
  /// The version that this library writes.
  static let formatVersion: UInt32 = 2
  /// The least reader that understands what this library writes.
  static let minimumReaderVersion: UInt32 = 2
  /// What this library can read.
  static let readerVersion: UInt32 = 2

  static let headerSize = 64
  static let directoryEntrySize = 24
  /// Tables end, and weights start, at multiples of this.
  static let alignment = 64
  /// In place of an index: there is none.
  static let none = UInt32.max

  static let maximumTableCount = 256
  static let maximumRecordSize = 4096
  /// Subgraphs within subgraphs; the main graph has depth 0.
  static let maximumDepth = 16
  static let maximumMetadataSize = 64 << 20
}

/// The tables, by their number in the directory.
enum NativeTableKind: Int, CaseIterable {
  case stringOffsets = 1
  case text = 2
  case model = 3
  case metadata = 4
  case graphs = 5
  case values = 6
  case nodes = 7
  case links = 8
  case attributes = 9
  case elements = 10
  case tensors = 11
  case dimensions = 12

  /// Bytes a record, as this version writes it. A later one may append to a record.
  var recordSize: Int {
    switch self {
    case .text: 1
    case .stringOffsets, .links: 4
    case .model, .metadata, .elements, .dimensions: 8
    case .attributes: 12
    case .values: 16
    case .graphs: 24
    case .nodes, .tensors: 32
    }
  }

  var name: String {
    switch self {
    case .stringOffsets: "string offset"
    case .text: "text"
    case .model: "model"
    case .metadata: "metadata"
    case .graphs: "graph"
    case .values: "value"
    case .nodes: "node"
    case .links: "link"
    case .attributes: "attribute"
    case .elements: "element"
    case .tensors: "tensor"
    case .dimensions: "dimension"
    }
  }
}

/// The checksum of a tensor's data. Large blobs have a faster one since version 2.
func weightsChecksum(_ data: UnsafeRawBufferPointer, formatVersion: UInt32) -> UInt64 {
  formatVersion >= 2 && data.count > xxHash3Minimum ? bestKernels.xxHash3(data) : xxHash64(data)
}

/// What an attribute holds.
enum NativeAttributeKind: UInt32 {
  case int = 1
  case float = 2
  case string = 3
  case tensor = 4
  case graph = 5
  case ints = 6
  case floats = 7
  case strings = 8
  case tensors = 9
  case graphs = 10

  /// Whether it holds exactly one element.
  var isSingle: Bool { rawValue <= NativeAttributeKind.graph.rawValue }
}
