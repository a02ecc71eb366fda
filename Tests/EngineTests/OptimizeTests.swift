import CSystem
import Engine
import Formats
import Graphs
import Passes
import Tensors
import Testing

/// The passes must not change what a network computes.
@Suite struct OptimizeTests {
  private static let folder = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/fixtures"

  private func graph(_ path: String) throws -> Graph {
    var file = system_file()
    #expect(system_open_file(path, 1, &file) == 0, "\(path)")
    let open = OpenFile(file)
    return try readONNX(open.bytes, keeping: open, folder: nil).graph
  }

  /// Runs a network on a ramp; open dimensions become `size`.
  private func run(_ network: Network, size: Int) throws -> [[Float]] {
    let session = try Session(network)
    var tensors: [Tensor] = []
    for input in network.inputs {
      let tensor = try Tensor(input.type ?? .float32, (input.shape ?? []).map { $0 < 0 ? size : $0 })
      if tensor.type == .float32 {
        let elements = tensor.mutableElements(as: Float.self)
        for index in 0..<tensor.count { elements[index] = Float(index % 37) / 37 - 0.4 }
      } else {
        memset(tensor.storage.base, 0, tensor.byteCount)
      }
      tensors.append(tensor)
    }
    let outputs = try session.run(tensors.map { InputData($0) })
    let results = outputs.map { output -> [Float] in
      guard output.type == .float32 else { return [] }
      let elements = output.data.assumingMemoryBound(to: Float.self)
      return (0..<output.byteCount / 4).map { elements[$0] }
    }
    withExtendedLifetime((tensors, session)) {}
    return results
  }

  @Test(arguments: [
    "networks/vgg_ts17", "networks/mobile_ts17", "networks/line_lstm_two_tnc_ts17", "networks/line_gru_two_ntc_ts11",
    "networks/line_rnn_one_tnc_dynamo18", "networks/audio_ts17", "operators/conv_batchnorm_relu",
    "operators/conv_batchnorm_hardswish", "operators/conv_batchnorm_both_outputs",
  ])
  func resultsStayTheSame(name: String) throws {
    let path = "\(Self.folder)/\(name).onnx"
    guard access(path, R_OK) == 0 else {
      Issue.record("no fixture \(path)")
      return
    }
    let plain = try Network(graph(path))
    let rewritten = try graph(path)
    let before = rewritten.nodes.count
    try optimize(rewritten)
    #expect(rewritten.nodes.count <= before)
    let optimized = try Network(rewritten)
    for size in [32, 48] {
      let (expected, actual) = (try run(plain, size: size), try run(optimized, size: size))
      #expect(expected.count == actual.count)
      for (a, b) in zip(expected, actual) {
        #expect(a.count == b.count)
        let scale = max(1, a.map(abs).max() ?? 0)
        let difference = zip(a, b).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= 1e-5 * scale, "\(name) at \(size): \(difference)")
      }
    }
  }
}
