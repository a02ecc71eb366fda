import Foundation
import Formats
import Tensors
import Testing

@Suite("ONNX reader: what it refuses, and with which words")
struct ONNXErrorTests {
  private func failure(_ bytes: [UInt8], folder: String? = nil) -> Failure? {
    do {
      _ = try ModelBytes(bytes).read(folder: folder)
      return nil
    } catch {
      return error
    }
  }

  private func expect(
    _ bytes: [UInt8], folder: String? = nil, _ status: Status, _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = failure(bytes, folder: folder)
    #expect(found?.status == status, sourceLocation: sourceLocation)
    #expect(found?.message == message, sourceLocation: sourceLocation)
  }

  private let negation = Wire.input("x") + Wire.node("Neg", ["x"], ["y"], name: "n") + Wire.output("y")

  @Test func acceptsTheModelThatTheOthersAreMadeFrom() { #expect(failure(Wire.model(graph: negation)) == nil) }

  // MARK: The file

  @Test func empty() { expect([], .invalidModel, "no IR version: this is not an ONNX model") }

  @Test func unknownIR() {
    expect(
      Wire.model(ir: 2, graph: negation), .unsupported, "ONNX IR version 2; versions 3 to 14 are supported")
    expect(
      Wire.model(ir: 15, graph: negation), .unsupported, "ONNX IR version 15; versions 3 to 14 are supported")
  }

  @Test func noGraph() { expect(Wire.field(1, 8), .invalidModel, "the model has no graph") }

  @Test func twoGraphs() {
    expect(Wire.model(graph: []) + Wire.field(7, [UInt8]()), .invalidModel, "two graphs in one model")
  }

  @Test func everyTruncationFails() throws {
    let whole = Wire.model(graph: negation)
    for length in 0..<whole.count {
      let found = try #require(failure(Array(whole.prefix(length))), "\(length) bytes")
      #expect(found.status == .invalidModel)
    }
    expect(
      Array(whole.dropLast()), .invalidModel,
      "damaged or truncated: a field of \(Wire.field(0, negation).count - 2) bytes where "
        + "\(Wire.field(0, negation).count - 3) are left at byte 10")
  }

  @Test func damagedWire() {
    expect([0x08, 0x08, 0x0B], .invalidModel, "damaged or truncated: unknown wire type 3 at byte 2")
    expect([0x08, 0x08, 0x00], .invalidModel, "damaged or truncated: not a field's tag at byte 2")
    expect([0x08, 0x88], .invalidModel, "damaged or truncated: the data ends inside a number at byte 1")
    expect(
      [0x08] + [UInt8](repeating: 0xFF, count: 10), .invalidModel,
      "damaged or truncated: a number of more than 64 bits at byte 1")
    expect(
      [0x3A] + [UInt8](repeating: 0xFF, count: 9) + [0x01], .invalidModel,
      "damaged or truncated: a field of 18446744073709551615 bytes where 0 are left at byte 0")
  }

  @Test func plausibility() {
    func plausible(_ bytes: [UInt8]) -> Bool { ModelBytes(bytes).isPlausible() }
    let whole = Wire.model(graph: negation)
    for length in 2...whole.count { #expect(plausible(Array(whole.prefix(length)))) }
    for other in ["", "hello", "{\"a\": 1}", "\n", "\u{7F}ELF", "PK\u{3}\u{4}", "<html>", "\"text\"", "# text"] {
      #expect(!plausible(Array(other.utf8)), "\(other)")
    }
    #expect(!plausible([0x89, 0x50, 0x4E, 0x47]))
    #expect(!plausible([UInt8](repeating: 0, count: 100)))
    #expect(!plausible([UInt8](repeating: 0xFF, count: 100)))
  }

  // MARK: Operator sets and functions

  @Test func domainNotImported() {
    expect(
      Wire.model(opsets: [], graph: negation), .invalidModel,
      "node 'n' (Neg): the model imports no operator set 'ai.onnx'")
    expect(
      Wire.model(graph: Wire.node("Mine", [], ["y"], domain: "com.example")), .invalidModel,
      "node Mine of 'y': the model imports no operator set 'com.example'")
  }

  @Test func contradictingImports() {
    expect(
      Wire.model(opsets: [("", 17), ("ai.onnx", 18)], graph: negation), .invalidModel,
      "operator set 'ai.onnx' is imported in versions 17 and 18")
    expect(
      Wire.model(opsets: [("", 0)], graph: negation), .invalidModel, "operator set 'ai.onnx' is imported in version 0")
  }

  @Test func functionCalls() {
    let function = Wire.field(25, Wire.field(1, "Neg") + Wire.field(10, ""))
    expect(
      Wire.model(graph: negation, more: function), .unsupported,
      "node 'n' (Neg): calls a function that is defined in the model itself")
  }

  // MARK: The graph

  @Test func missingValue() {
    expect(
      Wire.model(graph: Wire.node("Neg", ["x"], ["y"], name: "n")), .invalidModel,
      "node 'n' (Neg): its input 'x' is made by no node, input or initializer")
    expect(Wire.model(graph: Wire.output("y")), .invalidModel, "output 'y' is made by no node, input or initializer")
  }

  @Test func cycle() {
    let nodes = Wire.node("Neg", ["b"], ["a"], name: "first") + Wire.node("Neg", ["a"], ["b"], name: "second")
    expect(
      Wire.model(graph: nodes), .invalidModel,
      "node 'second' (Neg): its input 'a' depends on the node's own output")
    let own = Wire.field(1, "then") + Wire.field(20, 5) + Wire.field(6, Wire.node("Neg", ["y"], ["z"]))
    expect(
      Wire.model(graph: Wire.input("x") + Wire.node("If", ["x"], ["y"], name: "n", attributes: [own])), .invalidModel,
      "node 'n' (If): its input 'y' depends on the node's own output")
  }

  @Test func twoProducers() {
    expect(
      Wire.model(graph: negation + Wire.node("Neg", ["x"], ["y"], name: "m")), .invalidModel,
      "node 'm' (Neg): its output 'y' is made by another node, an input or an initializer, too")
    expect(
      Wire.model(graph: Wire.input("x") + Wire.input("x")), .invalidModel, "two inputs are named 'x'")
    let tensor = Wire.tensor("w", 2, [], raw: [0])
    expect(Wire.model(graph: tensor + tensor), .invalidModel, "two initializers are named 'w'")
  }

  @Test func nodeWithoutOperator() {
    expect(Wire.model(graph: Wire.node("", [], ["y"], name: "n")), .invalidModel, "node 'n' (): has no operator")
  }

  @Test func foreignInputs() {
    expect(
      Wire.model(graph: Wire.input("x", type: 8)), .unsupported, "input 'x' is a tensor of type string")
    let sequence = Wire.field(11, Wire.field(1, "x") + Wire.field(2, Wire.field(4, [UInt8]())))
    expect(Wire.model(graph: sequence), .unsupported, "input 'x' is a sequence")
  }

  @Test func sparseInitializer() {
    let sparse = Wire.field(15, Wire.field(1, Wire.tensorMessage("w", 1, [1], raw: [0, 0, 0, 0])))
    expect(Wire.model(graph: sparse), .unsupported, "sparse initializer 'w'")
  }

  @Test func subgraphsNestedTooDeep() {
    func nested(_ depth: Int) -> [UInt8] {
      var graph: [UInt8] = []
      for _ in 1..<depth {
        graph = Wire.node("If", [], ["y"], attributes: [Wire.field(1, "g") + Wire.field(20, 5) + Wire.field(6, graph)])
      }
      return Wire.model(graph: graph)
    }
    #expect(failure(nested(32)) == nil)
    let found = failure(nested(33))
    #expect(found?.status == .unsupported)
    #expect(found?.message.hasSuffix("attribute 'g': subgraphs are nested more than 32 deep") == true)
    #expect(failure(nested(3000))?.status == .unsupported)
  }

  // MARK: Tensors

  @Test func wrongAmountOfData() {
    expect(
      Wire.model(graph: Wire.tensor("w", 1, [2, 3], raw: [1, 2, 3])), .invalidModel,
      "tensor 'w': 3 bytes of raw data for float32 [2, 3], expected 24")
    expect(
      Wire.model(graph: Wire.tensor("w", 7, [2], more: Wire.field(7, 1))), .invalidModel,
      "tensor 'w': 1 values for int64 [2], expected 2")
    expect(
      Wire.model(graph: Wire.tensor("w", 1, [])), .invalidModel,
      "tensor 'w': 0 values for float32 [], expected 1")
    // Raw data that is empty does not hide elements given one by one.
    expect(
      Wire.model(graph: Wire.tensor("w", 6, [0], raw: [], more: Wire.field(5, 1))), .invalidModel,
      "tensor 'w': 1 values for int32 [0], expected 0")
    // The data is in a field that is not its type's.
    expect(
      Wire.model(graph: Wire.tensor("w", 1, [1], more: Wire.field(5, 1))), .invalidModel,
      "tensor 'w': 0 values for float32 [1], expected 1")
  }

  @Test func impossibleShapes() {
    expect(
      Wire.model(graph: Wire.tensor("w", 1, [-1], raw: [])), .invalidModel,
      "tensor 'w': negative dimension in shape [?]")
    expect(
      Wire.model(graph: Wire.tensor("w", 1, [1 << 40, 1 << 40], raw: [])), .outOfMemory,
      "tensor 'w': a tensor of shape [1099511627776, 1099511627776] is too large")
    expect(
      Wire.model(graph: Wire.tensor("w", 1, [1 << 50], more: Wire.field(4, [0, 0, 0, 0]))), .invalidModel,
      "tensor 'w': 1 values for float32 [1125899906842624], expected 1125899906842624")
    expect(
      Wire.model(graph: Wire.tensor("w", 1, [Int](repeating: 1, count: 17), raw: [])), .unsupported,
      "tensor 'w' has more than 16 dimensions")
  }

  @Test func foreignElementTypes() {
    let text = Wire.tensor("w", 8, [1], more: Wire.field(6, "text"))
    #expect(failure(Wire.model(graph: text)) == nil)
    expect(
      Wire.model(graph: text + Wire.node("Neg", ["w"], ["y"], name: "n")), .unsupported,
      "node 'n' (Neg): tensor 'w' has elements of type string")
    let tensor = Wire.tensorMessage("", 22, [2], raw: [0])
    let attribute = Wire.field(1, "value") + Wire.field(20, 4) + Wire.field(5, tensor)
    expect(
      Wire.model(graph: Wire.node("Constant", [], ["y"], attributes: [attribute])), .unsupported,
      "node Constant of 'y': attribute 'value': a tensor has elements of type int4")
    expect(
      Wire.model(graph: Wire.tensor("w", 0, [1], raw: [0]) + Wire.output("w")), .invalidModel,
      "tensor 'w' has no element type")
  }

  @Test func attributes() {
    func model(_ attribute: [UInt8]) -> [UInt8] {
      Wire.model(graph: Wire.node("Any", [], ["y"], name: "n", attributes: [attribute]))
    }
    expect(
      model(Wire.field(1, "a") + Wire.field(21, "b")), .unsupported,
      "node 'n' (Any): attribute 'a' refers to one of a function around the node")
    expect(
      model(Wire.field(1, "a")), .invalidModel, "node 'n' (Any): attribute 'a': has no type and no value")
    expect(
      model(Wire.field(1, "a") + Wire.field(20, 4)), .invalidModel, "node 'n' (Any): attribute 'a': has no tensor")
    expect(
      model(Wire.field(1, "a") + Wire.field(20, 11)), .unsupported,
      "node 'n' (Any): attribute 'a': holds a sparse tensor")
    expect(
      model(Wire.field(1, "a") + Wire.field(20, 99)), .invalidModel,
      "node 'n' (Any): attribute 'a': has a value of unknown type 99")
    expect(model(Wire.field(3, 1)), .invalidModel, "node 'n' (Any): an attribute has no name")
  }
}
