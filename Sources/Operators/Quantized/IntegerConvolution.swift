import Graphs
import Plans
import Tensors

/// ConvInteger and QLinearConv. The input's scale and zero point are scalars, the weights' scalars or one for each
/// output channel. The packed form has the attributes of crnn.Conv.
final class IntegerConvolution: QuantizedProduct {
  private let form: ConvolutionForm

  override init(_ node: Node) throws(Failure) {
    form = try ConvolutionForm(node)
    try super.init(node)
  }

  override func product(_ inputs: Inputs, leftZero: Int, _ builder: PlanBuilder) throws(Failure) -> Operand {
    var weights = try inputs.required(places.right)
    let (shape, g, output) = try form.place(over: inputs.required(0, ranks: 3...5), weights)
    let x = try builder.channelsLast(inputs.centred(0, zero: leftZero, axis: -1, builder))
    if !form.isPacked {
      weights = try packConvolutionWeights(
        inputs.centred(places.right, zero: places.rightZero, axis: 0, builder), shape, groups: g.groups, builder)
    }
    var bias = inputs.optional(places.addend)
    if let given = bias {
      guard given.shape == [output[1]] else {
        throw Failure(.invalidInput, "bias has shape \(describe(given.shape)), expected [\(output[1])]")
      }
      bias = try builder.contiguous(given)
    }
    let y = try builder.allocateChannelsLast(.int32, output)
    try integerProduct(g, x, weights, bias: bias, to: y, builder)
    return y
  }
}
