import Foundation
import Testing

@Suite("crnn-convert: conversion") struct ConversionTests {
  @Test("--inspect shows what a file holds and writes nothing")
  func inspect() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: readerNative, toPath: folder.path("reader.crnn"))
    try FileManager.default.copyItem(atPath: readerONNX, toPath: folder.path("reader.onnx"))
    let native = try Tool.run("--inspect", folder.path("reader.crnn"))
    #expect(native.code == 0)
    for part in [
      "crnn", "image  float32 [?, 1, 8, ?]", "scores  float32 [?, ?, 2]", "LSTM", "crnn.image.height",
      "log_probabilities",
    ] {
      #expect(native.output.contains(part), "\(part) in \(native.output)")
    }
    let onnx = try Tool.run("--inspect", folder.path("reader.onnx"))
    #expect(onnx.code == 0)
    for part in ["onnx", "image  float32 [?, 1, 8, ?]", "[?, ?, 4]", "parameters", "metadata (none)"] {
      #expect(onnx.output.contains(part), "\(part) in \(onnx.output)")
    }
    #expect(folder.names == ["reader.crnn", "reader.onnx"])
  }

  @Test("a model is converted with its description, verified, and shown")
  func convert() throws {
    let folder = try TemporaryFolder()
    try Data("\u{FEFF}a\r\n \né\n".utf8).write(to: folder.file("labels.txt"))
    let output = folder.path("out.crnn")
    let run = try Tool.run(
      readerONNX, "-o", output, "--labels", folder.path("labels.txt"), "--blank", "last", "--height", "8", "--channels",
      "gray", "--mean", "-1.5", "--scale", "0.25", "--layout", "NCHW", "--output-kind", "log_probabilities",
      "--output-layout", "TNC", "--metadata", "crnn.license=MIT=free", "--metadata", "own=1", "--verify")
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("bit-identical") && run.output.contains(output))
    #expect(!run.errors.contains("warning"))
    #expect(folder.names == ["labels.txt", "out.crnn"])

    let shown = try Tool.run("--inspect", "--quiet", output)
    #expect(shown.code == 0 && shown.errors.isEmpty)
    let rows = shown.output.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
    func value(_ key: String) -> String? { rows.first { $0.first == key }?.last?.trimmingCharacters(in: .whitespaces) }
    #expect(value("crnn.kind") == "image")
    #expect(value("crnn.labels") == "a\\n \\né (3 lines)")
    #expect(value("crnn.blank") == "3")
    #expect(value("crnn.image.height") == "8")
    #expect(value("crnn.image.channels") == "gray")
    #expect(value("crnn.image.mean") == "-1.5")
    #expect(value("crnn.image.scale") == "0.25")
    #expect(value("crnn.image.layout") == "NCHW")
    #expect(value("crnn.output.kind") == "log_probabilities")
    #expect(value("crnn.output.layout") == "TNC")
    #expect(value("crnn.license") == "MIT=free")
    #expect(value("own") == "1")
  }

  @Test("the default output lies beside the input; an existing file is kept unless forced")
  func overwriting() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: readerONNX, toPath: folder.path("reader.v2.onnx"))
    let first = try Tool.run(folder.path("reader.v2.onnx"))
    #expect(first.code == 0, "\(first.errors)")
    #expect(folder.names == ["reader.v2.crnn", "reader.v2.onnx"])
    let bytes = try Data(contentsOf: folder.file("reader.v2.crnn"))

    let refused = try Tool.run(folder.path("reader.v2.onnx"), "--metadata", "a=b")
    #expect(refused.code == 1)
    #expect(refused.errors.contains("--force") && refused.errors.contains("reader.v2.crnn"))
    #expect(try Data(contentsOf: folder.file("reader.v2.crnn")) == bytes)

    // A native file may be rewritten onto itself.
    let forced = try Tool.run(folder.path("reader.v2.crnn"), "--force", "--metadata", "a=b", "--verify")
    #expect(forced.code == 0, "\(forced.errors)")
    #expect(try Data(contentsOf: folder.file("reader.v2.crnn")) != bytes)
    #expect(folder.names == ["reader.v2.crnn", "reader.v2.onnx"])
  }

  @Test("labels are checked against the network's classes")
  func classes() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("out.crnn")
    func run(_ options: String...) throws -> ToolRun { try Tool.run([readerONNX, "-o", output] + options) }
    let few = try run("--charset", "ab")
    #expect(few.code == 1 && few.errors.contains("--charset gives 2 labels, but the network has 4 classes"))
    let blank = try run("--charset", "abc", "--blank", "4")
    #expect(blank.code == 1 && blank.errors.contains("--blank 4 is out of range"))
    let alone = try run("--blank", "0")
    #expect(alone.code == 1 && alone.errors.contains("--blank needs labels"))
    let height = try run("--charset", "abc", "--height", "32")
    #expect(height.code == 1 && height.errors.contains("--height 32 does not fit"))
    let channels = try run("--charset", "abc", "--channels", "rgb")
    #expect(channels.code == 1 && channels.errors.contains("--channels rgb does not fit"))
    #expect(folder.names.isEmpty)

    let twice = try run("--charset", "-é-")
    #expect(twice.code == 0 && twice.errors.contains("warning: more than one class has the label '-'"))
    #expect(twice.errors.contains("missing: --height, --channels, --output-kind"))
    let unknown = try run("--force", "--metadata", "crnn.labls=x")
    #expect(unknown.code == 0 && unknown.errors.contains("warning: --metadata: 'crnn.labls'"))
  }

  @Test("bad label files are refused with their line")
  func labelFiles() throws {
    let folder = try TemporaryFolder()
    let cases: [(bytes: [UInt8], expected: String)] = [
      ([], "is empty"), (Array("a\n\nb\n".utf8), "line 2"), ([0x61, 0x0A, 0xFF, 0x0A], "line 2 of"),
      (Array("a\nb\nc\0\n".utf8), "line 3"),
    ]
    for (bytes, expected) in cases {
      try Data(bytes).write(to: folder.file("labels"))
      let run = try Tool.run(readerONNX, "-o", folder.path("out.crnn"), "--labels", folder.path("labels"))
      #expect(run.code == 1 && run.errors.contains(expected) && run.errors.contains("--labels"), "\(run.errors)")
    }
    #expect(folder.names == ["labels"])
  }

  @Test("--quiet prints results alone")
  func quiet() throws {
    let folder = try TemporaryFolder()
    let run = try Tool.run(readerONNX, "-o", folder.path("out.crnn"), "--quiet", "--charset", "aaa")
    #expect(run.code == 0 && run.errors.isEmpty)
    #expect(run.output == folder.path("out.crnn") + "\n")
  }

  /// Real models beside the repository, where they are at hand.
  static let sharedModels: [String] = {
    let folder = fixtures.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared/models")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL]
    return (files ?? []).filter { $0.pathExtension == "onnx" }.map(\.path).sorted()
  }()

  @Test("real models give the same bits from both files", arguments: sharedModels)
  func realModels(path: String) throws {
    let folder = try TemporaryFolder()
    let run = try Tool.run(path, "-o", folder.path("out.crnn"), "--verify")
    #expect(run.code == 0 && run.output.contains("bit-identical"), "\(run.errors)")
    #expect(folder.names == ["out.crnn"])
  }
}
