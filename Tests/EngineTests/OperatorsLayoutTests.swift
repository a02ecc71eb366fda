import Graphs
import Plans
import Tensors
import Testing

@testable import Operators

/// What operators do not do: move data that strides can express, or change the layout of activations.
struct OperatorsLayoutTests {
  private func lower(
    _ type: String, _ inputs: [Operand?], _ builder: PlanBuilder, opset: Int = 13, outputs: Int = 1,
    _ attributes: [Attribute] = []
  ) throws -> [Operand?] {
    let node = Node(
      name: type, type: type, opset: opset, inputs: inputs.indices.map { $0 }, outputs: Array(0..<outputs),
      attributes: attributes)
    return try Registry.makeOperator(node).plan(Inputs(inputs), builder)
  }

  @Test func shapeOperatorsAreViews() throws {
    let builder = PlanBuilder(threads: 1)
    let x = try builder.input(0, .float32, [2, 6, 4])
    func constant(_ values: [Int]) throws -> Operand { builder.constant(try .int64(values)) }
    let sliced = try lower("Slice", [x, constant([-1]), constant([Int.min]), constant([1]), constant([-2])], builder)
    #expect(sliced[0]?.shape == [2, 3, 4])
    #expect(sliced[0]?.strides[1] == -8)
    #expect(try lower("Transpose", [x], builder)[0]?.strides == [1, 4, 24])
    #expect(try lower("Unsqueeze", [x, constant([0, -1])], builder)[0]?.shape == [1, 2, 6, 4, 1])
    #expect(try lower("Reshape", [x, constant([0, -1])], builder)[0]?.shape == [2, 24])
    #expect(try lower("Expand", [x, constant([3, 1, 1, 1])], builder)[0]?.strides == [0, 24, 4, 1])
    #expect(try lower("Gather", [x, constant([1, 3, 5])], builder, [Attribute("axis", .int(1))])[0]?.strides[1] == 8)
    let parts = try lower("Split", [x, constant([1, 5])], builder, outputs: 2, [Attribute("axis", .int(1))])
    #expect(parts.map { $0?.shape } == [[2, 1, 4], [2, 5, 4]])
    #expect(builder.steps.isEmpty)
  }

  @Test func channelsLastStaysChannelsLast() throws {
    let builder = PlanBuilder(threads: 1)
    let shape = [1, 8, 5, 7]
    let order = [0, 2, 3, 1]
    let x = try builder.allocateChannelsLast(.float32, shape)
    let bias = builder.constant(try .float32([Float](repeating: 1, count: 8), shape: [1, 8, 1, 1]))
    let vector = builder.constant(try .float32([Float](repeating: 1, count: 8)))
    var results = [
      try lower("Relu", [x], builder)[0], try lower("Add", [x, bias], builder)[0],
      try lower("Mul", [x, x], builder)[0],
      try lower("BatchNormalization", [x, vector, vector, vector, vector], builder)[0],
      try lower("Concat", [x, x], builder, [Attribute("axis", .int(1))])[0],
      try lower("MaxPool", [x], builder, [Attribute("kernel_shape", .ints([2, 2]))])[0],
    ]
    results.append(try lower("Softmax", [x], builder, [Attribute("axis", .int(1))])[0])
    for result in results {
      let result = try #require(result)
      #expect(result.isDense(inOrder: order), "strides \(result.strides) of shape \(result.shape)")
    }
    // Concat's two are the only copies.
    #expect(builder.steps.filter { $0.name == "Copy" }.count == 2)
  }

  @Test func loopsMergeWhatIsDense() throws {
    let builder = PlanBuilder(threads: 1)
    defer { withExtendedLifetime(builder) {} }
    let x = try builder.allocateChannelsLast(.float32, [2, 8, 5, 7])
    let dense = StridedLoop(x.shape, x, x)
    #expect(dense.rows == 1)
    #expect(dense.count == 560)
    let bias = try #require(builder.constant(try .float32([Float](repeating: 0, count: 8), shape: [8, 1, 1]))
      .broadcast(to: x.shape))
    let rows = StridedLoop(x.shape, x, bias)
    #expect(rows.rows == 70)
    #expect(rows.count == 8)
    #expect(rows.stride[0] == 1 && rows.stride[1] == 1)
  }
}
