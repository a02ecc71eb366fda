import CSystem
import Graphs
import KernelTable
import Tensors

let elementwiseOperators: [RegistryEntry] = [
  RegistryEntry("Relu") { (node) throws(Failure) in try Unary(node, Activation(.relu)) },
  RegistryEntry("LeakyRelu") { (node) throws(Failure) in
    try Unary(node, Activation(.leakyRelu, alpha: node.float("alpha", default: 0.01)))
  },
  RegistryEntry("PRelu") { (node) throws(Failure) in try PRelu(node) },
  RegistryEntry("Elu") { (node) throws(Failure) in
    try Unary(node, Activation(.elu, alpha: node.float("alpha", default: 1)))
  },
  RegistryEntry("Selu") { (node) throws(Failure) in
    try Unary(
      node,
      Activation(
        .selu, alpha: node.float("alpha", default: 1.673_263_2), beta: node.float("gamma", default: 1.050_700_9)))
  },
  RegistryEntry("Celu") { (node) throws(Failure) in try Unary.celu(node) },
  RegistryEntry("Clip") { (node) throws(Failure) in try Clip(node) },
  RegistryEntry("HardSigmoid") { (node) throws(Failure) in
    try Unary(
      node,
      Activation(.hardSigmoid, alpha: node.float("alpha", default: 0.2), beta: node.float("beta", default: 0.5)))
  },
  RegistryEntry("HardSwish") { (node) throws(Failure) in try Unary(node, Activation(.hardSwish)) },
  RegistryEntry("Sigmoid") { (node) throws(Failure) in try Unary(node, Activation(.sigmoid)) },
  RegistryEntry("Tanh") { (node) throws(Failure) in try Unary(node, Activation(.tanh)) },
  RegistryEntry("Softplus") { (node) throws(Failure) in try Unary(node, Activation(.softplus)) },
  RegistryEntry("Softsign") { (node) throws(Failure) in try Unary(node, Activation(.softsign)) },
  RegistryEntry("Erf") { (node) throws(Failure) in try Unary(node, Activation(.erf)) },
  RegistryEntry("Gelu") { (node) throws(Failure) in try Unary.gelu(node) },
  RegistryEntry("Mish") { (node) throws(Failure) in try Unary(node, Activation(.mish)) },
  RegistryEntry("Swish") { (node) throws(Failure) in
    try Unary(node, Activation(.swish, alpha: node.float("alpha", default: 1)))
  },
  RegistryEntry("ThresholdedRelu") { (node) throws(Failure) in try Unary.thresholdedRelu(node) },
  RegistryEntry("Exp") { (node) throws(Failure) in try Unary(node, Activation(.exp)) },
  RegistryEntry("Log") { (node) throws(Failure) in try Unary(node, Activation(.log)) },
  RegistryEntry("Sqrt") { (node) throws(Failure) in try Unary(node, Activation(.sqrt)) },
  RegistryEntry("Reciprocal") { (node) throws(Failure) in try Unary(node, Activation(.reciprocal)) },
  RegistryEntry("Neg") { (node) throws(Failure) in try Unary(node, Activation(.negate)) },
  RegistryEntry("Abs") { (node) throws(Failure) in try Unary(node, Activation(.absolute)) },
  RegistryEntry("Floor") { (node) throws(Failure) in try Unary(node, Activation(.floor)) },
  RegistryEntry("Ceil") { (node) throws(Failure) in try Unary(node, Activation(.ceil)) },
  RegistryEntry("Round") { (node) throws(Failure) in try Unary(node, Activation(.round)) },
  RegistryEntry("Sign") { (node) throws(Failure) in try Unary(node, Activation(.sign)) },
  RegistryEntry("Sin") { (node) throws(Failure) in try Unary(node, Activation(.sin)) },
  RegistryEntry("Cos") { (node) throws(Failure) in try Unary(node, Activation(.cos)) },
  RegistryEntry("Tan") { (node) throws(Failure) in try MathFunction(node) { tan($0) } },
  RegistryEntry("Asin") { (node) throws(Failure) in try MathFunction(node) { asin($0) } },
  RegistryEntry("Acos") { (node) throws(Failure) in try MathFunction(node) { acos($0) } },
  RegistryEntry("Atan") { (node) throws(Failure) in try MathFunction(node) { atan($0) } },
  RegistryEntry("Sinh") { (node) throws(Failure) in try MathFunction(node) { sinh($0) } },
  RegistryEntry("Cosh") { (node) throws(Failure) in try MathFunction(node) { cosh($0) } },
  RegistryEntry("Asinh") { (node) throws(Failure) in try MathFunction(node) { asinh($0) } },
  RegistryEntry("Acosh") { (node) throws(Failure) in try MathFunction(node) { acosh($0) } },
  RegistryEntry("Atanh") { (node) throws(Failure) in try MathFunction(node) { atanh($0) } },
  RegistryEntry("Not") { (node) throws(Failure) in try Predicate(node, .isFalse) },
  RegistryEntry("IsNaN") { (node) throws(Failure) in try Predicate(node, .isNaN) },
  RegistryEntry("IsInf") { (node) throws(Failure) in try Predicate.isInfinite(node) },
  RegistryEntry("Add") { (node) throws(Failure) in try Binary(node, .add) },
  RegistryEntry("Sub") { (node) throws(Failure) in try Binary(node, .subtract) },
  RegistryEntry("Mul") { (node) throws(Failure) in try Binary(node, .multiply) },
  RegistryEntry("Div") { (node) throws(Failure) in try Binary(node, .divide) },
  RegistryEntry("Pow") { (node) throws(Failure) in try Power(node) },
  RegistryEntry("Mod") { (node) throws(Failure) in try Modulo(node) },
  RegistryEntry("Min") { (node) throws(Failure) in try Variadic(node, .minimum) },
  RegistryEntry("Max") { (node) throws(Failure) in try Variadic(node, .maximum) },
  RegistryEntry("Mean") { (node) throws(Failure) in try Variadic(node, .add, averages: true) },
  RegistryEntry("Sum") { (node) throws(Failure) in try Variadic(node, .add) },
  RegistryEntry("And") { (node) throws(Failure) in try Binary(node, .and) },
  RegistryEntry("Or") { (node) throws(Failure) in try Binary(node, .or) },
  RegistryEntry("Xor") { (node) throws(Failure) in try Binary(node, .xor) },
  RegistryEntry("Equal") { (node) throws(Failure) in try Binary(node, .equal) },
  RegistryEntry("Less") { (node) throws(Failure) in try Binary(node, .less) },
  RegistryEntry("LessOrEqual") { (node) throws(Failure) in try Binary(node, .lessOrEqual) },
  RegistryEntry("Greater") { (node) throws(Failure) in try Binary(node, .greater) },
  RegistryEntry("GreaterOrEqual") { (node) throws(Failure) in try Binary(node, .greaterOrEqual) },
  RegistryEntry("Where") { (node) throws(Failure) in try Where(node) },
]
