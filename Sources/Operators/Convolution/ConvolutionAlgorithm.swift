import KernelTable

/// The ways to compute a convolution.
enum ConvolutionAlgorithm {
  /// One filter a channel.
  case depthwise
  /// 1×1: a matrix product of the input as it lies.
  case pointwise
  /// A matrix product of the receptive fields, gathered a block at a time.
  case gathered
  /// Matrix products of the input's rows as they lie, or interleaved.
  case direct(interleaves: Bool)
  case winograd(WinogradTiles)
}

extension ConvolutionAlgorithm {
  /// The fastest way, as far as a model of the costs can tell.
  ///
  /// It looks at one image's height and channels, at its width only where that is below a tile's, and never at the
  /// batch or the threads: neither may change a result.
  init(_ g: ConvolutionGeometry, isDepthwise: Bool, isExact: Bool) {
    if isDepthwise {
      self = .depthwise
    } else if g.isPointwise {
      self = .pointwise
    } else if !isExact, let tiles = cheapestTiles(g) {
      self = .winograd(tiles)
    } else if g.isFlat, g.dilations.width == 1, g.inputChannels < panelColumns, g.depth <= depthBlock {
      self = .direct(interleaves: true)
    } else if g.isFlat, g.fillsTiles {
      self = .direct(interleaves: false)
    } else {
      self = .gathered
    }
  }

  /// Whether it can add a term to its result.
  var adds: Bool {
    switch self {
    case .depthwise, .gathered: false
    case .pointwise, .direct, .winograd: true
    }
  }

  /// Whether the input need not be channels-last.
  var takesAnyLayout: Bool {
    if case .direct(interleaves: true) = self { return true }
    return false
  }
}

extension ConvolutionGeometry {
  /// Whether the outputs of a row are enough for weights that come from afar, and the products deep enough.
  fileprivate var fillsTiles: Bool {
    output.width >= (depth &* outputChannels < 1 << 18 ? 8 : 24)
      && (taps == 1 || inputChannels * (dilations.width == 1 ? kernel.width : 1) >= 32)
  }

  /// Whether it is of one group in two dimensions, and the fields of neighbouring outputs lie close to each other.
  fileprivate var isFlat: Bool {
    groups == 1 && input.depth == 1 && output.depth == 1 && kernel.depth == 1 && strides.width <= 8
      && kernel.width <= 64 && dilations.width <= 64
  }
}

/// The form of tiles that takes the least time; nil when none is faster than a direct convolution, or possible.
private func cheapestTiles(_ g: ConvolutionGeometry) -> WinogradTiles? {
  guard g.groups == 1, g.input.depth == 1, g.output.depth == 1, g.kernel.depth == 1, g.kernel.width == 3,
    g.strides == (1, 1, 1), g.dilations == (1, 1, 1), g.inputChannels % panelColumns == 0,
    g.outputChannels % panelColumns == 0
  else { return nil }
  // A height of one with padding above and below leaves one row of the filter to compute.
  let isLine = g.input.height == 1 && g.output.height == 1
  guard isLine ? g.kernel.height <= 3 && (0..<g.kernel.height).contains(g.padsBegin.height) : g.kernel.height == 3
  else { return nil }
  var best: WinogradTiles?
  var least = directCost(g)
  for vertical in [WinogradSide.one, .two, .four] where (vertical == .one) == isLine {
    for horizontal in [WinogradSide.two, .four] {
      let tiles = WinogradTiles(
        vertical: vertical, horizontal: horizontal, inputHeight: g.input.height, inputWidth: g.input.width,
        outputHeight: g.output.height, outputWidth: g.output.width, padTop: isLine ? 0 : g.padsBegin.height,
        padLeft: g.padsBegin.width, inputChannels: g.inputChannels, outputChannels: g.outputChannels)
      let cost = winogradCost(tiles, g)
      if cost < least {
        least = cost
        best = tiles
      }
    }
  }
  return best
}

// Costs are in multiply-adds of a matrix product at full speed, for an image of a typical width: a line of text before
// its last poolings, or a sequence. Sizes whose products overflow do not fit into memory anyway.

extension ConvolutionGeometry {
  fileprivate var typicalWidth: Int { output.height == 1 ? 96 : 40 }
}

/// Matrix products of receptive fields, which are copied first.
private func directCost(_ g: ConvolutionGeometry) -> Int {
  g.output.height &* g.typicalWidth &* g.depth &* (g.outputChannels + 16) &+ weightCost(g.depth &* g.outputChannels)
}

/// Matrix products of the points, and the transforms, whose cost is that of so many more channels.
private func winogradCost(_ tiles: WinogradTiles, _ g: ConvolutionGeometry) -> Int {
  let count = tiles.down &* (g.typicalWidth + tiles.horizontal.outputs - 1) / tiles.horizontal.outputs
  let (inputs, outputs) = (tiles.inputChannels, tiles.outputChannels)
  return count &* tiles.points &* (inputs &* outputs &+ 40 &* (inputs + outputs))
    &+ weightCost(tiles.points &* inputs &* outputs)
}

/// Weights that do not stay in the second-level cache come from afar; meanwhile so many multiply-adds could be done.
private func weightCost(_ floats: Int) -> Int { floats < 1 << 18 ? 0 : floats &* 15 }
