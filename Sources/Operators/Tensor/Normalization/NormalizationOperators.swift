import Graphs
import Tensors

let normalizationOperators: [RegistryEntry] = [
  RegistryEntry("Softmax") { (node) throws(Failure) in try Softmax(node, logarithm: false) },
  RegistryEntry("LogSoftmax") { (node) throws(Failure) in try Softmax(node, logarithm: true) },
  RegistryEntry("BatchNormalization") { (node) throws(Failure) in try BatchNormalization(node) },
  RegistryEntry("LayerNormalization") { (node) throws(Failure) in try LayerNormalization(node) },
  RegistryEntry("InstanceNormalization") { (node) throws(Failure) in try InstanceNormalization(node) },
  RegistryEntry("GroupNormalization") { (node) throws(Failure) in try GroupNormalization(node) },
]
