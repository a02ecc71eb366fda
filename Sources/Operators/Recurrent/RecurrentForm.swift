import Graphs
import KernelTable
import Tensors

/// The kinds of recurrent layer.
enum RecurrentCell {
  case lstm, gru, rnn

  var name: String {
    switch self {
    case .lstm: "LSTM"
    case .gru: "GRU"
    case .rnn: "RNN"
    }
  }

  var gates: Int {
    switch self {
    case .lstm: 4
    case .gru: 3
    case .rnn: 1
    }
  }

  var defaultActivations: [Activation] {
    switch self {
    case .lstm: [Activation(.sigmoid), Activation(.tanh), Activation(.tanh)]
    case .gru: [Activation(.sigmoid), Activation(.tanh)]
    case .rnn: [Activation(.tanh)]
    }
  }
}

/// The attributes of LSTM, GRU and RNN nodes.
struct RecurrentForm {
  enum Direction: Int { case forward, reverse, bidirectional }

  let cell: RecurrentCell
  let direction: Direction
  /// nil when only the weights tell.
  let hiddenSize: Int?
  /// 0: `[T, N, …]`, 1: `[N, T, …]`.
  let layout: Int
  /// Bounds of what goes into activations; nil for none.
  let clip: Float?
  /// For each direction: f, g, h for LSTM; f, g for GRU; f for RNN.
  let activations: [[Activation]]
  let inputForget: Bool
  let linearBeforeReset: Bool
  /// For each direction, whether the kernel of gated cells does what the attributes ask for.
  let isStandard: [Bool]

  var directions: Int { direction == .bidirectional ? 2 : 1 }

  init(_ node: Node, _ cell: RecurrentCell) throws(Failure) {
    self.cell = cell
    let name = try node.string("direction", default: "forward")
    if name == "forward" { direction = .forward }
    else if name == "reverse" { direction = .reverse }
    else if name == "bidirectional" { direction = .bidirectional }
    else { throw Failure(.invalidModel, "direction '\(name)' is not known") }
    hiddenSize = try node.int("hidden_size")
    if let hiddenSize, hiddenSize <= 0 || hiddenSize > 1 << 24 {
      throw Failure(.invalidModel, "hidden_size is \(hiddenSize), expected a positive number")
    }
    layout = try node.int("layout", default: 0)
    guard layout == 0 || layout == 1 else { throw Failure(.invalidModel, "layout is \(layout), expected 0 or 1") }
    clip = try node.float("clip").flatMap { $0 > 0 ? $0 : nil }
    inputForget = try node.flag("input_forget")
    linearBeforeReset = try node.flag("linear_before_reset")
    activations = try Self.activations(node, cell, directions: direction == .bidirectional ? 2 : 1)
    let isPlain = clip == nil && cell != .rnn && !(cell == .lstm && inputForget)
    isStandard = activations.map { isPlain && $0 == cell.defaultActivations }
  }

  private static func activations(
    _ node: Node, _ cell: RecurrentCell, directions: Int
  ) throws(Failure) -> [[Activation]] {
    let count = cell.defaultActivations.count
    guard let names = try node.strings("activations"), !names.isEmpty else {
      return [[Activation]](repeating: cell.defaultActivations, count: directions)
    }
    guard names.count == count * directions else {
      throw Failure(.invalidModel, "\(names.count) activations, expected \(count * directions)")
    }
    // Functions take their parameters from the lists in turn; those without parameters take none.
    var alphas = (try node.floats("activation_alpha") ?? [])[...]
    var betas = (try node.floats("activation_beta") ?? [])[...]
    var activations: [Activation] = []
    for name in names {
      guard let known = activationNames.first(where: { isSameName($0.name, name) }) else {
        throw Failure(.invalidModel, "activation '\(name)' is not known")
      }
      var activation = Activation(known.function)
      if let alpha = known.alpha { activation.alpha = alphas.popFirst() ?? alpha }
      if let beta = known.beta { activation.beta = betas.popFirst() ?? beta }
      activations.append(activation)
    }
    return (0..<directions).map { Array(activations[$0 * count..<($0 + 1) * count]) }
  }
}

/// ONNX's names, with the default of each parameter that the function has.
private let activationNames: [(name: String, function: Activation.Function, alpha: Float?, beta: Float?)] = [
  ("Sigmoid", .sigmoid, nil, nil),
  ("Tanh", .tanh, nil, nil),
  ("Relu", .relu, nil, nil),
  ("Affine", .affine, 1, 0),
  ("LeakyRelu", .leakyRelu, 0.01, nil),
  ("ThresholdedRelu", .thresholdedRelu, 1, nil),
  ("ScaledTanh", .scaledTanh, 1, 1),
  ("HardSigmoid", .hardSigmoid, 0.2, 0.5),
  ("Elu", .elu, 1, nil),
  ("Softsign", .softsign, nil, nil),
  ("Softplus", .softplus, nil, nil),
]

/// ONNX compares these names without regard to case.
private func isSameName(_ a: String, _ b: String) -> Bool {
  a.utf8.elementsEqual(b.utf8) { ($0 | 0x20) == ($1 | 0x20) }
}
