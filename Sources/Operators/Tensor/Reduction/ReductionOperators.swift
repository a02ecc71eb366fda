import Graphs
import KernelTable
import Tensors

let reductionOperators: [RegistryEntry] = [
  RegistryEntry("ReduceSum", .number, .int64) { (node) throws(Failure) in try Reduce(node, .sum) },
  RegistryEntry("ReduceMean", .number, .int64) { (node) throws(Failure) in try Reduce(node, .mean) },
  RegistryEntry("ReduceMax", .any, .int64) { (node) throws(Failure) in try Reduce(node, .maximum) },
  RegistryEntry("ReduceMin", .any, .int64) { (node) throws(Failure) in try Reduce(node, .minimum) },
  RegistryEntry("ReduceProd", .number, .int64) { (node) throws(Failure) in try Reduce(node, .product) },
  RegistryEntry("ReduceL1", .number, .int64) { (node) throws(Failure) in
    try Reduce(node, .sum, before: [Activation(.absolute)])
  },
  RegistryEntry("ReduceL2", .number, .int64) { (node) throws(Failure) in
    try Reduce(node, .sum, before: [Activation(.square)], after: [Activation(.sqrt)])
  },
  RegistryEntry("ReduceLogSum", .number, .int64) { (node) throws(Failure) in
    try Reduce(node, .sum, after: [Activation(.log)])
  },
  RegistryEntry("ReduceLogSumExp", .number, .int64) { (node) throws(Failure) in try Reduce(node, .logSumExp) },
  RegistryEntry("ReduceSumSquare", .number, .int64) { (node) throws(Failure) in
    try Reduce(node, .sum, before: [Activation(.square)])
  },
  RegistryEntry("ArgMax", .number) { (node) throws(Failure) in try ArgExtreme(node, largest: true) },
  RegistryEntry("ArgMin", .number) { (node) throws(Failure) in try ArgExtreme(node, largest: false) },
  RegistryEntry("CumSum", since: 11, .number, .index) { (node) throws(Failure) in try CumSum(node) },
]
