import CSystem
import KernelTable
import Plans
import Tensors

/// The transformed weights of one convolution, made by the first run that wants them and shared by all sessions of
/// the model. They are not saved: they are up to four times as large as the weights, and quickly made.
final class WinogradWeightCache: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// One for each form of tile that was asked for; guarded by the mutex.
  private var made: [(vertical: WinogradSide, horizontal: WinogradSide, storage: Storage)] = []

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Floats from one point's weights to the next point's. Not a power of two: all points of a weight are written
  /// together.
  static func pointStride(_ tiles: WinogradTiles) -> Int {
    tiles.inputChannels * tiles.outputChannels + panelColumns
  }

  /// For each point `[panels][inputChannels][16]`, from weights packed as `[panels][taps][inputChannels][16]`; nil, and the
  /// run fails, when there is no memory for them. They stay where they are for as long as this lives.
  func weights(
    _ tiles: WinogradTiles, _ g: ConvolutionGeometry, from packed: UnsafePointer<Float>, _ execution: Execution
  ) -> UnsafePointer<Float>? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    for known in made where known.vertical == tiles.vertical && known.horizontal == tiles.horizontal {
      return UnsafePointer(known.storage.base.assumingMemoryBound(to: Float.self))
    }
    let panels = panelCount(columns: g.outputChannels)
    let panelFloats = g.inputChannels * panelColumns
    let pointStride = Self.pointStride(tiles)
    let storage: Storage
    do throws(Failure) {
      storage = try Storage(byteCount: elementCount(of: [tiles.points, pointStride, 4]))
    } catch {
      execution.fail(error.status, "\(error.message)")
      return nil
    }
    let target = storage.base.assumingMemoryBound(to: Float.self)
    // Of a filter that meets nothing but padding above and below, the one row that meets the input.
    let firstTap = tiles.vertical == .one ? g.padsBegin.height * g.kernel.width : 0
    execution.parallel(panels, work: panels * panelFloats * tiles.points) { panel in
      execution.kernels.winogradWeights(
        WinogradWeights(
          vertical: tiles.vertical, horizontal: tiles.horizontal, count: panelFloats,
          taps: packed + (panel * g.taps + firstTap) * panelFloats, tapStride: panelFloats,
          points: target + panel * panelFloats, pointStride: pointStride))
    }
    made.append((tiles.vertical, tiles.horizontal, storage))
    return UnsafePointer(target)
  }
}
