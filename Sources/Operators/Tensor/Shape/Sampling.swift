import Graphs
import Tensors

/// Where Resize samples an axis and how, by its attributes.
struct Sampling {
  enum Mode { case nearest, linear, cubic }
  enum Coordinates {
    case halfPixel, halfPixelSymmetric, pytorchHalfPixel, alignCorners, asymmetric, halfPixelForNearest, cropAndResize
  }
  /// `outward` rounds down, up where the input is made smaller.
  enum Rounding { case preferFloor, preferCeil, floor, ceil, outward }

  var mode = Mode.nearest
  var coordinates = Coordinates.halfPixel
  var rounding = Rounding.preferFloor
  var cubicCoefficient = -0.75
  /// Whether interpolation ignores positions outside the input instead of repeating its edge.
  var excludesOutside = false
  /// Whether a smaller result takes in every position of the input.
  var antialias = false

  /// `old` is the form of Upsample and of Resize before operator set 11, which knows none of the choices.
  init(_ node: Node, old: Bool) throws(Failure) {
    let modeName = try node.string("mode", default: "nearest")
    switch modeName {
    case "nearest": mode = .nearest
    case "linear", "bilinear": mode = .linear
    case "cubic": mode = .cubic
    default: throw Failure(.invalidModel, "attribute 'mode' is '\(modeName)', expected nearest, linear or cubic")
    }
    if old {
      coordinates = .asymmetric
      rounding = .outward
      return
    }
    let name = try node.string("coordinate_transformation_mode", default: "half_pixel")
    switch name {
    case "half_pixel": coordinates = .halfPixel
    case "half_pixel_symmetric": coordinates = .halfPixelSymmetric
    case "pytorch_half_pixel": coordinates = .pytorchHalfPixel
    case "align_corners": coordinates = .alignCorners
    case "asymmetric": coordinates = .asymmetric
    case "tf_half_pixel_for_nn": coordinates = .halfPixelForNearest
    case "tf_crop_and_resize": coordinates = .cropAndResize
    default: throw Failure(.unsupported, "coordinate_transformation_mode '\(name)'")
    }
    let roundingName = try node.string("nearest_mode", default: "round_prefer_floor")
    switch roundingName {
    case "round_prefer_floor": rounding = .preferFloor
    case "round_prefer_ceil": rounding = .preferCeil
    case "floor": rounding = .floor
    case "ceil": rounding = .ceil
    default: throw Failure(.invalidModel, "attribute 'nearest_mode' is '\(roundingName)'")
    }
    cubicCoefficient = Double(try node.float("cubic_coeff_a", default: -0.75))
    excludesOutside = try node.flag("exclude_outside")
    antialias = try node.flag("antialias")
    if antialias, mode == .nearest { throw Failure(.invalidModel, "attribute 'antialias' needs mode linear or cubic") }
  }

  /// `region` is the part of the input that is cropped to, from 0 to 1.
  func taps(from length: Int, to size: Int, scale: Double, region: (Double, Double)) throws(Failure) -> Taps {
    // Kernels reach over `reach` positions, in the input if it is larger and in the result if that is.
    let shrink = antialias ? min(scale, 1) : 1
    let reach = mode == .linear ? 1.0 : 2.0
    let first = (-reach / shrink).rounded(.down) + 1
    let count = mode == .nearest ? 1 : 2 - 2 * first
    guard Double(size) * count <= 0x1p24 else {
      throw Failure(.limitExceeded, "resizing \(length) elements to \(size) takes too large a table of weights")
    }
    var taps = try Taps(count: Int(count), size: size)
    var inside: Range<Int>?
    for position in 0..<size {
      let x = coordinate(Double(position), Double(length), Double(size), scale, region)
      if coordinates != .cropAndResize || !(x < 0 || x > Double(length - 1)) {
        inside = (inside?.lowerBound ?? position)..<(position + 1)
      }
      let indices = taps.indices + position * taps.count
      if mode == .nearest {
        indices[0] = clamped(rounded(x, scale), length)
        continue
      }
      func place(_ tap: Int) -> Double { x.rounded(.down) + first + Double(tap) }
      func weight(_ tap: Int) -> Double {
        let place = place(tap)
        let isExcluded = excludesOutside && (place < 0 || place >= Double(length))
        return isExcluded ? 0 : self.weight(abs(place - x) * shrink)
      }
      var sum = 0.0
      for tap in 0..<taps.count {
        indices[tap] = clamped(place(tap), length)
        sum += weight(tap)
      }
      let norm = (excludesOutside || antialias) && sum != 0 ? sum : 1
      let weights = taps.weights + position * taps.count
      for tap in 0..<taps.count { weights[tap] = Float(weight(tap) / norm) }
    }
    taps.inside = inside ?? 0..<0
    return taps
  }

  /// The input coordinate of an output position.
  private func coordinate(
    _ x: Double, _ length: Double, _ size: Double, _ scale: Double, _ region: (Double, Double)
  ) -> Double {
    // The result's exact size, which need not be whole.
    let width = scale * length
    switch coordinates {
    case .halfPixel: return (x + 0.5) / scale - 0.5
    case .halfPixelSymmetric: return length / 2 * (1 - size / width) + (x + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return size > 1 ? (x + 0.5) / scale - 0.5 : 0
    case .alignCorners: return size > 1 ? x * (length - 1) / (width - 1) : 0
    case .asymmetric: return x / scale
    case .halfPixelForNearest: return (x + 0.5) / scale
    case .cropAndResize:
      // Rounded, so that what ought to lie half way between two positions does.
      let extent = Double(Float(region.1 - region.0))
      let part = size > 1 ? x * extent / (width - 1) : extent / 2
      return (region.0 + part) * (length - 1)
    }
  }

  private func rounded(_ x: Double, _ scale: Double) -> Double {
    switch rounding {
    case .preferFloor: (x - 0.5).rounded(.up)
    case .preferCeil: (x + 0.5).rounded(.down)
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .outward: x.rounded(scale < 1 ? .up : .down)
    }
  }

  private func clamped(_ position: Double, _ length: Int) -> Int { Int(max(0, min(position, Double(length - 1)))) }

  /// The weight of a neighbour at a distance; for cubic interpolation that of Keys 1981.
  private func weight(_ t: Double) -> Double {
    if mode == .linear { return max(0, 1 - t) }
    let a = cubicCoefficient
    if t <= 1 { return ((a + 2) * t - (a + 3)) * t * t + 1 }
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0
  }
}
