import CSystem
import Graphs
import KernelTable
import Tensors

let elementwiseOperators: [RegistryEntry] = [
  RegistryEntry("Relu", .signed) { (node) throws(Failure) in try Unary(node, Activation(.relu)) },
  RegistryEntry("LeakyRelu", .float) { (node) throws(Failure) in
    try Unary(node, Activation(.leakyRelu, alpha: node.float("alpha", default: 0.01)))
  },
  RegistryEntry("PRelu", .number, .same) { (node) throws(Failure) in try PRelu(node) },
  RegistryEntry("Elu", .float) { (node) throws(Failure) in
    try Unary(node, Activation(.elu, alpha: node.float("alpha", default: 1)))
  },
  RegistryEntry("Selu", .float) { (node) throws(Failure) in
    try Unary(
      node,
      Activation(
        .selu, alpha: node.float("alpha", default: 1.673_263_2), beta: node.float("gamma", default: 1.050_701_02)))
  },
  RegistryEntry("Celu", since: 12, .float) { (node) throws(Failure) in try Unary.celu(node) },
  RegistryEntry("Clip", .number, .same) { (node) throws(Failure) in try Clip(node) },
  RegistryEntry("HardSigmoid", .float) { (node) throws(Failure) in
    try Unary(
      node,
      Activation(.hardSigmoid, alpha: node.float("alpha", default: 0.2), beta: node.float("beta", default: 0.5)))
  },
  RegistryEntry("HardSwish", since: 14, .float) { (node) throws(Failure) in try Unary(node, Activation(.hardSwish)) },
  RegistryEntry("Sigmoid", .float) { (node) throws(Failure) in try Unary(node, Activation(.sigmoid)) },
  RegistryEntry("Tanh", .float) { (node) throws(Failure) in try Unary(node, Activation(.tanh)) },
  RegistryEntry("Softplus", .float) { (node) throws(Failure) in try Unary(node, Activation(.softplus)) },
  RegistryEntry("Softsign", .float) { (node) throws(Failure) in try Unary(node, Activation(.softsign)) },
  RegistryEntry("Erf", since: 9, .number) { (node) throws(Failure) in try Unary(node, Activation(.erf)) },
  RegistryEntry("Gelu", since: 20, .float) { (node) throws(Failure) in try Unary.gelu(node) },
  RegistryEntry("Mish", since: 18, .float) { (node) throws(Failure) in try Unary(node, Activation(.mish)) },
  RegistryEntry("Swish", since: 24, .float) { (node) throws(Failure) in
    try Unary(node, Activation(.swish, alpha: node.float("alpha", default: 1)))
  },
  RegistryEntry("Shrink", since: 9, .number) { (node) throws(Failure) in try MathFunction.shrink(node) },
  RegistryEntry("ThresholdedRelu", since: 10, .float) { (node) throws(Failure) in try Unary.thresholdedRelu(node) },
  RegistryEntry("Exp", .float) { (node) throws(Failure) in try Unary(node, Activation(.exp)) },
  RegistryEntry("Log", .float) { (node) throws(Failure) in try Unary(node, Activation(.log)) },
  RegistryEntry("Sqrt", .float) { (node) throws(Failure) in try Unary(node, Activation(.sqrt)) },
  RegistryEntry("Reciprocal", .float) { (node) throws(Failure) in try Unary(node, Activation(.reciprocal)) },
  RegistryEntry("Neg", .signed) { (node) throws(Failure) in try Unary(node, Activation(.negate)) },
  RegistryEntry("Abs", .number) { (node) throws(Failure) in try Unary(node, Activation(.absolute)) },
  RegistryEntry("Floor", .float) { (node) throws(Failure) in try Unary(node, Activation(.floor)) },
  RegistryEntry("Ceil", .float) { (node) throws(Failure) in try Unary(node, Activation(.ceil)) },
  RegistryEntry("Round", since: 11, .float) { (node) throws(Failure) in try Unary(node, Activation(.round)) },
  RegistryEntry("Sign", since: 9, .number) { (node) throws(Failure) in try Unary(node, Activation(.sign)) },
  RegistryEntry("Sin", since: 7, .float) { (node) throws(Failure) in try Unary(node, Activation(.sin)) },
  RegistryEntry("Cos", since: 7, .float) { (node) throws(Failure) in try Unary(node, Activation(.cos)) },
  RegistryEntry("Tan", since: 7, .float) { (node) throws(Failure) in try MathFunction(node) { tan($0) } },
  RegistryEntry("Asin", since: 7, .float) { (node) throws(Failure) in try MathFunction(node) { asin($0) } },
  RegistryEntry("Acos", since: 7, .float) { (node) throws(Failure) in try MathFunction(node) { acos($0) } },
  RegistryEntry("Atan", since: 7, .float) { (node) throws(Failure) in try MathFunction(node) { atan($0) } },
  RegistryEntry("Sinh", since: 9, .float) { (node) throws(Failure) in try MathFunction(node) { sinh($0) } },
  RegistryEntry("Cosh", since: 9, .float) { (node) throws(Failure) in try MathFunction(node) { cosh($0) } },
  RegistryEntry("Asinh", since: 9, .float) { (node) throws(Failure) in try MathFunction(node) { asinh($0) } },
  RegistryEntry("Acosh", since: 9, .float) { (node) throws(Failure) in try MathFunction(node) { acosh($0) } },
  RegistryEntry("Atanh", since: 9, .float) { (node) throws(Failure) in try MathFunction(node) { atanh($0) } },
  RegistryEntry("Not", .bool) { (node) throws(Failure) in try Predicate(node, .isFalse) },
  RegistryEntry("IsNaN", since: 9, .float) { (node) throws(Failure) in try Predicate(node, .isNaN) },
  RegistryEntry("IsInf", since: 10, .float) { (node) throws(Failure) in try Predicate.isInfinite(node) },
  RegistryEntry("Add", since: 6, .number, .same) { (node) throws(Failure) in try Binary(node, .add) },
  RegistryEntry("Sub", since: 6, .number, .same) { (node) throws(Failure) in try Binary(node, .subtract) },
  RegistryEntry("Mul", since: 6, .number, .same) { (node) throws(Failure) in try Binary(node, .multiply) },
  RegistryEntry("Div", since: 6, .number, .same) { (node) throws(Failure) in try Binary(node, .divide) },
  RegistryEntry("Pow", since: 6, .number) { (node) throws(Failure) in try Power(node) },
  RegistryEntry("Mod", since: 10, .number, .same) { (node) throws(Failure) in try Modulo(node) },
  RegistryEntry("Min", .number, .same) { (node) throws(Failure) in try Variadic(node, .minimum) },
  RegistryEntry("Max", .number, .same) { (node) throws(Failure) in try Variadic(node, .maximum) },
  RegistryEntry("Mean", .float, .same) { (node) throws(Failure) in try Variadic(node, .add, averages: true) },
  RegistryEntry("Sum", .float, .same) { (node) throws(Failure) in try Variadic(node, .add) },
  RegistryEntry("And", since: 7, .bool) { (node) throws(Failure) in try Binary(node, .and) },
  RegistryEntry("Or", since: 7, .bool) { (node) throws(Failure) in try Binary(node, .or) },
  RegistryEntry("Xor", since: 7, .bool) { (node) throws(Failure) in try Binary(node, .xor) },
  RegistryEntry("Equal", since: 7, .any, .same) { (node) throws(Failure) in try Binary(node, .equal) },
  RegistryEntry("Less", since: 7, .number, .same) { (node) throws(Failure) in try Binary(node, .less) },
  RegistryEntry("LessOrEqual", since: 12, .number, .same) { (node) throws(Failure) in try Binary(node, .lessOrEqual) },
  RegistryEntry("Greater", since: 7, .number, .same) { (node) throws(Failure) in try Binary(node, .greater) },
  RegistryEntry("GreaterOrEqual", since: 12, .number, .same) { (node) throws(Failure) in
    try Binary(node, .greaterOrEqual)
  },
  RegistryEntry("Where", since: 9, .bool, .any) { (node) throws(Failure) in try Where(node) },
]
