import Foundation
import Testing

@Suite("crnn-convert: usage") struct UsageTests {
  @Test("--help and --version go to stdout and succeed")
  func help() throws {
    let help = try Tool.run("--help")
    #expect(help.code == 0 && help.errors.isEmpty)
    for option in ["--labels", "--charset", "--blank", "--height", "--verify", "--inspect", "--force", "--metadata"] {
      #expect(help.output.contains(option))
    }
    let version = try Tool.run("--version")
    #expect(version.code == 0)
    #expect(version.output.trimmingCharacters(in: .newlines).split(separator: ".").count == 3)
  }

  @Test("docs/operators.md is what --operators prints")
  func operators() throws {
    let run = try Tool.run("--operators")
    #expect(run.code == 0 && run.errors.isEmpty)
    let page = fixtures.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/operators.md")
    #expect(try String(contentsOf: page, encoding: .utf8) == run.output, "`make docs` writes it")
  }

  @Test(
    "wrong usage ends with 2, says what is wrong on stderr, and writes nothing",
    arguments: [
      ([], "model"), (["a", "b"], "'b'"), (["a", "--nonesuch"], "--nonesuch"), (["a", "--blank", "middle"], "--blank"),
      (["a", "--blank=-1"], "--blank"), (["a", "--labels", "x", "--charset", "y"], "--labels and --charset"),
      (["a", "--height", "0"], "--height"), (["a", "--width=-5"], "--width"),
      (["a", "--channels", "cmyk"], "--channels"),
      (["a", "--mean", "1,2"], "--mean"), (["a", "--mean", "x"], "--mean"), (["a", "--mean", "inf"], "--mean"),
      (["a", "--channels", "gray", "--mean", "1,2,3"], "--mean"), (["a", "--scale", "0"], "--scale"),
      (["a", "--layout", "CHWN"], "--layout"), (["a", "--output-kind", "scores"], "--output-kind"),
      (["a", "--metadata", "key"], "--metadata"), (["a", "--metadata", "=value"], "--metadata"),
      (["a", "--inspect", "--verify"], "--inspect"), (["a", "--inspect", "--height", "32"], "--inspect"),
      (["a", "--tolerance=-1"], "--tolerance"),
    ])
  func wrongUsage(arguments: [String], expected: String) throws {
    let run = try Tool.run(arguments)
    #expect(run.code == 2)
    #expect(run.errors.contains(expected))
    #expect(run.output.isEmpty)
  }

  @Test("failures end with 1 and name the file")
  func failures() throws {
    let folder = try TemporaryFolder()
    let missing = try Tool.run(folder.path("missing.onnx"))
    #expect(missing.code == 1)
    #expect(missing.errors.contains("missing.onnx"))
    try Data("no model at all".utf8).write(to: folder.file("text.onnx"))
    let text = try Tool.run(folder.path("text.onnx"))
    #expect(text.code == 1 && text.errors.contains("text.onnx"))
    var damaged = try Data(contentsOf: URL(fileURLWithPath: readerNative))
    damaged[100] ^= 1
    try damaged.write(to: folder.file("damaged.crnn"))
    let tables = try Tool.run(folder.path("damaged.crnn"), "--inspect")
    #expect(tables.code == 1 && tables.errors.contains("tables"))
    let folderAsInput = try Tool.run(folder.url.path, "-o", folder.path("out.crnn"))
    #expect(folderAsInput.code == 1)
    #expect(folder.names == ["damaged.crnn", "text.onnx"])
  }

  @Test("an unsupported operator is named")
  func unsupported() throws {
    let run = try Tool.run("--inspect", fixtures.appendingPathComponent("convert/unsupported.onnx").path)
    #expect(run.code == 1)
    #expect(run.errors.contains("Nonesuch") && run.errors.contains("strange"))
  }
}
