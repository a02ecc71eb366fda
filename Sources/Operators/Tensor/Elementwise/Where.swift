import Graphs
import Plans
import Tensors

/// Where: condition ? x : y, each broadcast to the common shape.
final class Where: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let condition = try inputs.required(0)
    let x = try inputs.required(1)
    let y = try inputs.required(2)
    guard x.type == y.type else {
      throw Failure(.invalidModel, "inputs are \(x.type.name) and \(y.type.name), expected one type")
    }
    let shape = try broadcastShape(condition.shape, broadcastShape(x.shape, y.shape))
    let choice = try broadcast(condition, to: shape)
    let first = try broadcast(x, to: shape)
    let second = try broadcast(y, to: shape)
    let result = try builder.allocate(x.type, shape, order: resultOrder([first, second, choice], builder))
    let loop = StridedLoop(shape, result, choice, first, second)
    switch x.type.size {
    case 1: select(builder, choice, first, second, result, loop, as: UInt8.self)
    case 2: select(builder, choice, first, second, result, loop, as: UInt16.self)
    case 4: select(builder, choice, first, second, result, loop, as: UInt32.self)
    default: select(builder, choice, first, second, result, loop, as: UInt64.self)
    }
    return [result]
  }

  private func select<Element: FixedWidthInteger>(
    _ builder: PlanBuilder, _ condition: Operand, _ x: Operand, _ y: Operand, _ result: Operand, _ loop: StridedLoop,
    as _: Element.Type
  ) {
    builder.emit("Where", reads: [condition, x, y], writes: [result]) { execution in
      let choices = execution.pointer(condition, as: UInt8.self)
      let first = execution.pointer(x, as: Element.self)
      let second = execution.pointer(y, as: Element.self)
      let target = execution.pointer(result, as: Element.self)
      loop.run(execution) { count, offset in
        for index in 0..<count {
          let place = offset &+ loop.stride &* SIMD4(repeating: index)
          target[place[0]] = choices[place[1]] != 0 ? first[place[2]] : second[place[3]]
        }
      }
    }
  }
}
