import Tensors

let matrixOperators: [RegistryEntry] = [
  RegistryEntry("MatMul", .number, .same) { (node) throws(Failure) in try MatMul(node) },
  RegistryEntry("Gemm", since: 6, .number, .same) { (node) throws(Failure) in try GeneralMatrixProduct(node) },
  RegistryEntry("FusedMatMul", domain: "com.microsoft", .float, .same) { (node) throws(Failure) in
    try FusedMatMul(node)
  },
  RegistryEntry("Einsum", since: 12, .number, .same) { (node) throws(Failure) in try Einsum(node) },
  RegistryEntry("MatMul", domain: "crnn", .float32) { (node) throws(Failure) in try PackedMatMul(node) },
]
