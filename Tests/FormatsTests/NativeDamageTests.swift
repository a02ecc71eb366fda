import Foundation
import Graphs
import Tensors
import Testing

@testable import Formats

@Suite("Damaged native files") struct NativeDamageTests {
  private let intact: [UInt8]

  init() throws { intact = byteArray(try nativeBytes(try NativeGoldenModel.everything.make())) }

  private func failure(_ bytes: [UInt8], verifyingWeights: Bool = true) -> Failure? {
    do { _ = try readNative(bytes, verifyingWeights: verifyingWeights) } catch { return error }
    return nil
  }

  private func put(_ value: UInt64, _ size: Int, at offset: Int, in bytes: inout [UInt8]) {
    for byte in 0..<size { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
  }

  private func get(_ size: Int, at offset: Int, in bytes: [UInt8]) -> Int {
    (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }

  /// Makes the checksums of header and tables right again, so that what lies behind them is put to the test.
  private func seal(_ bytes: inout [UInt8]) {
    let end = get(8, at: 24, in: bytes)
    if end >= 64, end <= bytes.count {
      put(bytes[64..<end].withUnsafeBytes { xxHash64($0) }, 8, at: 32, in: &bytes)
    }
    put(bytes[0..<56].withUnsafeBytes { xxHash64($0) }, 8, at: 56, in: &bytes)
  }

  @Test("a file cut off anywhere is refused")
  func truncation() {
    for length in 0..<intact.count {
      let failure = failure(Array(intact[..<length]))
      #expect(failure?.status == .invalidModel, "\(length) bytes")
    }
    #expect(failure(Array(intact[..<40]))?.message.contains("header") == true)
    #expect(failure(intact + [0])?.message.contains("its header says \(intact.count)") == true)
  }

  @Test("a changed byte is found, and the message says where")
  func changedBytes() throws {
    let end = get(8, at: 24, in: intact)
    for offset in 0..<end {
      var bytes = intact
      bytes[offset] ^= 0x10
      let message = try #require(failure(bytes)).message
      #expect(message.contains(offset < 8 ? "not a native model" : offset < 64 ? "header" : "tables are damaged"))
    }
    let storage = try Storage(byteCount: intact.count)
    UnsafeMutableRawBufferPointer(start: storage.base, count: intact.count).copyBytes(from: intact)
    let values = try readNative(storage).graph.values
    let weights = try #require(values.first { $0.name == "bfloat16" }?.constant)
    var bytes = intact
    let offset = weights.storage.base - storage.base
    bytes[offset] ^= 1
    let found = try #require(failure(bytes))
    #expect(found.status == .invalidModel)
    #expect(found.message.contains("the weights of value 'bfloat16' are damaged"))
    #expect(failure(bytes, verifyingWeights: false) == nil)
  }

  @Test("a file for newer readers is refused with both versions")
  func newerVersions() {
    var newer = intact
    put(7, 4, at: 8, in: &newer)
    seal(&newer)
    #expect(failure(newer) == nil, "a later format that this reader understands")
    put(6, 4, at: 12, in: &newer)
    seal(&newer)
    let found = failure(newer)
    #expect(found?.status == .unsupported)
    #expect(found?.message.contains("format version 7 and needs a reader of version 6") == true)
    #expect(found?.message.contains("reads version 2") == true)
  }

  @Test("unknown tables and longer records of later writers are skipped")
  func laterAdditions() throws {
    // The value table moves to the end with four more bytes a record; an unknown table comes first in the directory.
    let end = get(8, at: 24, in: intact)
    let count = get(4, at: 40, in: intact)
    let model = try NativeGoldenModel.reader.make()
    var bytes = byteArray(try nativeBytes(model))
    let oldEnd = get(8, at: 24, in: bytes)
    let entry = 64 + 5 * 24
    #expect(count == 12 && end > 0 && get(4, at: entry, in: bytes) == 6)
    let offset = get(8, at: entry + 8, in: bytes)
    let records = get(8, at: entry + 16, in: bytes)
    var moved: [UInt8] = []
    for record in 0..<records { moved += bytes[offset + 16 * record..<offset + 16 * record + 16] + [1, 2, 3, 4] }
    moved += [UInt8](repeating: 0, count: (64 - moved.count % 64) % 64)
    bytes.insert(contentsOf: moved, at: oldEnd)
    put(20, 4, at: entry + 4, in: &bytes)
    put(UInt64(oldEnd), 8, at: entry + 8, in: &bytes)
    put(UInt64(bytes.count), 8, at: 16, in: &bytes)
    put(UInt64(oldEnd + moved.count), 8, at: 24, in: &bytes)
    let tensors = get(8, at: 64 + 10 * 24 + 8, in: bytes)
    for tensor in 0..<get(8, at: 64 + 10 * 24 + 16, in: bytes) {
      let place = tensors + 32 * tensor + 8
      put(UInt64(get(8, at: place, in: bytes) + moved.count), 8, at: place, in: &bytes)
    }
    seal(&bytes)
    #expect(listing(of: try readNative(bytes)) == listing(of: model))
  }

  @Test("thousands of damaged files are refused or read, never more", arguments: [UInt64(11), 12, 13, 14])
  func mutations(seed: UInt64) throws {
    var random = NativeRandom(seed: seed)
    print("native mutations, seed \(seed)")
    let extremes: [UInt64] = [0, 1, 2, 0x7F, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 1 << 62, .max]
    var read = 0
    for _ in 0..<1500 {
      var bytes = byteArray(try nativeBytes(try randomModel(&random)))
      let end = get(8, at: 24, in: bytes)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let size = [1, 4, 8].randomElement(using: &random) ?? 1
        // Half of the changes go to header and directory.
        let limit = Bool.random(using: &random) ? end : min(end, 64 + 12 * 24)
        let offset = Int.random(in: 8..<limit - 8, using: &random) & ~(size - 1)
        let small = UInt64.random(in: 0...40, using: &random)
        let value = Bool.random(using: &random) ? small : extremes.randomElement(using: &random) ?? 0
        put(value, size, at: offset, in: &bytes)
      }
      if Int.random(in: 0..<10, using: &random) == 0 { bytes.removeLast(Int.random(in: 0..<64, using: &random)) }
      seal(&bytes)
      do {
        let model = try readNative(bytes)
        // What is read is consistent, so it can be written.
        _ = try nativeBytes(model)
        read += 1
      } catch {
        #expect([.invalidModel, .unsupported, .outOfMemory].contains(error.status), "\(error)")
      }
    }
    #expect(read > 0)
  }

  @Test("inconsistent graphs are refused by writer and reader")
  func inconsistency() throws {
    func check(_ change: (Graph) -> Void, _ expected: String) throws {
      let model = try NativeGoldenModel.everything.make()
      change(model.graph)
      do {
        _ = try nativeBytes(model)
        Issue.record("written: \(expected)")
      } catch {
        #expect(error.status == .invalidModel && error.message.contains(expected), "\(error)")
      }
    }
    try check({ $0.outputs.append(1000) }, "value 1000 of")
    try check({ $0.inputs.append(-1) }, "value -1 of")
    try check({ $0.nodes.reverse() }, "before it is made")
    try check({ $0.nodes[1].outputs = $0.nodes[0].outputs }, "a second time")
    try check({ $0.nodes.removeLast() }, "is never made")
    try check({ $0.captures = [(0, 0)] }, "captures values")
  }

  @Test("subgraphs may lie 16 deep, no deeper")
  func depth() throws {
    func nested(_ depth: Int) -> ModelFile {
      var graph = Graph(name: "leaf")
      for _ in 0..<depth {
        let outer = Graph()
        outer.nodes = [Node(name: "", type: "If", inputs: [], outputs: [], attributes: [Attribute("b", .graph(graph))])]
        graph = outer
      }
      return ModelFile(graph: graph)
    }
    #expect(listing(of: try readNative(try nativeBytes(nested(16)))) == listing(of: nested(16)))
    #expect(throws: Failure.self) { try nativeBytes(nested(17)) }
  }
}
