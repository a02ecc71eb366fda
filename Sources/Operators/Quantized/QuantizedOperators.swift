import Tensors

let quantizedOperators: [RegistryEntry] = [
  RegistryEntry("QuantizeLinear", since: 10, .number, .number, .integer) { (node) throws(Failure) in
    try LinearQuantization(node)
  },
  RegistryEntry("QuantizeLinear", domain: "com.microsoft", .number, .number, .integer) { (node) throws(Failure) in
    try LinearQuantization(node)
  },
  RegistryEntry("DequantizeLinear", since: 10, .integer, .float, .same) { (node) throws(Failure) in
    try LinearQuantization(node)
  },
  RegistryEntry("DequantizeLinear", domain: "com.microsoft", .integer, .float, .same) { (node) throws(Failure) in
    try LinearQuantization(node)
  },
  RegistryEntry("DynamicQuantizeLinear", since: 11, .float32) { (node) throws(Failure) in
    try DynamicQuantizeLinear(node)
  },
  RegistryEntry("ConvInteger", since: 10, .byte) { (node) throws(Failure) in try IntegerConvolution(node) },
  RegistryEntry("ConvInteger", domain: "crnn", .byte, .float32, .byte) { (node) throws(Failure) in
    try IntegerConvolution(node)
  },
  RegistryEntry("QLinearConv", since: 10, .byte, .float32, .same, .byte, .float32, .byte, .float32, .byte, .int32) {
    (node) throws(Failure) in try IntegerConvolution(node)
  },
  RegistryEntry(
    "QLinearConv", domain: "crnn", .byte, .float32, .same, .float32, .float32, .byte, .float32, .byte, .int32
  ) { (node) throws(Failure) in try IntegerConvolution(node) },
  RegistryEntry("MatMulInteger", since: 10, .byte) { (node) throws(Failure) in try IntegerMatMul(node) },
  RegistryEntry("MatMulInteger", domain: "crnn", .byte, .float32, .byte) { (node) throws(Failure) in
    try IntegerMatMul(node)
  },
  RegistryEntry("QLinearMatMul", since: 10, .byte, .float, .same, .byte, .float, .byte, .float, .byte) {
    (node) throws(Failure) in try IntegerMatMul(node)
  },
  RegistryEntry("QLinearMatMul", domain: "crnn", .byte, .float, .same, .float32, .float, .byte, .float, .byte) {
    (node) throws(Failure) in try IntegerMatMul(node)
  },
  RegistryEntry("MatMulIntegerToFloat", domain: "com.microsoft", .byte, .byte, .float, .float, .byte, .byte, .float) {
    (node) throws(Failure) in try IntegerMatMul(node)
  },
  RegistryEntry("MatMulIntegerToFloat", domain: "crnn", .byte, .float32, .float, .float, .byte, .byte, .float) {
    (node) throws(Failure) in try IntegerMatMul(node)
  },
  RegistryEntry("DynamicQuantizeMatMul", domain: "com.microsoft", .float32, .byte, .float32, .byte, .float32) {
    (node) throws(Failure) in try IntegerMatMul(node)
  },
  RegistryEntry("DynamicQuantizeMatMul", domain: "crnn", .float32, .float32, .float32, .byte, .float32) {
    (node) throws(Failure) in try IntegerMatMul(node)
  },
  RegistryEntry(
    "QGemm", domain: "com.microsoft", .byte, .float32, .same, .byte, .float32, .byte, .int32, .float32, .byte
  ) { (node) throws(Failure) in try IntegerMatMul(node) },
  RegistryEntry("QGemm", domain: "crnn", .byte, .float32, .same, .float32, .float32, .byte, .int32, .float32, .byte) {
    (node) throws(Failure) in try IntegerMatMul(node)
  },
  RegistryEntry(
    "DynamicQuantizeLSTM", domain: "com.microsoft", .float32, .byte, .byte, .float32, .int32, .float32, .float32,
    .floatOrByte
  ) { (node) throws(Failure) in try DynamicQuantizeLSTM(node) },
  RegistryEntry(
    "DynamicQuantizeLSTM", domain: "crnn", .float32, .float32, .float32, .float32, .float32, .int32, .float32
  ) { (node) throws(Failure) in try DynamicQuantizeLSTM(node) },
  RegistryEntry("QLinearAdd", domain: "com.microsoft", .any) { (node) throws(Failure) in try QuantizedWrapper(node) },
  RegistryEntry("QLinearMul", domain: "com.microsoft", .any) { (node) throws(Failure) in try QuantizedWrapper(node) },
  RegistryEntry("QLinearSigmoid", domain: "com.microsoft", .any) { (node) throws(Failure) in
    try QuantizedWrapper(node)
  },
  RegistryEntry("QLinearLeakyRelu", domain: "com.microsoft", .any) { (node) throws(Failure) in
    try QuantizedWrapper(node)
  },
  RegistryEntry("QLinearSoftmax", domain: "com.microsoft", .any) { (node) throws(Failure) in
    try QuantizedWrapper(node)
  },
  RegistryEntry("QLinearConcat", domain: "com.microsoft", .any) { (node) throws(Failure) in
    try QuantizedWrapper(node)
  },
  RegistryEntry("QLinearAveragePool", domain: "com.microsoft", .any) { (node) throws(Failure) in
    try QuantizedWrapper(node)
  },
  RegistryEntry("QLinearGlobalAveragePool", domain: "com.microsoft", .any) { (node) throws(Failure) in
    try QuantizedWrapper(node)
  },
]
