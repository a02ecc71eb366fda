import Graphs
import Tensors

/// An order in which every node comes after those that make what it uses, as close to the present one as can be; nil
/// when the present one will do. Fails when a node depends on itself.
///
/// - Parameters:
///   - uses: for each node, the values it uses.
///   - makers: for each value the node that makes it; every value in `uses` has one.
func executionOrder(of graph: Graph, uses: [[ValueID]], makers: [Int]) throws(Failure) -> [Int]? {
  let isSorted = uses.indices.allSatisfy { node in
    uses[node].allSatisfy { value in makers[value] < node }
  }
  if isSorted { return nil }

  enum Mark { case unseen, open, done }
  var marks = [Mark](repeating: .unseen, count: uses.count)
  var order: [Int] = []
  // Depth first, with a stack of our own: a long chain of nodes must not exhaust the thread's.
  var stack: [(node: Int, nextUse: Int)] = []
  for start in uses.indices where marks[start] == .unseen {
    marks[start] = .open
    stack.append((start, 0))
    while let (node, nextUse) = stack.last {
      guard nextUse < uses[node].count else {
        marks[node] = .done
        order.append(node)
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].nextUse += 1
      let value = uses[node][nextUse]
      let maker = makers[value]
      switch marks[maker] {
      case .done: break
      case .unseen:
        marks[maker] = .open
        stack.append((maker, 0))
      case .open:
        throw graph.nodes[node].failure(
          .invalidModel, "its input '\(graph.values[value].name)' depends on the node's own output")
      }
    }
  }
  return order
}
