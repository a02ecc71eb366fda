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
  /// For the micro-kernel, set by the kernel itself: two places of weights that are wanted next, and how many floats
  /// from there on for each step along the depth.
  public var next: (UnsafePointer<Float>, UnsafePointer<Float>)
  public var nextStep = 0

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
    next = (b, b)
  }
}

/// The gates and states of recurrent cells at one time step of some sequences.
///
/// Four gates are LSTM's, Hochreiter and Schmidhuber 1997 with forget gates, in ONNX's order input, output, forget,
/// candidate: c' = σ(f) · c + σ(i) · tanh(g), h' = σ(o) · tanh(c'). Three are GRU's, Cho et al. 2014, in ONNX's order
/// update, reset, candidate: z = σ(xz + hz), r = σ(xr + hr), n = tanh(xn + …), h' = (1 - z) · n + z · h.
public struct GatedCells {
  public enum Form {
    case lstm
    /// n = tanh(xn + r · hn), as in cuDNN and PyTorch: ONNX's `linear_before_reset`.
    case gru
    /// r · h alone, which takes the place of hr: what the candidate's weights are multiplied by in the original form.
    case gruReset
    /// n = tanh(xn + hn), where hn is the product with r · h.
    case gruCandidate
  }

  public var form: Form
  public var rows: Int
  public var units: Int
  /// The state's products with the recurrent weights, `[rows][gates][units]`, but for the candidate's place.
  public var products: UnsafeMutablePointer<Float>
  public var productStride: Int
  /// Where the last gate's products begin in a row.
  public var candidate: Int
  /// The input's projection with its bias, `[rows][gates][units]`.
  public var projection: UnsafePointer<Float>
  public var projectionStride: Int
  /// The recurrent bias of the form `gru`, `[gates][units]`; nil for none.
  public var bias: UnsafePointer<Float>?
  /// GRU's state before, `[rows][units]`.
  public var previous: UnsafePointer<Float>
  public var previousStride: Int
  /// LSTM's cells, `[rows][units]`, updated in place.
  public var cell: UnsafeMutablePointer<Float>
  public var cellStride: Int
  /// The state after, `[rows][units]`; may be the one before.
  public var hidden: UnsafeMutablePointer<Float>
  public var hiddenStride: Int

  public init(
    form: Form, rows: Int, units: Int, products: UnsafeMutablePointer<Float>, productStride: Int, candidate: Int,
    projection: UnsafePointer<Float>, projectionStride: Int, bias: UnsafePointer<Float>?,
    previous: UnsafePointer<Float>, previousStride: Int, cell: UnsafeMutablePointer<Float>, cellStride: Int,
    hidden: UnsafeMutablePointer<Float>, hiddenStride: Int
  ) {
    self.form = form
    self.rows = rows
    self.units = units
    self.products = products
    self.productStride = productStride
    self.candidate = candidate
    self.projection = projection
    self.projectionStride = projectionStride
    self.bias = bias
    self.previous = previous
    self.previousStride = previousStride
    self.cell = cell
    self.cellStride = cellStride
    self.hidden = hidden
    self.hiddenStride = hiddenStride
  }
}
