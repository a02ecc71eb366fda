import CSystem
import KernelTable
import Plans
import Tensors

/// The transformed weights of one convolution, shared by all sessions of the model. They are not saved: they are up to
/// four times as large as the weights. The first run does without them where it can, transforming a strip of weights at
/// a time: it is over sooner than memory for all of them would be filled.
final class WinogradWeightCache: @unchecked Sendable {
  private struct Entry {
    let vertical: WinogradSide
    let horizontal: WinogradSide
    /// nil until a second run wants them.
    var storage: Storage?
  }

  /// One for each form of tile that was asked for; guarded by the lock.
  private var entries: [Entry] = []

  /// Floats from one point's weights to the next point's. Not a power of two: all points of a weight are written
  /// together.
  static func pointStride(_ tiles: WinogradTiles) -> Int {
    tiles.inputChannels * tiles.outputChannels + panelColumns
  }

  /// For each point `[panels][inputChannels][16]`, from weights packed as `[panels][taps][inputChannels][16]`; nil
  /// where they are better transformed strip by strip: in a first run that `takesStrips`, and when there is no memory.
  /// They stay where they are for as long as this lives.
  func weights(
    _ tiles: WinogradTiles, _ taps: WinogradTaps, takesStrips: Bool, _ execution: Execution
  ) -> UnsafePointer<Float>? {
    system_lock(SYSTEM_LOCK_WEIGHTS)
    defer { system_unlock(SYSTEM_LOCK_WEIGHTS) }
    var index = 0
    while index < entries.count,
      entries[index].vertical != tiles.vertical || entries[index].horizontal != tiles.horizontal
    {
      index += 1
    }
    if index == entries.count {
      entries.append(Entry(vertical: tiles.vertical, horizontal: tiles.horizontal, storage: nil))
      if takesStrips { return nil }
    }
    if let storage = entries[index].storage { return UnsafePointer(storage.base.assumingMemoryBound(to: Float.self)) }
    let pointStride = Self.pointStride(tiles)
    var storage: Storage?
    do throws(Failure) { storage = try Storage(byteCount: elementCount(of: [tiles.points, pointStride, 4])) } catch {}
    guard let storage else { return nil }
    let target = storage.base.assumingMemoryBound(to: Float.self)
    let panels = panelCount(columns: tiles.outputChannels)
    execution.parallel(panels, work: panels * taps.panelFloats * tiles.points) { panel in
      taps.transform(
        tiles, panel: panel, from: 0, depth: tiles.inputChannels, to: target + panel * taps.panelFloats,
        pointStride: pointStride, execution.kernels)
    }
    entries[index].storage = storage
    return UnsafePointer(target)
  }
}

/// Where the weights lie that tiles use: `[panels][taps][inputChannels][16]`.
struct WinogradTaps {
  let base: UnsafePointer<Float>
  private let taps: Int
  private let firstTap: Int
  /// From one tap's weights to the next tap's.
  let panelFloats: Int

  init(_ packed: UnsafePointer<Float>, _ tiles: WinogradTiles, _ g: ConvolutionGeometry) {
    base = packed
    taps = g.taps
    // Of a filter that meets nothing but padding above and below, the one row that meets the input.
    firstTap = tiles.vertical == .one ? g.padsBegin.height * g.kernel.width : 0
    panelFloats = g.inputChannels * panelColumns
  }

  /// The points' weights of a panel for `depth` of the input's channels, `[depth][16]` for each point.
  func transform(
    _ tiles: WinogradTiles, panel: Int, from first: Int, depth: Int, to points: UnsafeMutablePointer<Float>,
    pointStride: Int, _ kernels: KernelTable
  ) {
    kernels.winogradWeights(
      WinogradWeights(
        vertical: tiles.vertical, horizontal: tiles.horizontal, count: depth * panelColumns,
        taps: base + ((panel * taps + firstTap) * panelFloats + first * panelColumns), tapStride: panelFloats,
        points: points, pointStride: pointStride))
  }
}
