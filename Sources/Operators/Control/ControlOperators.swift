import Graphs
import Tensors

let controlOperators: [RegistryEntry] = [
  RegistryEntry("If", .bool) { (node) throws(Failure) in try If(node) },
  RegistryEntry("Loop", .int64, .bool, .any) { (node) throws(Failure) in try Loop(node) },
  RegistryEntry("Scan", since: 8) { (node) throws(Failure) in try Scan(node) },
]
