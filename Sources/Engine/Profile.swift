import CSystem
import Graphs

/// What the steps of a session's runs took, added up: one entry for each node and algorithm, in the order of their
/// first runs. Shapes are not told apart.
public final class Profile {
  public struct Entry {
    /// The operator or algorithm.
    public let step: String
    /// The node that it belongs to; nil for what belongs to none.
    public let node: Node?
    public internal(set) var calls = 0
    public internal(set) var seconds = 0.0
    /// Of all calls together.
    public internal(set) var flops = 0
    public internal(set) var byteCount = 0
  }

  public private(set) var entries: [Entry] = []
  /// The runner that each entry is of, and the node's number there.
  private var places: [(runner: ObjectIdentifier, node: Int)] = []
  /// The seconds of all entries together.
  private(set) var seconds = 0.0

  /// The number of an entry, which is made where there is none.
  func entry(_ step: String, of runner: Runner, node: Int) -> Int {
    let place = ObjectIdentifier(runner)
    for (index, known) in places.enumerated() where known.node == node && known.runner == place {
      if entries[index].step == step { return index }
    }
    places.append((place, node))
    entries.append(Entry(step: step, node: node >= 0 ? runner.network.graph.nodes[node] : nil))
    return entries.count - 1
  }

  func add(_ seconds: Double, flops: Int = 0, byteCount: Int = 0, to entry: Int) {
    entries[entry].calls &+= 1
    entries[entry].seconds += seconds
    entries[entry].flops &+= flops
    entries[entry].byteCount &+= byteCount
    self.seconds += seconds
  }

  /// Forgets the figures; entries keep their numbers.
  public func reset() {
    for index in entries.indices {
      entries[index].calls = 0
      entries[index].seconds = 0
      entries[index].flops = 0
      entries[index].byteCount = 0
    }
    seconds = 0
  }
}
