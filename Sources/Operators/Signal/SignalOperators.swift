import Graphs
import Tensors

let signalOperators: [RegistryEntry] = [
  RegistryEntry("HannWindow", since: 17, .index) { (node) throws(Failure) in try CosineWindow(node, 0.5, 0.5, 0) },
  RegistryEntry("HammingWindow", since: 17, .index) { (node) throws(Failure) in
    try CosineWindow(node, 25.0 / 46, 21.0 / 46, 0)
  },
  RegistryEntry("BlackmanWindow", since: 17, .index) { (node) throws(Failure) in
    try CosineWindow(node, 0.42, 0.5, 0.08)
  },
  RegistryEntry("MelWeightMatrix", since: 17, .index, .index, .index, .float) { (node) throws(Failure) in
    try MelWeightMatrix(node)
  },
  RegistryEntry("DFT", since: 17, .float, .index) { (node) throws(Failure) in try FourierTransform(node) },
  RegistryEntry("STFT", since: 17, .float, .index, .same, .index) { (node) throws(Failure) in
    try ShortTimeFourierTransform(node)
  },
]
