import Graphs
import Tensors

let indexingOperators: [RegistryEntry] = [
  RegistryEntry("Gather", .any, .index) { (node) throws(Failure) in try Gather(node) },
  RegistryEntry("GatherElements", since: 11, .any, .index) { (node) throws(Failure) in try GatherElements(node) },
  RegistryEntry("GatherND", since: 11, .any, .int64) { (node) throws(Failure) in try GatherND(node) },
  RegistryEntry("ScatterND", since: 11, .any, .int64, .same) { (node) throws(Failure) in try ScatterND(node) },
  RegistryEntry("ScatterElements", since: 11, .any, .index, .same) { (node) throws(Failure) in
    try ScatterElements(node)
  },
  RegistryEntry("ReverseSequence", since: 10, .any, .int64) { (node) throws(Failure) in try ReverseSequence(node) },
  RegistryEntry("OneHot", since: 9, .number, .number, .any) { (node) throws(Failure) in try OneHot(node) },
  RegistryEntry("Trilu", since: 14, .any, .int64) { (node) throws(Failure) in try Trilu(node) },
  RegistryEntry("TopK", .number, .int64) { (node) throws(Failure) in try TopK(node) },
  RegistryEntry("NonZero", since: 9, .any) { (node) throws(Failure) in try NonZero(node) },
  RegistryEntry("Compress", since: 9, .any, .bool) { (node) throws(Failure) in try Compress(node) },
]
