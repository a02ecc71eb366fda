import Graphs
import Plans
import Tensors

/// Where: condition ? x : y, each broadcast to the common shape.
final class Where: Operator {
  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    [try builder.select(inputs.required(0), inputs.required(1), inputs.required(2))]
  }
}

extension PlanBuilder {
  /// condition ? x : y of a truth value, each broadcast to the common shape.
  func select(_ condition: Operand, _ x: Operand, _ y: Operand) throws(Failure) -> Operand {
    guard x.type == y.type else {
      throw Failure(.invalidModel, "inputs are \(x.type.name) and \(y.type.name), expected one type")
    }
    let shape = try broadcastShape(condition.shape, broadcastShape(x.shape, y.shape))
    let choice = try broadcast(condition, to: shape)
    let first = try broadcast(x, to: shape)
    let second = try broadcast(y, to: shape)
    let result = try allocate(x.type, shape, order: resultOrder([first, second, choice], self))
    let loop = StridedLoop(shape, result, choice, first, second)
    switch x.type.size {
    case 1: select(choice, first, second, result, loop, as: UInt8.self)
    case 2: select(choice, first, second, result, loop, as: UInt16.self)
    case 4: select(choice, first, second, result, loop, as: UInt32.self)
    default: select(choice, first, second, result, loop, as: UInt64.self)
    }
    return result
  }

  private func select<Element: FixedWidthInteger>(
    _ condition: Operand, _ x: Operand, _ y: Operand, _ result: Operand, _ loop: StridedLoop,
    as _: Element.Type
  ) {
    emit("Where", reads: [condition, x, y], writes: [result]) { execution in
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
