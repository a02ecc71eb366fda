import CSystem
import Graphs
import Plans
import Tensors

/// MelWeightMatrix: `[bins of a one-sided spectrum, bands]`, each band a triangle with a peak of 1 between points that
/// are evenly spaced on the mel scale. Its inputs must be known when the plan is made.
final class MelWeightMatrix: Operator {
  private let type: ElementType

  override init(_ node: Node) throws(Failure) {
    type = try signalType(node)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let bands = try builder.integer(inputs.required(0), "the number of bands")
    let length = try builder.integer(inputs.required(1), "the transform's length")
    let rate = try builder.integer(inputs.required(2), "the sample rate")
    guard bands >= 0, length > 0, rate > 0 else {
      throw Failure(.invalidInput, "\(bands) bands, a length of \(length) and a sample rate of \(rate) are not possible")
    }
    let lowest = try mel(inputs.required(3), builder)
    // As the specification has it: the last point lies a step below the upper edge.
    let step = try (mel(inputs.required(4), builder) - lowest) / (Double(bands) + 2)
    let matrix = try Tensor(.float64, checked([length / 2 + 1, bands]))
    let weights = matrix.mutableElements(as: Double.self)
    func bin(_ point: Int) -> Double {
      let hertz = 700 * expm1((lowest + Double(point) * step) / 2595 * log(10))
      return ((Double(length) + 1) * hertz / Double(rate)).rounded(.down)
    }
    for band in 0..<bands {
      let (left, center, right) = (bin(band), bin(band + 1), bin(band + 2))
      for index in 0...(length / 2) {
        let bin = Double(index)
        var weight = 0.0
        if bin == center {
          weight = 1
        } else if bin >= left, bin < center {
          weight = (bin - left) / (center - left)
        } else if bin > center, bin < right {
          weight = (right - bin) / (right - center)
        }
        weights[index * bands + band] = weight
      }
    }
    return [builder.constant(try matrix.converted(to: type))]
  }

  /// A frequency on the mel scale.
  private func mel(_ operand: Operand, _ builder: PlanBuilder) throws(Failure) -> Double {
    guard let hertz = try builder.known(operand, "an edge").numbers("an edge").first else {
      throw Failure(.invalidInput, "an edge is empty")
    }
    return 2595 * log1p(hertz / 700) / log(10)
  }
}
