import Foundation

/// One run of the built crnn-convert.
struct ToolRun {
  let code: Int32
  let output: String
  let errors: String
}

enum Tool {
  /// The executable lies beside the test bundle.
  static let executable: URL = {
    let starts = [
      URL(fileURLWithPath: CommandLine.arguments[0]), Bundle.main.bundleURL, Bundle.main.executableURL,
    ].compactMap { $0 }
    let folders = starts.map { $0.deletingLastPathComponent() } + starts
    let candidates = folders.map { $0.appendingPathComponent("crnn-convert") }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates[0]
  }()

  static func run(_ arguments: String...) throws -> ToolRun { try run(arguments) }

  static func run(_ arguments: [String]) throws -> ToolRun {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    // Files instead of pipes: neither stream can stall the other.
    let folder = try TemporaryFolder()
    let output = folder.file("output")
    let errors = folder.file("errors")
    for url in [output, errors] { try Data().write(to: url) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return ToolRun(
      code: code, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }
}

let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("fixtures")
let readerONNX = fixtures.appendingPathComponent("convert/reader.onnx").path
let readerNative = fixtures.appendingPathComponent("native/version1-reader.crnn").path

/// A folder that goes with the object.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("crnn-convert-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  func path(_ name: String) -> String { file(name).path }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}
