import Graphs
import Tensors

let poolingOperators: [RegistryEntry] = [
  RegistryEntry("MaxPool", .floatOrByte) { (node) throws(Failure) in try Pooling(node, .maximum) },
  RegistryEntry("AveragePool", .float) { (node) throws(Failure) in try Pooling(node, .average) },
  RegistryEntry("LpPool", .float) { (node) throws(Failure) in try LpPool(node) },
  RegistryEntry("GlobalMaxPool", .float) { (node) throws(Failure) in try GlobalPooling(node, .maximum) },
  RegistryEntry("GlobalAveragePool", .float) { (node) throws(Failure) in try GlobalPooling(node, .mean) },
]
