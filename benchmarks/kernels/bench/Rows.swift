import KernelTable

private let functions: [(String, Activation)] = [
  ("relu", Activation(.relu)), ("leakyRelu", Activation(.leakyRelu, alpha: 0.1)), ("sigmoid", Activation(.sigmoid)),
  ("tanh", Activation(.tanh)), ("hardSigmoid", Activation(.hardSigmoid, alpha: 0.2, beta: 0.5)),
  ("hardSwish", Activation(.hardSwish)), ("exp", Activation(.exp)), ("log", Activation(.log)),
  ("sqrt", Activation(.sqrt)), ("reciprocal", Activation(.reciprocal)), ("elu", Activation(.elu, alpha: 1)),
  ("softplus", Activation(.softplus)), ("softsign", Activation(.softsign)), ("erf", Activation(.erf)),
  ("gelu", Activation(.gelu)), ("geluTanh", Activation(.geluTanh)), ("swish", Activation(.swish, alpha: 1)),
  ("mish", Activation(.mish)), ("round", Activation(.round)), ("sin", Activation(.sin)),
]

/// Functions of rows: nanoseconds an element on 4096 elements in cache.
func benchmarkRows(_ table: KernelTable) {
  let count = 4096
  let x = buffer(count), y = buffer(count), z = buffer(count)
  func report(_ name: String, elements: Int, _ body: () -> Void) {
    print("  \(padded(name, 18)) \(decimal(seconds(body) / Double(elements) * 1e9, 3)) ns/element")
  }
  for (name, activation) in functions { report(name, elements: count) { table.unary(activation, x, y, count) } }
  report("add", elements: count) { table.binary(.add, x, 1, y, 1, z, count) }
  report("maximum of two", elements: count) { table.binary(.maximum, x, 1, y, 1, z, count) }
  report("softmax of 97", elements: 97) { table.softmax(x, y, 97, false) }
  report("log-softmax of 97", elements: 97) { table.softmax(x, y, 97, true) }
  report("softmax of 4096", elements: count) { table.softmax(x, y, count, false) }
  var result: Float = 0
  report("sum", elements: count) { result += table.sum(x, count) }
  report("maximum", elements: count) { result += table.maximum(x, count) }
  for memory in [x, y, z] { memory.deallocate() }
}

/// The cells of recurrent layers: microseconds a step, and nanoseconds an element.
func benchmarkCells(_ table: KernelTable) {
  for (gates, units, rows) in [(4, 64, 1), (4, 256, 1), (4, 256, 8), (3, 256, 1)] {
    let products = buffer(rows * gates * units), projection = buffer(rows * gates * units)
    let previous = buffer(rows * units), cell = buffer(rows * units), hidden = buffer(rows * units)
    let time = seconds {
      table.gatedCells(
        GatedCells(
          form: gates == 4 ? .lstm : .gru, rows: rows, units: units, products: products, productStride: gates * units,
          candidate: (gates - 1) * units, projection: projection, projectionStride: gates * units, bias: nil,
          previous: previous, previousStride: units, cell: cell, cellStride: units, hidden: hidden,
          hiddenStride: units))
    }
    print(
      "  \(gates == 4 ? "LSTM" : "GRU") cells, \(rows)×\(units): \(decimal(time * 1e6, 2)) µs, "
        + "\(decimal(time / Double(rows * units) * 1e9, 3)) ns/element")
    for memory in [products, projection, previous, cell, hidden] { memory.deallocate() }
  }
}
