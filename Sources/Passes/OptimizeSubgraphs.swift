import Graphs
import Tensors

/// Optimises the graphs inside a graph's nodes, to which the constants that they capture become constants of their own.
func optimizeSubgraphs(_ graph: Graph) throws(Failure) {
  for node in graph.nodes {
    for subgraph in node.subgraphs {
      for (outer, inner) in subgraph.captures { subgraph.values[inner].constant = graph.values[outer].constant }
      subgraph.captures.removeAll { graph.values[$0.outer].constant != nil }
      try optimize(subgraph)
    }
  }
}
