import Tensors

let matrixOperators: [RegistryEntry] = [
  RegistryEntry("MatMul") { (node) throws(Failure) in try MatMul(node) },
  RegistryEntry("Gemm", since: 7) { (node) throws(Failure) in try GeneralMatrixProduct(node) },
  RegistryEntry("MatMul", domain: "crnn") { (node) throws(Failure) in try PackedMatMul(node) },
]
