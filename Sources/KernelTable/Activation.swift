/// A function of one number, with its parameters (ONNX's names and meanings).
public struct Activation: Sendable, Equatable {
  public enum Function: Int, Sendable {
    case identity = 0
    case relu = 1
    /// max(x, 0) + alpha · min(x, 0)
    case leakyRelu = 2
    /// Bounded to alpha … beta.
    case clip = 3
    case sigmoid = 4
    case tanh = 5
    /// max(0, min(1, alpha · x + beta))
    case hardSigmoid = 6
    /// x · max(0, min(1, x / 6 + 1 / 2))
    case hardSwish = 7
    case exp = 8
    case log = 9
    case sqrt = 10
    case reciprocal = 11
    case negate = 12
    case absolute = 13
    /// x > 0 ? x : alpha · (exp(x) - 1)
    case elu = 14
    /// beta · (x > 0 ? x : alpha · (exp(x) - 1)): gamma is beta here.
    case selu = 15
    /// log(1 + exp(x))
    case softplus = 16
    /// x / (1 + |x|)
    case softsign = 17
    case erf = 18
    /// x · Φ(x), by erf
    case gelu = 19
    /// The tanh approximation of it.
    case geluTanh = 20
    /// alpha · x + beta
    case affine = 21
    /// alpha · tanh(beta · x)
    case scaledTanh = 22
    /// x >= alpha ? x : 0 (ONNX: x > alpha for the operator ThresholdedRelu, x >= alpha in recurrent layers)
    case thresholdedRelu = 23
    /// x · sigmoid(alpha · x)
    case swish = 24
    /// x · tanh(softplus(x))
    case mish = 25
    case floor = 26
    case ceil = 27
    /// Half to even.
    case round = 28
    case sin = 29
    case cos = 30
    case square = 31
    /// 1 / sqrt(x)
    case reciprocalSqrt = 32
    case sign = 33
  }

  public var function: Function
  public var alpha: Float
  public var beta: Float

  public init(_ function: Function, alpha: Float = 0, beta: Float = 0) {
    self.function = function
    self.alpha = alpha
    self.beta = beta
  }

  public static let identity = Activation(.identity)
}

public enum BinaryFunction: Int, Sendable {
  case add = 0
  case subtract = 1
  case multiply = 2
  case divide = 3
  /// Of ONNX: NaN if either is NaN.
  case maximum = 4
  case minimum = 5
}
