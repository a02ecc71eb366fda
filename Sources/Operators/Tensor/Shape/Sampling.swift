import Graphs
import Tensors

/// Where Resize samples an axis and how, by its attributes.
struct Sampling {
  enum Mode { case nearest, linear, cubic }
  enum Coordinates {
    case halfPixel, halfPixelSymmetric, pytorchHalfPixel, alignCorners, asymmetric, halfPixelForNearest
  }
  enum Rounding { case preferFloor, preferCeil, floor, ceil }

  var mode = Mode.nearest
  var coordinates = Coordinates.halfPixel
  var rounding = Rounding.preferFloor
  var cubicCoefficient = -0.75
  /// Whether cubic interpolation ignores positions outside the input instead of repeating its edge.
  var excludesOutside = false

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
      rounding = .floor
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
  }

  func taps(from length: Int, to size: Int, scale: Double) -> Taps {
    var taps = Taps(count: mode == .nearest ? 1 : mode == .linear ? 2 : 4)
    for position in 0..<size {
      let x = coordinate(Double(position), Double(length), Double(size), scale)
      switch mode {
      case .nearest:
        taps.indices.append(clamped(rounded(x), length))
        taps.weights.append(1)
      case .linear:
        let bounded = max(0, min(x, Double(length - 1)))
        let first = Int(bounded)
        let weight = bounded - Double(first)
        taps.indices += [first, clamped(first + 1, length)]
        taps.weights += [Float(1 - weight), Float(weight)]
      case .cubic:
        let first = Int(x.rounded(.down))
        var weights = cubic(x - Double(first))
        if excludesOutside {
          for tap in 0..<4 where first + tap - 1 < 0 || first + tap - 1 >= length { weights[tap] = 0 }
          let sum = weights[0] + weights[1] + weights[2] + weights[3]
          if sum != 0 { for tap in 0..<4 { weights[tap] /= sum } }
        }
        for tap in 0..<4 {
          taps.indices.append(clamped(first + tap - 1, length))
          taps.weights.append(Float(weights[tap]))
        }
      }
    }
    return taps
  }

  /// The input coordinate of an output position.
  private func coordinate(_ x: Double, _ length: Double, _ size: Double, _ scale: Double) -> Double {
    switch coordinates {
    case .halfPixel: return (x + 0.5) / scale - 0.5
    case .halfPixelSymmetric:
      let adjustment = size / (scale * length)
      return length / 2 * (1 - adjustment) + (x + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return size > 1 ? (x + 0.5) / scale - 0.5 : 0
    case .alignCorners: return size > 1 ? x * (length - 1) / (size - 1) : 0
    case .asymmetric: return x / scale
    case .halfPixelForNearest: return (x + 0.5) / scale
    }
  }

  private func rounded(_ x: Double) -> Int {
    switch rounding {
    case .preferFloor: Int((x - 0.5).rounded(.up))
    case .preferCeil: Int((x + 0.5).rounded(.down))
    case .floor: Int(x.rounded(.down))
    case .ceil: Int(x.rounded(.up))
    }
  }

  private func clamped(_ position: Int, _ length: Int) -> Int { max(0, min(position, length - 1)) }

  /// Keys 1981: the weights of the neighbours at -1, 0, 1, 2 for a point `t` past the second.
  private func cubic(_ t: Double) -> [Double] {
    let a = cubicCoefficient
    func near(_ x: Double) -> Double { ((a + 2) * x - (a + 3)) * x * x + 1 }
    func far(_ x: Double) -> Double { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return [far(1 + t), near(t), near(1 - t), far(2 - t)]
  }
}
