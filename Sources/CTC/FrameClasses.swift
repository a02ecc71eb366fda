import CSystem
import Tensors

/// For each frame, the classes that may compete for a token's place there.
final class FrameClasses {
  /// Classes less probable than this do not count on their own: what they make of two frames is the square of it.
  private static let lowest: Float = 1e-3
  private let storage: Storage
  private let labels: UnsafeMutablePointer<Int32>
  private let starts: UnsafeMutablePointer<Int>

  init(_ scores: LogProbabilities, blank: Int) throws(Failure) {
    let limit = logf(FrameClasses.lowest)
    let classCount = scores.classCount
    var count = 0
    for frame in 0..<scores.frameCount {
      var label = nextScore(in: scores.row(frame), from: 0, count: classCount, above: limit)
      while label < classCount {
        count &+= 1
        label = nextScore(in: scores.row(frame), from: label &+ 1, count: classCount, above: limit)
      }
    }
    let startBytes = (scores.frameCount &+ 1) &* MemoryLayout<Int>.stride
    let storage = try Storage(byteCount: startBytes &+ count &* MemoryLayout<Int32>.stride)
    self.storage = storage
    starts = storage.base.bindMemory(to: Int.self, capacity: scores.frameCount &+ 1)
    labels = (storage.base + startBytes).bindMemory(to: Int32.self, capacity: count)
    var end = 0
    for frame in 0..<scores.frameCount {
      starts[frame] = end
      var label = nextScore(in: scores.row(frame), from: 0, count: classCount, above: limit)
      while label < classCount {
        if label != blank {
          labels[end] = Int32(label)
          end &+= 1
        }
        label = nextScore(in: scores.row(frame), from: label &+ 1, count: classCount, above: limit)
      }
    }
    starts[scores.frameCount] = end
  }

  subscript(frame: Int) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: labels + starts[frame], count: starts[frame &+ 1] &- starts[frame])
  }
}
