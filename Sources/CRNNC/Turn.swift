import Synchronization
import Tensors

/// Lets one thread at a time use what is behind a handle.
final class Turn {
  private let isTaken = Atomic<Bool>(false)

  /// - Parameter what: what the handle is, for messages.
  func take(_ what: StaticString) throws(Failure) {
    guard isTaken.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
      throw Failure(.busy, "the \(what) is at work in another thread; give each thread a \(what) of its own")
    }
  }

  func end() { isTaken.store(false, ordering: .releasing) }
}
