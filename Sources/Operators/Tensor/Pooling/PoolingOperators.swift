import Graphs
import Tensors

let poolingOperators: [RegistryEntry] = [
  RegistryEntry("MaxPool") { (node) throws(Failure) in try Pooling(node, .maximum) },
  RegistryEntry("AveragePool") { (node) throws(Failure) in try Pooling(node, .average) },
  RegistryEntry("GlobalMaxPool") { (node) throws(Failure) in try GlobalPooling(node, .maximum) },
  RegistryEntry("GlobalAveragePool") { (node) throws(Failure) in try GlobalPooling(node, .mean) },
]
