import COnnxChecker
import Foundation
import Formats
import Graphs
import Tensors

let repositoryRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Every ONNX file at hand: the project's own fixtures and, where it is there, the shared folder beside the project.
let modelFiles: [URL] = {
  var files: [URL] = []
  for folder in ["Tests/fixtures", "examples", "../shared/models"] {
    let root = repositoryRoot.appendingPathComponent(folder).standardizedFileURL
    let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    while let file = found?.nextObject() as? URL {
      if file.pathExtension == "onnx" { files.append(file) }
    }
  }
  return files.sorted { $0.path < $1.path }
}()

let readerFixtures = modelFiles.filter { $0.path.contains("/fixtures/reader/") }

/// Bytes in a block of exactly their size and of a known alignment, so that reading beyond it is noticed.
final class ModelBytes {
  private let buffer: UnsafeRawBufferPointer

  init(_ bytes: [UInt8], offset: Int = 0) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + offset, alignment: 64)
    UnsafeMutableRawBufferPointer(rebasing: memory[offset...]).copyBytes(from: bytes)
    buffer = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[offset...])
    self.memory = memory
  }

  private let memory: UnsafeMutableRawBufferPointer

  deinit { memory.deallocate() }

  func isPlausible() -> Bool { looksLikeONNX(buffer) }

  func read(folder: String? = nil, copyingExternalData: Bool = false) throws(Failure) -> ModelFile {
    try readONNX(buffer, keeping: self, folder: folder, copyingExternalData: copyingExternalData)
  }

  /// The reader's account of the model.
  func dump(folder: String? = nil) throws(Failure) -> [String] {
    ONNXDump(try readONNXHeader(buffer), try read(folder: folder)).lines
  }

  /// libprotobuf's; nil when it refuses the bytes.
  func oracleDump(folder: String? = nil) -> [String]? {
    guard let text = onnx_checker_dump(buffer.baseAddress, buffer.count, folder) else { return nil }
    defer { onnx_checker_free(text) }
    return String(cString: text).split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
  }
}

func contents(_ file: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }

/// Lines that only one side has, for a short report.
func difference(_ ours: [String], _ oracle: [String]) -> String {
  let mine = Set(ours), theirs = Set(oracle)
  let extra = ours.filter { !theirs.contains($0) }.prefix(3).map { "ours:   \($0)" }
  let missing = oracle.filter { !mine.contains($0) }.prefix(3).map { "oracle: \($0)" }
  let both = extra + missing
  return both.isEmpty ? "the same lines in another order" : both.joined(separator: "\n")
}
