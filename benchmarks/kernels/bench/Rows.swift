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

/// Functions of rows: nanoseconds an element on 4096 elements in cache, and the cells of recurrent layers.
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
  let units = 256
  let cell = LSTMCell(
    units: units, input: x, output: x + units, forget: x + 2 * units, candidate: x + 3 * units, cell: y, hidden: z)
  report("LSTM cell of 256", elements: units) { table.lstmCell(cell) }
  let gates = GRUCell(
    units: units, inputUpdate: x, inputReset: x + units, inputCandidate: x + 2 * units, hiddenUpdate: x + 3 * units,
    hiddenReset: x + 4 * units, hiddenCandidate: x + 5 * units, previous: z, hidden: z)
  report("GRU cell of 256", elements: units) { table.gruCell(gates) }
  for memory in [x, y, z] { memory.deallocate() }
}
