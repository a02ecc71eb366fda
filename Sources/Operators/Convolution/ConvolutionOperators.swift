import Graphs
import Tensors

let convolutionOperators: [RegistryEntry] = [
  RegistryEntry("Conv") { (node) throws(Failure) in try Convolution(node) },
  RegistryEntry("Conv", domain: "crnn") { (node) throws(Failure) in try Convolution(node) },
  RegistryEntry("ConvTranspose") { (node) throws(Failure) in try TransposedConvolution(node) },
  RegistryEntry("ConvTranspose", domain: "crnn") { (node) throws(Failure) in try TransposedConvolution(node) },
]
