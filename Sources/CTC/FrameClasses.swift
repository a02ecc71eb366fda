import CSystem
import InstructionSets
import KernelTable
import Tensors

/// For each frame, the classes that may compete for a token's place there; and the probabilities of classes.
final class FrameClasses {
  /// Classes less probable than this do not count on their own: what they make of two frames is the square of it.
  private static let lowest: Float = 1e-3
  /// Probabilities of more classes than this are computed when they are asked for, because few will be.
  private static let tableClassCount = 1024

  private let scores: LogProbabilities
  /// The frames' classes, one frame's after the other.
  private var labels: Storage
  private let storage: Storage
  private let starts: UnsafeMutablePointer<Int>
  /// [T, C]; nil without a table.
  private let probabilities: UnsafeMutablePointer<Float>?

  init(_ scores: LogProbabilities, blank: Int) throws(Failure) {
    let (frameCount, classCount) = (scores.frameCount, scores.classCount)
    let hasTable = classCount <= FrameClasses.tableClassCount
    let startBytes = (frameCount &+ 1) &* MemoryLayout<Int>.stride
    let tableBytes = hasTable ? frameCount &* classCount &* MemoryLayout<Float>.stride : 0
    let storage = try Storage(byteCount: startBytes &+ tableBytes)
    self.scores = scores
    self.storage = storage
    labels = try Storage(byteCount: 8 &* (frameCount &+ 1) &* MemoryLayout<Int32>.stride)
    starts = storage.base.bindMemory(to: Int.self, capacity: frameCount &+ 1)
    let table = (storage.base + startBytes).bindMemory(to: Float.self, capacity: tableBytes / 4)
    probabilities = hasTable ? table : nil
    if hasTable {
      for frame in 0..<frameCount {
        bestKernels.unary(Activation(.exp), scores.row(frame), table + frame &* classCount, classCount)
      }
    }
    let limit = logf(FrameClasses.lowest)
    var end = 0
    for frame in 0..<frameCount {
      starts[frame] = end
      let row = scores.row(frame)
      var label = nextScore(in: row, from: 0, count: classCount, above: limit)
      while label < classCount {
        if label != blank { end = try append(Int32(truncatingIfNeeded: label), at: end) }
        label = nextScore(in: row, from: label &+ 1, count: classCount, above: limit)
      }
    }
    starts[frameCount] = end
  }

  private func append(_ label: Int32, at end: Int) throws(Failure) -> Int {
    if (end &+ 1) &* MemoryLayout<Int32>.stride > labels.byteCount {
      let larger = try Storage(byteCount: 2 &* labels.byteCount)
      larger.base.copyMemory(from: labels.base, byteCount: labels.byteCount)
      labels = larger
    }
    labels.base.assumingMemoryBound(to: Int32.self)[end] = label
    return end &+ 1
  }

  subscript(frame: Int) -> UnsafeBufferPointer<Int32> {
    let base = labels.base.assumingMemoryBound(to: Int32.self)
    return UnsafeBufferPointer(start: base + starts[frame], count: starts[frame &+ 1] &- starts[frame])
  }

  /// Of a class in a frame.
  @inline(__always)
  func probability(_ label: Int, _ frame: Int) -> Double {
    Double(probabilities.map { $0[frame &* scores.classCount &+ label] } ?? expf(scores.row(frame)[label]))
  }
}
