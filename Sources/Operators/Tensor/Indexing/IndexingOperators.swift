import Graphs
import Tensors

let indexingOperators: [RegistryEntry] = [
  RegistryEntry("Gather") { (node) throws(Failure) in try Gather(node) },
  RegistryEntry("GatherElements") { (node) throws(Failure) in try GatherElements(node) },
  RegistryEntry("GatherND") { (node) throws(Failure) in try GatherND(node) },
  RegistryEntry("ScatterND") { (node) throws(Failure) in try ScatterND(node) },
  RegistryEntry("ScatterElements") { (node) throws(Failure) in try ScatterElements(node) },
  RegistryEntry("OneHot") { (node) throws(Failure) in try OneHot(node) },
  RegistryEntry("Trilu") { (node) throws(Failure) in try Trilu(node) },
  RegistryEntry("TopK") { (node) throws(Failure) in try TopK(node) },
]
