import Graphs
import Tensors

/// Checks one graph, without its subgraphs: every number names a value, every value is made once and before it is used.
/// `outer` is the number of values of the enclosing graph; nil for the main graph.
func checkConsistency(of graph: Graph, outer: Int?) throws(Failure) {
  let count = graph.values.count
  var isMade = [Bool](repeating: false, count: count)
  for index in 0..<count where graph.values[index].constant != nil { isMade[index] = true }

  func check(_ value: ValueID, _ place: StaticString, _ position: Int) throws(Failure) {
    guard value >= 0, value < count else {
      throw Failure(.invalidModel, "\(place) \(position) of graph '\(graph.name)' is value \(value) of \(count)")
    }
  }
  for (position, value) in graph.inputs.enumerated() {
    try check(value, "input", position)
    // A constant that is an input as well is the input's default.
    isMade[value] = true
  }
  guard graph.captures.isEmpty || outer != nil else {
    throw Failure(.invalidModel, "the main graph '\(graph.name)' captures values")
  }
  for (position, capture) in graph.captures.enumerated() {
    try check(capture.inner, "capture", position)
    guard let outer, capture.outer >= 0, capture.outer < outer else {
      throw Failure(.invalidModel, "capture \(position) of graph '\(graph.name)' takes value \(capture.outer)")
    }
    guard !isMade[capture.inner] else {
      throw Failure(.invalidModel, "value '\(graph.values[capture.inner].name)' is made twice")
    }
    isMade[capture.inner] = true
  }
  for node in graph.nodes {
    for case let value? in node.inputs {
      guard value >= 0, value < count else { throw node.failure(.invalidModel, "takes value \(value) of \(count)") }
      guard isMade[value] else {
        throw node.failure(.invalidModel, "takes value '\(graph.values[value].name)' before it is made")
      }
    }
    for case let value? in node.outputs {
      guard value >= 0, value < count else { throw node.failure(.invalidModel, "makes value \(value) of \(count)") }
      guard !isMade[value] else {
        throw node.failure(.invalidModel, "makes value '\(graph.values[value].name)' a second time")
      }
      isMade[value] = true
    }
  }
  for (position, value) in graph.outputs.enumerated() {
    try check(value, "output", position)
    guard isMade[value] else {
      throw Failure(.invalidModel, "output '\(graph.values[value].name)' of graph '\(graph.name)' is never made")
    }
  }
}
