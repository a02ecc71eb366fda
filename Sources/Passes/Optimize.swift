import Graphs
import Tensors

/// Rewrites a graph as read from a file into the one that is run and saved: constants folded, normalisations and
/// activations fused into what comes before them, weights packed for the kernels, and nothing left that no output needs.
///
/// Each pass is one file. A pass leaves the graph's results unchanged but for rounding.
public func optimize(_ graph: Graph) throws(Failure) {
  try checkMemory(nodes: graph.nodes.count)
  try foldConstants(graph)
  try optimizeSubgraphs(graph)
  dropZeroStates(graph)
  removeDeadNodes(graph)
  try checkMemory(nodes: graph.nodes.count)
  try straightenConvolutions(graph)
  try foldBatchNormalization(graph)
  try fuseBias(graph)
  try recognizeSwish(graph)
  try checkMemory(nodes: graph.nodes.count)
  try packWeights(graph)
  try fuseSums(graph)
  try checkMemory(nodes: graph.nodes.count)
  try fuseActivations(graph)
  removeDeadNodes(graph)
}
