import CSystem
import InstructionSets
import KernelTable
import Tensors

/// For each frame, the classes that may compete for a token's place there; and the probabilities that these, the blank
/// and the tokens of some texts have in all frames. Each of these classes has a column, that of the blank is 0.
final class FrameClasses {
  /// Classes less probable than this do not count on their own: what they make of two frames is the square of it.
  private static let lowest: Float = 1e-3

  private(set) var columnCount = 0
  private let storage: Storage
  /// The column of each class, −1 for none; the class of each column.
  private let columns: UnsafeMutablePointer<Int32>
  private let classes: UnsafeMutablePointer<Int32>
  /// The frames' classes by their columns, one frame's after the other.
  private let starts: UnsafeMutablePointer<Int>
  private var competitors: Storage
  /// [T, columnCount]
  private var probabilities: Storage

  init(_ scores: LogProbabilities, blank: Int, _ texts: [FoundText]) throws(Failure) {
    let (frameCount, classCount) = (scores.frameCount, scores.classCount)
    let startBytes = (frameCount &+ 1) &* MemoryLayout<Int>.stride
    storage = try Storage(byteCount: startBytes &+ 2 &* classCount &* MemoryLayout<Int32>.stride)
    competitors = try Storage(byteCount: 8 &* (frameCount &+ 1) &* MemoryLayout<Int32>.stride)
    probabilities = competitors
    starts = storage.base.bindMemory(to: Int.self, capacity: frameCount &+ 1)
    columns = (storage.base + startBytes).bindMemory(to: Int32.self, capacity: 2 &* classCount)
    columns.initialize(repeating: -1, count: classCount)
    classes = columns + classCount
    addColumn(blank)
    for text in texts {
      for token in text.tokens { addColumn(Int(token)) }
    }
    let limit = logf(FrameClasses.lowest)
    var end = 0
    for frame in 0..<frameCount {
      starts[frame] = end
      let row = scores.row(frame)
      var label = nextScore(in: row, from: 0, count: classCount, above: limit)
      while label < classCount {
        if label != blank {
          addColumn(label)
          try makeRoom(for: end)
          competitors.base.assumingMemoryBound(to: Int32.self)[end] = columns[label]
          end &+= 1
        }
        label = nextScore(in: row, from: label &+ 1, count: classCount, above: limit)
      }
    }
    starts[frameCount] = end
    try fillTable(scores)
  }

  private func addColumn(_ label: Int) {
    if columns[label] >= 0 { return }
    columns[label] = Int32(truncatingIfNeeded: columnCount)
    classes[columnCount] = Int32(truncatingIfNeeded: label)
    columnCount &+= 1
  }

  private func makeRoom(for end: Int) throws(Failure) {
    if (end &+ 1) &* MemoryLayout<Int32>.stride <= competitors.byteCount { return }
    let larger = try Storage(byteCount: 2 &* competitors.byteCount)
    larger.base.copyMemory(from: competitors.base, byteCount: competitors.byteCount)
    competitors = larger
  }

  private func fillTable(_ scores: LogProbabilities) throws(Failure) {
    let count = scores.frameCount &* columnCount
    probabilities = try Storage(byteCount: count &* MemoryLayout<Float>.stride)
    let table = probabilities.base.bindMemory(to: Float.self, capacity: count)
    for frame in 0..<scores.frameCount {
      let (row, target) = (scores.row(frame), table + frame &* columnCount)
      for column in 0..<columnCount { target[column] = row[Int(classes[column])] }
    }
    bestKernels.unary(Activation(.exp), table, table, count)
  }

  /// The column of a class that has one.
  @inline(__always)
  func column(_ label: Int32) -> Int32 { columns[Int(label)] }

  subscript(frame: Int) -> UnsafeBufferPointer<Int32> {
    let base = competitors.base.assumingMemoryBound(to: Int32.self)
    return UnsafeBufferPointer(start: base + starts[frame], count: starts[frame &+ 1] &- starts[frame])
  }

  /// The probabilities of a frame, by column.
  @inline(__always)
  func probabilities(_ frame: Int) -> UnsafePointer<Float> {
    UnsafePointer(probabilities.base.assumingMemoryBound(to: Float.self) + frame &* columnCount)
  }
}
