import Plans
import Tensors

/// Places buffers in one arena so that those needed at the same time do not overlap.
///
/// Greedy by size (Pisarchyk and Lee 2020, "Efficient memory management for deep neural net inference"): the largest
/// buffer first, each into the lowest gap between the placed buffers that live at the same time.
struct MemoryPlan {
  /// Byte offset of each buffer; 0 for those outside the arena.
  private(set) var offsets: [Int]
  private(set) var byteCount = 0

  static let alignment = 64

  init(_ buffers: [PlannedBuffer]) throws(Failure) {
    offsets = [Int](repeating: 0, count: buffers.count)
    var order: [Int] = []
    for (index, buffer) in buffers.enumerated() {
      if case .arena = buffer.place, buffer.lastStep >= 0 { order.append(index) }
    }
    order.sort {
      buffers[$0].byteCount != buffers[$1].byteCount ? buffers[$0].byteCount > buffers[$1].byteCount : $0 < $1
    }
    /// Sorted by offset.
    var placed: [Int] = []
    for index in order {
      let buffer = buffers[index]
      let size = Self.padded(buffer.byteCount)
      var offset = 0
      for other in placed {
        let neighbour = buffers[other]
        if neighbour.lastStep < buffer.firstStep || neighbour.firstStep > buffer.lastStep { continue }
        if offsets[other] >= offset + size { break }
        offset = max(offset, offsets[other] + Self.padded(neighbour.byteCount))
      }
      let (end, overflow) = offset.addingReportingOverflow(size)
      guard !overflow else { throw Failure(.outOfMemory, "the network's memory exceeds the address space") }
      offsets[index] = offset
      byteCount = max(byteCount, end)
      placed.insert(index, at: placed.firstIndex { offsets[$0] > offset } ?? placed.count)
    }
  }

  private static func padded(_ byteCount: Int) -> Int { (max(byteCount, 1) + alignment - 1) / alignment * alignment }
}
