import Graphs
import Tensors

let normalizationOperators: [RegistryEntry] = [
  RegistryEntry("Softmax", .float) { (node) throws(Failure) in try Softmax(node, logarithm: false) },
  RegistryEntry("LogSoftmax", .float) { (node) throws(Failure) in try Softmax(node, logarithm: true) },
  RegistryEntry("BatchNormalization", since: 6, .float) { (node) throws(Failure) in try BatchNormalization(node) },
  RegistryEntry("LayerNormalization", .float) { (node) throws(Failure) in try LayerNormalization(node) },
  RegistryEntry("InstanceNormalization", .float) { (node) throws(Failure) in try InstanceNormalization(node) },
  RegistryEntry("GroupNormalization", since: 18, .float) { (node) throws(Failure) in try GroupNormalization(node) },
  RegistryEntry("RMSNormalization", since: 23, .float) { (node) throws(Failure) in try RMSNormalization(node) },
  RegistryEntry("LpNormalization", .float) { (node) throws(Failure) in try LpNormalization(node) },
  RegistryEntry("MeanVarianceNormalization", since: 9, .float) { (node) throws(Failure) in
    try MeanVarianceNormalization(node)
  },
  RegistryEntry("LRN", .float) { (node) throws(Failure) in try LocalResponseNormalization(node) },
  RegistryEntry("Hardmax", .float) { (node) throws(Failure) in try Hardmax(node) },
]
