import Graphs
import Plans
import Tensors

/// Hardmax: 1 at the first largest element, 0 elsewhere. Up to operator set 12 all axes from `axis` on count as one;
/// from 13 on `axis` alone is searched.
final class Hardmax: Operator {
  private let axis: Int
  private let flattens: Bool

  override init(_ node: Node) throws(Failure) {
    flattens = node.opset < 13
    axis = try node.int("axis", default: flattens ? 1 : -1)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0)
    var x = input
    var axis = self.axis
    if flattens {
      if axis != x.rank { axis = try normalize(axis: axis, rank: x.rank) }
      let outer = try elementCount(of: Array(x.shape[..<axis]))
      x = try builder.reshaped(x, [outer, elementCount(of: Array(x.shape[axis...]))])
      axis = 1
    }
    axis = try normalize(axis: axis, rank: x.rank)
    if x.count == 0 { return [input] }
    let places = try builder.placesOfExtremes("Hardmax", x, axis: axis, largest: true, last: false)
    let size = x.shape[axis]
    let shape = [size] + Shape(repeating: 1, count: x.rank - 1 - axis)
    let everyPlace = try builder.allocate(.int64, shape)
    builder.emit("Hardmax", reads: [], writes: [everyPlace]) { execution in
      let places = execution.pointer(everyPlace, as: Int64.self)
      for place in 0..<size { places[place] = Int64(place) }
    }
    let hits = try builder.binary("Hardmax", .equal, places.unsqueezed(at: axis), everyPlace)
    return [try builder.reshaped(builder.cast(hits, to: input.type), input.shape)]
  }
}
