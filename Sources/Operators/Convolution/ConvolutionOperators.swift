import Graphs
import Tensors

let convolutionOperators: [RegistryEntry] = [
  RegistryEntry("Conv", .float, .same) { (node) throws(Failure) in try Convolution(node) },
  RegistryEntry("Conv", domain: "crnn", .float32) { (node) throws(Failure) in try Convolution(node) },
  RegistryEntry("ConvTranspose", .float, .same) { (node) throws(Failure) in try TransposedConvolution(node) },
  RegistryEntry("ConvTranspose", domain: "crnn", .float32) { (node) throws(Failure) in
    try TransposedConvolution(node)
  },
]
