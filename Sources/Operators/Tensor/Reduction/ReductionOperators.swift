import Graphs
import KernelTable
import Tensors

let reductionOperators: [RegistryEntry] = [
  RegistryEntry("ReduceSum") { (node) throws(Failure) in try Reduce(node, .sum) },
  RegistryEntry("ReduceMean") { (node) throws(Failure) in try Reduce(node, .mean) },
  RegistryEntry("ReduceMax") { (node) throws(Failure) in try Reduce(node, .maximum) },
  RegistryEntry("ReduceMin") { (node) throws(Failure) in try Reduce(node, .minimum) },
  RegistryEntry("ReduceProd") { (node) throws(Failure) in try Reduce(node, .product) },
  RegistryEntry("ReduceL1") { (node) throws(Failure) in try Reduce(node, .sum, before: [Activation(.absolute)]) },
  RegistryEntry("ReduceL2") { (node) throws(Failure) in
    try Reduce(node, .sum, before: [Activation(.square)], after: [Activation(.sqrt)])
  },
  RegistryEntry("ReduceLogSum") { (node) throws(Failure) in try Reduce(node, .sum, after: [Activation(.log)]) },
  RegistryEntry("ReduceLogSumExp") { (node) throws(Failure) in try Reduce(node, .logSumExp) },
  RegistryEntry("ReduceSumSquare") { (node) throws(Failure) in
    try Reduce(node, .sum, before: [Activation(.square)])
  },
  RegistryEntry("ArgMax") { (node) throws(Failure) in try ArgExtreme(node, largest: true) },
  RegistryEntry("ArgMin") { (node) throws(Failure) in try ArgExtreme(node, largest: false) },
  RegistryEntry("CumSum") { (node) throws(Failure) in try CumSum(node) },
]
