import COnnxChecker
import Foundation
import Formats
import Graphs
import Tensors
import Testing

@Suite("ONNX reader against libprotobuf")
struct ONNXOracleTests {
  @Test("reads every field as libprotobuf does", arguments: modelFiles)
  func everyField(file: URL) throws {
    let bytes = ModelBytes(try contents(file))
    let folder = file.deletingLastPathComponent().path
    let ours = try bytes.dump(folder: folder)
    let oracle = try #require(bytes.oracleDump(folder: folder))
    if file.lastPathComponent == "unsorted.onnx" {
      #expect(ours.sorted() == oracle.sorted())
    } else {
      #expect(ours == oracle, "\(difference(ours, oracle))")
    }
    #expect(bytes.isPlausible())
  }

  @Test("the result does not depend on where the bytes lie", arguments: 0..<8)
  func alignment(offset: Int) throws {
    let file = try #require(readerFixtures.first { $0.lastPathComponent == "types_raw.onnx" })
    let content = try contents(file)
    #expect(try ModelBytes(content, offset: offset).dump() == ModelBytes(content).dump())
  }

  @Test("tensors are usable in place and keep their bytes alive")
  func zeroCopy() throws {
    var views = 0, copies = 0
    for length in 0..<4 {
      weak var owner: ModelBytes?
      var model: ModelFile?
      do {
        let name = String(repeating: "x", count: length)
        let data = [0, 0, 128, 63] + [UInt8](repeating: 0, count: 12)
        let bytes = ModelBytes(Wire.model(producer: name, graph: Wire.tensor("w", 1, [4], raw: data)))
        owner = bytes
        model = try bytes.read()
      }
      let tensor = try #require(model?.graph.values.first?.constant)
      #expect(Array(tensor.elements(as: Float.self)) == [1, 0, 0, 0])
      #expect(Int(bitPattern: tensor.storage.base) % 4 == 0)
      #expect((owner != nil) == !tensor.storage.isOwned)
      if tensor.storage.isOwned { copies += 1 } else { views += 1 }
      model = nil
    }
    #expect(views == 1 && copies == 3)
  }

  @Test("nodes come after those that make their inputs")
  func order() throws {
    let file = try #require(readerFixtures.first { $0.lastPathComponent == "unsorted.onnx" })
    let graph = try ModelBytes(try contents(file)).read().graph
    #expect(graph.nodes.map { $0.name } == ["first", "second", "last"])
  }

  @Test("captures lead from graph to graph")
  func captures() throws {
    let file = try #require(readerFixtures.first { $0.lastPathComponent == "subgraphs.onnx" })
    let main = try ModelBytes(try contents(file)).read().graph
    let choose = try #require(main.nodes.first { $0.name == "choose" })
    guard case .graph(let then) = choose.attribute("then_branch"),
      case .graph(let other) = choose.attribute("else_branch"),
      case .graph(let body) = then.nodes[0].attribute("body"),
      case .graph(let deep) = body.nodes[0].attribute("then_branch")
    else { Issue.record("subgraphs are missing"); return }
    func names(_ graph: Graph, within outer: Graph) -> [String] {
      graph.captures.map { "\(outer.values[$0.outer].name)=\(graph.values[$0.inner].name)" }.sorted()
    }
    #expect(names(then, within: main) == ["scale=scale", "trips=trips", "twice=twice", "x=x"])
    #expect(names(body, within: then) == ["scale=scale", "x=x"])
    #expect(names(deep, within: body) == ["state=state", "x=x"])
    #expect(names(other, within: main) == ["twice=twice"])
    #expect(other.outputs == [try #require(other.captures.first).inner])
  }

  @Test("an input with an initialiser is a constant")
  func initializerInputs() throws {
    let file = try #require(readerFixtures.first { $0.lastPathComponent == "initializer_inputs.onnx" })
    let graph = try ModelBytes(try contents(file)).read().graph
    #expect(graph.inputs.map { graph.values[$0].name } == ["x"])
    #expect(graph.values.filter { $0.constant != nil }.map { $0.name } == ["w"])
  }

  @Test("metadata, producer and operator sets")
  func metadata() throws {
    let file = try #require(readerFixtures.first { $0.lastPathComponent == "metadata.onnx" })
    let bytes = ModelBytes(try contents(file))
    let model = try bytes.read()
    #expect(model.metadata.map { $0.key } == ["crnn.labels", "empty"])
    #expect(model.metadata.map { $0.value } == ["aä中😀 \n\t\"", "a second time"])
    #expect(model.producer == "pro\"duc\\er 1.0\n")
    #expect(model.graph.nodes.map { $0.domain } == ["", "com.example", ""])
    #expect(model.graph.nodes.map { $0.opset } == [20, 3, 20])
    // Two names although the two spellings are equal as Swift strings.
    #expect(model.graph.nodes[0].outputs != model.graph.nodes[1].outputs)
  }
}

@Suite("libonnx's findings")
struct ONNXFindingsTests {
  private func findings(_ name: String) throws -> String {
    let path = repositoryRoot.appendingPathComponent("Tests/fixtures/reader/\(name)").path
    let text = try #require(onnx_checker_findings(path))
    defer { onnx_checker_free(text) }
    return String(cString: text)
  }

  @Test func cleanModel() throws { #expect(try findings("ir_08.onnx") == "") }

  @Test func newerIRIsCheckedAllTheSame() throws { #expect(try findings("ir_10.onnx") == "") }

  @Test func newerOpset() throws {
    #expect(try findings("ir_11.onnx") == "not checked: opset 18 is newer than libonnx knows (17)\n")
  }

  @Test func unsortedNodes() throws {
    #expect(try findings("unsorted.onnx").hasPrefix("checker: Nodes in a graph must be topologically sorted"))
  }

  @Test func notAModel() throws {
    #expect(try findings("../make_reader_models.py") == "not an ONNX model: libprotobuf cannot read it\n")
  }

  @Test func missingFile() throws { #expect(try findings("none.onnx") == "not checked: the file cannot be opened\n") }
}
