/// The interface between engine and kernels: one object of functions per instruction set.
///
/// Kernels trust their caller: pointers are valid for the sizes given, sizes are not negative. Pointers need no
/// alignment beyond their element's. Every output element is summed in one fixed order that depends on the reduction
/// length alone, never on the number of rows or on where a row stands.
public final class KernelTable: Sendable {
  public let name: StaticString
  /// Rows that the GEMM's micro-kernel takes at a time; a good split of work is a multiple of it.
  public let gemmRows: Int

  /// Matrix product on packed weights; see `Gemm`.
  public let gemm: @Sendable (Gemm) -> Void
  /// Depthwise convolution and pooling of an image, channels-last; see `Windows`.
  public let windows: @Sendable (Windows) -> Void
  /// Whether there are the transforms of Winograd's convolution.
  public let hasWinograd: Bool
  /// Those of the input, the output and the weights; see `WinogradTiles`.
  public let winogradInput: @Sendable (WinogradBlock) -> Void
  public let winogradOutput: @Sendable (WinogradBlock) -> Void
  public let winogradWeights: @Sendable (WinogradWeights) -> Void
  /// `y[i] = f(x[i])`, in place allowed: (function, x, y, count).
  public let unary: @Sendable (Activation, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  /// `y[i] = a[i] op b[i]`; a stride of 0 repeats one element: (op, a, aStride 0/1, b, bStride 0/1, y, count).
  public let binary:
    @Sendable (BinaryFunction, UnsafePointer<Float>, Int, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, Int)
      -> Void
  /// Softmax (logarithm: false) or log-softmax of one contiguous row: (x, y, count, logarithm). In place allowed.
  public let softmax: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Bool) -> Void
  /// Sum, maximum or minimum of a contiguous row: (x, count).
  public let sum: @Sendable (UnsafePointer<Float>, Int) -> Float
  public let maximum: @Sendable (UnsafePointer<Float>, Int) -> Float
  public let minimum: @Sendable (UnsafePointer<Float>, Int) -> Float
  /// One step of LSTM or GRU cells with the standard activations; see `GatedCells`.
  public let gatedCells: @Sendable (GatedCells) -> Void
  /// XXH3's 64-bit hash with seed 0, of more than `xxHash3Minimum` bytes.
  public let xxHash3: @Sendable (UnsafeRawBufferPointer) -> UInt64

  public init(
    name: StaticString, gemmRows: Int, gemm: @escaping @Sendable (Gemm) -> Void,
    windows: @escaping @Sendable (Windows) -> Void,
    hasWinograd: Bool, winogradInput: @escaping @Sendable (WinogradBlock) -> Void,
    winogradOutput: @escaping @Sendable (WinogradBlock) -> Void,
    winogradWeights: @escaping @Sendable (WinogradWeights) -> Void,
    unary: @escaping @Sendable (Activation, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void,
    binary: @escaping @Sendable (
      BinaryFunction, UnsafePointer<Float>, Int, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, Int
    ) -> Void,
    softmax: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Bool) -> Void,
    sum: @escaping @Sendable (UnsafePointer<Float>, Int) -> Float,
    maximum: @escaping @Sendable (UnsafePointer<Float>, Int) -> Float,
    minimum: @escaping @Sendable (UnsafePointer<Float>, Int) -> Float,
    gatedCells: @escaping @Sendable (GatedCells) -> Void,
    xxHash3: @escaping @Sendable (UnsafeRawBufferPointer) -> UInt64
  ) {
    self.name = name
    self.gemmRows = gemmRows
    self.gemm = gemm
    self.windows = windows
    self.hasWinograd = hasWinograd
    self.winogradInput = winogradInput
    self.winogradOutput = winogradOutput
    self.winogradWeights = winogradWeights
    self.unary = unary
    self.binary = binary
    self.softmax = softmax
    self.sum = sum
    self.maximum = maximum
    self.minimum = minimum
    self.gatedCells = gatedCells
    self.xxHash3 = xxHash3
  }
}

/// `KernelTable.xxHash3` takes more bytes than these.
public let xxHash3Minimum = 240
