// Winograd's minimal filtering as fast convolution: Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural
// Networks".

/// What a tile is along one dimension: so many outputs of a filter of three taps, F(2, 3) or F(4, 3), or one output of
/// a filter of one tap, which needs no transform.
public enum WinogradSide: Int, Sendable {
  case one = 1
  case two = 2
  case four = 4

  public var outputs: Int { rawValue }
  public var taps: Int { self == .one ? 1 : 3 }
  /// Inputs that the outputs depend on, and products that they take.
  public var points: Int { rawValue + taps - 1 }
}

/// A convolution cut into tiles, channels-last: image by image, each row by row from the upper left corner. A tile
/// takes vertical.points × horizontal.points matrix products in place of outputs × taps along each dimension. Tiles at
/// the right and lower edge may reach beyond the output.
public struct WinogradTiles: Sendable {
  public var vertical: WinogradSide
  public var horizontal: WinogradSide
  public var inputHeight: Int
  public var inputWidth: Int
  public var outputHeight: Int
  public var outputWidth: Int
  public var padTop: Int
  public var padLeft: Int
  /// Multiples of `panelColumns`, as is `outputChannels`.
  public var inputChannels: Int
  public var outputChannels: Int

  public init(
    vertical: WinogradSide, horizontal: WinogradSide, inputHeight: Int, inputWidth: Int, outputHeight: Int,
    outputWidth: Int, padTop: Int, padLeft: Int, inputChannels: Int, outputChannels: Int
  ) {
    self.vertical = vertical
    self.horizontal = horizontal
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.padTop = padTop
    self.padLeft = padLeft
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
  }

  public var points: Int { vertical.points * horizontal.points }
  public var down: Int { (outputHeight + vertical.outputs - 1) / vertical.outputs }
  public var across: Int { (outputWidth + horizontal.outputs - 1) / horizontal.outputs }
}

/// Tiles between their two forms: `image` is channels-last, from the first image on; `points` holds for each point a
/// matrix of tiles and channels, `pointStride` apart, its rows `tileStride` apart, row 0 being tile `first`.
public struct WinogradBlock {
  public var tiles: WinogradTiles
  public var first: Int
  public var count: Int
  public var image: UnsafeMutablePointer<Float>
  public var points: UnsafeMutablePointer<Float>
  public var pointStride: Int
  public var tileStride: Int
  /// A row of channels for what lies outside the image.
  public var spare: UnsafeMutablePointer<Float>
  /// `[outputChannels]`; used with the activation when tiles become an image.
  public var bias: UnsafePointer<Float>?
  /// An image to be added before the activation.
  public var addend: UnsafePointer<Float>?
  public var activation: Activation

  public init(
    tiles: WinogradTiles, first: Int, count: Int, image: UnsafeMutablePointer<Float>,
    points: UnsafeMutablePointer<Float>, pointStride: Int, tileStride: Int, spare: UnsafeMutablePointer<Float>,
    bias: UnsafePointer<Float>? = nil, addend: UnsafePointer<Float>? = nil, activation: Activation = .identity
  ) {
    self.tiles = tiles
    self.first = first
    self.count = count
    self.image = image
    self.points = points
    self.pointStride = pointStride
    self.tileStride = tileStride
    self.spare = spare
    self.bias = bias
    self.addend = addend
    self.activation = activation
  }
}

/// Weights of a convolution to weights of its tiles' points, `count` floats, a multiple of `panelColumns`, for each.
public struct WinogradWeights {
  public var vertical: WinogradSide
  public var horizontal: WinogradSide
  public var count: Int
  /// The first tap; the others follow row by row, `tapStride` apart.
  public var taps: UnsafePointer<Float>
  public var tapStride: Int
  public var points: UnsafeMutablePointer<Float>
  public var pointStride: Int

  public init(
    vertical: WinogradSide, horizontal: WinogradSide, count: Int, taps: UnsafePointer<Float>, tapStride: Int,
    points: UnsafeMutablePointer<Float>, pointStride: Int
  ) {
    self.vertical = vertical
    self.horizontal = horizontal
    self.count = count
    self.taps = taps
    self.tapStride = tapStride
    self.points = points
    self.pointStride = pointStride
  }
}
