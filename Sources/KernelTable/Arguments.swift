/// Width of a packed panel, in columns, on every instruction set.
public let panelColumns = 16

/// C = activation(A · B + C₀ + bias + addend), where C₀ is what C holds when `accumulate`, else nothing.
///
/// A is row-major `[rows, depth]`. B is packed: panel p holds columns 16p … 16p+15 as `[depth][16]`, zero-padded, at
/// `b + p · panelStride`, so that B may be a slice of a deeper matrix. C is row-major `[rows, columns]`; nothing past
/// `columns` is written. The element C[i, j] is the sum over the depth in ascending order, whatever `rows` is.
public struct Gemm {
  public var rows: Int
  public var columns: Int
  public var depth: Int
  public var a: UnsafePointer<Float>
  public var aStride: Int
  public var b: UnsafePointer<Float>
  public var panelStride: Int
  public var c: UnsafeMutablePointer<Float>
  public var cStride: Int
  public var accumulate: Bool
  /// `[columns]`
  public var bias: UnsafePointer<Float>?
  /// Row-major `[rows, columns]`
  public var addend: UnsafePointer<Float>?
  public var addendStride: Int
  public var activation: Activation

  public init(
    rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>,
    panelStride: Int, c: UnsafeMutablePointer<Float>, cStride: Int, accumulate: Bool = false,
    bias: UnsafePointer<Float>? = nil, addend: UnsafePointer<Float>? = nil, addendStride: Int = 0,
    activation: Activation = .identity
  ) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
    self.a = a
    self.aStride = aStride
    self.b = b
    self.panelStride = panelStride
    self.c = c
    self.cStride = cStride
    self.accumulate = accumulate
    self.bias = bias
    self.addend = addend
    self.addendStride = addendStride
    self.activation = activation
  }
}

/// One row of a depthwise convolution, channels-last:
/// y[x, c] = activation(bias[c] + Σ over ky, kx of input[ky][x · strideX + kx · dilationX - padLeft, c] · w[ky, kx, c]).
/// Columns outside 0 ..< inputWidth and NULL rows count as zero.
public struct DepthwiseRow {
  public var channels: Int
  public var outputWidth: Int
  public var inputWidth: Int
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var strideX: Int
  public var dilationX: Int
  public var padLeft: Int
  /// `kernelHeight` pointers to input rows `[inputWidth][channels]`; nil for a row of padding.
  public var rows: UnsafePointer<UnsafePointer<Float>?>
  /// `[kernelHeight][kernelWidth][channels]`
  public var weights: UnsafePointer<Float>
  public var bias: UnsafePointer<Float>?
  /// `[outputWidth][channels]`
  public var y: UnsafeMutablePointer<Float>
  public var activation: Activation

  public init(
    channels: Int, outputWidth: Int, inputWidth: Int, kernelHeight: Int, kernelWidth: Int, strideX: Int,
    dilationX: Int, padLeft: Int, rows: UnsafePointer<UnsafePointer<Float>?>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>, activation: Activation
  ) {
    self.channels = channels
    self.outputWidth = outputWidth
    self.inputWidth = inputWidth
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideX = strideX
    self.dilationX = dilationX
    self.padLeft = padLeft
    self.rows = rows
    self.weights = weights
    self.bias = bias
    self.y = y
    self.activation = activation
  }
}

/// One time step of LSTM cells, Hochreiter and Schmidhuber 1997 with forget gates:
/// c' = σ(f) · c + σ(i) · tanh(g), h' = σ(o) · tanh(c'). Arrays of `units`; `cell` is updated in place.
public struct LSTMCell {
  public var units: Int
  /// Pre-activations.
  public var input: UnsafePointer<Float>
  public var output: UnsafePointer<Float>
  public var forget: UnsafePointer<Float>
  public var candidate: UnsafePointer<Float>
  public var cell: UnsafeMutablePointer<Float>
  public var hidden: UnsafeMutablePointer<Float>

  public init(
    units: Int, input: UnsafePointer<Float>, output: UnsafePointer<Float>, forget: UnsafePointer<Float>,
    candidate: UnsafePointer<Float>, cell: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>
  ) {
    self.units = units
    self.input = input
    self.output = output
    self.forget = forget
    self.candidate = candidate
    self.cell = cell
    self.hidden = hidden
  }
}

/// One time step of GRU cells with `linear_before_reset`, Cho et al. 2014 as in cuDNN and PyTorch:
/// z = σ(xz + hz), r = σ(xr + hr), n = tanh(xn + r · hn), h' = (1 - z) · n + z · h.
/// The x's hold the input projection with its bias, the h's the recurrent projection with its own.
public struct GRUCell {
  public var units: Int
  public var inputUpdate: UnsafePointer<Float>
  public var inputReset: UnsafePointer<Float>
  public var inputCandidate: UnsafePointer<Float>
  public var hiddenUpdate: UnsafePointer<Float>
  public var hiddenReset: UnsafePointer<Float>
  public var hiddenCandidate: UnsafePointer<Float>
  public var previous: UnsafePointer<Float>
  /// May be `previous`.
  public var hidden: UnsafeMutablePointer<Float>

  public init(
    units: Int, inputUpdate: UnsafePointer<Float>, inputReset: UnsafePointer<Float>,
    inputCandidate: UnsafePointer<Float>, hiddenUpdate: UnsafePointer<Float>, hiddenReset: UnsafePointer<Float>,
    hiddenCandidate: UnsafePointer<Float>, previous: UnsafePointer<Float>, hidden: UnsafeMutablePointer<Float>
  ) {
    self.units = units
    self.inputUpdate = inputUpdate
    self.inputReset = inputReset
    self.inputCandidate = inputCandidate
    self.hiddenUpdate = hiddenUpdate
    self.hiddenReset = hiddenReset
    self.hiddenCandidate = hiddenCandidate
    self.previous = previous
    self.hidden = hidden
  }
}
