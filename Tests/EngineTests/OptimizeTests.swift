import Foundation
import Formats
import Graphs
import Passes
import Plans
import Tensors
import Testing

@testable import Engine

/// The passes must not change what a network computes.
@Suite struct OptimizeTests {
  private static let folder = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/fixtures"

  private func graph(_ path: String) throws -> Graph {
    let open = try OpenFile(path: path, copying: true)
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

  /// Memory for what lives at the same time, and little more.
  @Test(arguments: [
    "vgg_ts17", "mobile_ts17", "line_lstm_two_tnc_ts17", "line_gru_two_ntc_ts11", "audio_ts17",
  ])
  func arenasAreSmall(name: String) throws {
    let rewritten = try graph("\(Self.folder)/networks/\(name).onnx")
    try optimize(rewritten)
    let network = try Network(rewritten)
    for (size, threads) in [(32, 1), (48, 2), (320, 1), (1000, 2)] {
      let inputs = network.inputs.map { input in
        InputDescription(input.type ?? .float32, (input.shape ?? []).enumerated().map { (axis, dimension) in
          dimension < 0 ? axis == 0 ? 1 : size : dimension
        })
      }
      let plan = try Planner.plan(network, for: inputs, PlanBuilder(threads: threads))
      var live = [Int](repeating: 0, count: plan.steps.count)
      for buffer in plan.buffers where buffer.lastStep >= 0 {
        guard case .arena = buffer.place else { continue }
        let last = min(buffer.lastStep, live.count - 1)
        for step in min(buffer.firstStep, last)...last { live[step] += (buffer.byteCount + 63) / 64 * 64 }
      }
      let largest = live.max() ?? 0
      #expect(plan.memory.byteCount * 10 <= largest * 11, "\(name) at \(size): \(plan.memory.byteCount) for \(largest)")
    }
  }
}
