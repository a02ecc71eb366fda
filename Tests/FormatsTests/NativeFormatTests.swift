import CSystem
import Foundation
import Graphs
import Tensors
import Testing

@testable import Formats

@Suite("Native format") struct NativeFormatTests {
  @Test("XXH64 gives the published values")
  func checksum() {
    func hash(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { xxHash64($0) } }
    #expect(hash([]) == 0xEF46_DB37_51D8_E999)
    #expect(hash(Array("a".utf8)) == 0xD24E_C4F1_A98C_6E5B)
    #expect(hash(Array("abc".utf8)) == 0x44BC_2CF5_AD77_0999)
    #expect(hash(Array("Nobody inspects the spammish repetition".utf8)) == 0xFBCE_A83C_8A37_8BF1)
  }

  @Test(
    "golden files read as the models they were made from; current ones are written again byte for byte",
    arguments: NativeGoldenModel.allCases)
  func golden(_ model: NativeGoldenModel) throws {
    let url = nativeFixtures.appendingPathComponent(model.rawValue + ".crnn")
    let file = try model.make()
    if model.isCurrent, ProcessInfo.processInfo.environment["CRNN_WRITE_GOLDEN"] == "1" {
      try writeNative(file, to: url.path)
    }
    let bytes = [UInt8](try Data(contentsOf: url))
    #expect(listing(of: try readNative(bytes)) == listing(of: file))
    guard model.isCurrent else { return }
    #expect(byteArray(try nativeBytes(file)) == bytes)
    #expect(byteArray(try nativeBytes(try readNative(bytes))) == bytes)
  }

  @Test("the independent reader in Python reads the same from the golden files", arguments: NativeGoldenModel.allCases)
  func pythonReader(_ model: NativeGoldenModel) throws {
    guard let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first(where: FileManager.default.fileExists)
    else { return }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [
      nativeFixtures.appendingPathComponent("read_native.py").path,
      nativeFixtures.appendingPathComponent(model.rawValue + ".crnn").path,
    ]
    process.environment = ["PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text == listing(of: try model.make()))
  }

  @Test("random models come back as they were", arguments: [UInt64(1), 2, 3])
  func roundTrip(seed: UInt64) throws {
    var random = NativeRandom(seed: seed)
    for round in 0..<100 {
      let model = try randomModel(&random)
      let bytes = try nativeBytes(model)
      #expect(bytes.byteCount % 64 == 0)
      let back = try readNative(bytes)
      #expect(listing(of: back) == listing(of: model), "seed \(seed), round \(round)")
      #expect(byteArray(try nativeBytes(back)) == byteArray(bytes), "seed \(seed), round \(round)")
    }
  }

  @Test("the file on disk is the file in memory; a failed write leaves nothing")
  func writing() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("crnn-native-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = try NativeGoldenModel.everything.make()
    let path = folder.appendingPathComponent("model.crnn").path
    try writeNative(model, to: path)
    try writeNative(model, to: path)
    #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == byteArray(try nativeBytes(model)))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.crnn"])

    let failure = try #require(failure { try writeNative(model, to: folder.path + "/missing/model.crnn") })
    #expect(failure.status == .fileError)
    #expect(failure.message.contains("missing/model.crnn"))
    model.graph.outputs = [99]
    #expect(self.failure { try writeNative(model, to: folder.path + "/other.crnn") }?.status == .invalidModel)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.crnn"])
  }

  @Test("constants are used in place, aligned, and equal tensors are stored once")
  func inPlace() throws {
    let storage = try nativeBytes(try NativeGoldenModel.everything.make())
    let graph = try readNative(storage).graph
    let constants = graph.values.compactMap(\.constant)
    #expect(constants.count == 17)
    for constant in constants {
      let offset = constant.storage.base - storage.base
      #expect(offset % 64 == 0 && offset > 0 && offset + constant.byteCount <= storage.byteCount)
      #expect(!constant.storage.isOwned)
    }
    #expect(constants[15].storage.base == constants[16].storage.base)
  }

  @Test("bytes at any address are read; constants are aligned all the same", arguments: [1, 4, 32, 63])
  func misaligned(shift: Int) throws {
    let model = try NativeGoldenModel.reader.make()
    let bytes = byteArray(try nativeBytes(model))
    let storage = try Storage(byteCount: bytes.count + shift)
    let place = UnsafeMutableRawBufferPointer(start: storage.base + shift, count: bytes.count)
    place.copyBytes(from: bytes)
    let back = try Formats.readNative(UnsafeRawBufferPointer(place), keeping: storage, verifyingWeights: true)
    #expect(listing(of: back) == listing(of: model))
    for constant in back.graph.values.compactMap(\.constant) {
      #expect(UInt(bitPattern: constant.storage.base) % 64 == 0)
    }
  }

  private func failure(_ body: () throws -> Void) -> Failure? {
    do { try body() } catch { return error as? Failure }
    return nil
  }
}
