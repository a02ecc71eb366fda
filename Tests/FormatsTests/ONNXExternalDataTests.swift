import Foundation
import Formats
import Tensors
import Testing

/// A folder with `model/data.bin` (16 bytes) and `outside.bin`, and links between them.
private final class Folders {
  let root: URL
  var model: String { root.appendingPathComponent("model").path }

  init() throws {
    let files = FileManager.default
    root = files.temporaryDirectory.appendingPathComponent("crnn-external-\(UUID().uuidString)")
    try files.createDirectory(at: root.appendingPathComponent("model/inner"), withIntermediateDirectories: true)
    let floats: [Float] = [1, 2, 3, 4]
    let data = floats.withUnsafeBytes { Data($0) }
    try data.write(to: root.appendingPathComponent("outside.bin"))
    try data.write(to: root.appendingPathComponent("model/data.bin"))
    try data.write(to: root.appendingPathComponent("model2"))
    try link("model/out.bin", to: root.appendingPathComponent("outside.bin").path)
    try link("model/sibling.bin", to: "../model2")
    try link("model/in.bin", to: "data.bin")
    try link("model/inner/up", to: "..")
  }

  private func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: root.appendingPathComponent(path).path, withDestinationPath: target)
  }

  deinit { try? FileManager.default.removeItem(at: root) }
}

@Suite("ONNX reader: external data")
struct ONNXExternalDataTests {
  private let folders: Folders

  init() throws { folders = try Folders() }

  private func read(_ entries: [(String, String)], shape: [Int] = [4], folder: String?) throws(Failure) -> Tensor? {
    let model = Wire.model(graph: Wire.externalTensor("w", shape, entries))
    return try ModelBytes(model).read(folder: folder).graph.values.first?.constant
  }

  private func expect(
    _ entries: [(String, String)], _ status: Status, _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try read(entries, folder: folders.model)
      Issue.record("accepted", sourceLocation: sourceLocation)
    } catch {
      #expect(error.status == status, sourceLocation: sourceLocation)
      #expect(error.message == message, sourceLocation: sourceLocation)
    }
  }

  @Test("files and links inside the folder", arguments: ["data.bin", "./data.bin", "in.bin", "inner/up/data.bin"])
  func inside(path: String) throws {
    let tensor = try #require(try read([("location", path)], folder: folders.model))
    #expect(Array(tensor.elements(as: Float.self)) == [1, 2, 3, 4])
    #expect(!tensor.storage.isOwned)
  }

  @Test func parts() throws {
    let aligned = try #require(
      try read([("location", "data.bin"), ("offset", "4"), ("length", "8")], shape: [2], folder: folders.model + "/"))
    #expect(Array(aligned.elements(as: Float.self)) == [2, 3])
    let odd = try #require(try read([("location", "data.bin"), ("offset", "1")], shape: [1], folder: folders.model))
    #expect(odd.storage.isOwned)
    let empty = try #require(try read([("location", "data.bin"), ("offset", "16")], shape: [0], folder: folders.model))
    #expect(empty.count == 0)
  }

  @Test func missing() {
    expect(
      [("location", "none.bin")], .fileError,
      "tensor 'w': cannot open external data file 'none.bin' in '\(folders.model)': No such file or directory")
    expect(
      [("location", "inner")], .fileError,
      "tensor 'w': cannot open external data file 'inner' in '\(folders.model)': Is a directory")
  }

  @Test(
    "paths that leave the folder by their words",
    arguments: ["../outside.bin", "inner/../../outside.bin", "/etc/passwd", "..", "a/..", "", "data.bin\0"])
  func escapes(path: String) {
    expect(
      [("location", path)], .invalidModel,
      "tensor 'w': external data file '\(path)' is not a relative path inside the model's folder")
  }

  @Test("links that leave the folder", arguments: ["out.bin", "sibling.bin", "inner/up/out.bin"])
  func links(path: String) {
    expect(
      [("location", path)], .invalidModel,
      "tensor 'w': external data file '\(path)' is a link to outside of the model's folder")
  }

  @Test func sizes() {
    expect(
      [("location", "data.bin"), ("offset", "4")], .invalidModel,
      "tensor 'w': external data file 'data.bin' has 16 bytes, expected 16 from offset 4")
    expect(
      [("location", "data.bin"), ("offset", "9223372036854775807")], .invalidModel,
      "tensor 'w': external data file 'data.bin' has 16 bytes, expected 16 from offset 9223372036854775807")
    expect(
      [("location", "data.bin"), ("length", "12")], .invalidModel,
      "tensor 'w': external data of 12 bytes, expected 16")
    expect(
      [("location", "data.bin"), ("offset", "-1")], .invalidModel,
      "external data with offset '-1', expected a number of bytes")
    expect(
      [("location", "data.bin"), ("offset", "92233720368547758070")], .invalidModel,
      "external data with offset '92233720368547758070', expected a number of bytes")
  }

  @Test func fromMemory() {
    do {
      _ = try read([("location", "data.bin")], folder: nil)
      Issue.record("accepted")
    } catch {
      #expect(error.status == .invalidModel)
      #expect(
        error.message
          == "tensor 'w': its data is in the file 'data.bin'; a model from memory must hold all of its data itself")
    }
  }

  @Test func readInsteadOfMapped() throws {
    let bytes = ModelBytes(Wire.model(graph: Wire.externalTensor("w", [4], [("location", "data.bin")])))
    let model = try bytes.read(folder: folders.model, copyingExternalData: true)
    try FileManager.default.removeItem(at: folders.root)
    let tensor = try #require(model.graph.values.first?.constant)
    #expect(Array(tensor.elements(as: Float.self)) == [1, 2, 3, 4])
  }
}
