import Plans
import Tensors
import Testing

/// Positions of an operand's elements in its buffer, in row-major order: what a view means.
private func positions(_ operand: Operand) -> [Int] {
  var result = [operand.offset]
  for (size, stride) in zip(operand.shape, operand.strides) {
    result = result.flatMap { base in (0..<size).map { base + $0 * stride } }
  }
  return result
}

private func randomView(in memory: OperandMemory, _ random: inout Random) -> Operand {
  let rank = Int.random(in: 1...4, using: &random)
  let shape = (0..<rank).map { _ in Int.random(in: 1...4, using: &random) }
  var view = Operand(buffer: 0, type: .float32, shape: shape, offset: 3, in: memory)
  if Bool.random(using: &random) { view = view.transposed(Array(0..<rank).shuffled(using: &random)) }
  let axis = Int.random(in: 0..<rank, using: &random)
  if Bool.random(using: &random), view.shape[axis] > 1 {
    let start = Int.random(in: 0..<view.shape[axis], using: &random)
    view = view.sliced(axis: axis, start: start, count: view.shape[axis] - start)
  }
  return view
}

/// A random way to write a number of elements as a shape.
private func randomShape(of count: Int, _ random: inout Random) -> [Int] {
  var shape: [Int] = []
  var rest = count
  while rest > 1 {
    let divisors = (1...rest).filter { rest % $0 == 0 }
    let size = divisors.randomElement(using: &random) ?? rest
    shape.append(size)
    rest /= size
    if shape.count > 5 { break }
  }
  shape.append(rest)
  return shape
}

@Suite struct OperandTests {
  let memory = OperandMemory()

  @Test(arguments: [1, 2, 3] as [UInt64])
  func reshapingNeverReordersElements(seed: UInt64) {
    var random = Random(seed: seed)
    var views = 0
    for _ in 0..<3000 {
      let operand = randomView(in: memory, &random)
      let target = randomShape(of: operand.count, &random)
      guard let view = operand.viewed(as: target) else { continue }
      views += 1
      #expect(view.shape == target)
      #expect(positions(view) == positions(operand), "seed \(seed): \(operand) as \(target)")
    }
    #expect(views > 500)
  }

  @Test(arguments: [4, 5] as [UInt64])
  func denseOperandsCanTakeAnyShape(seed: UInt64) {
    var random = Random(seed: seed)
    for _ in 0..<500 {
      let shape = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 1...5, using: &random) }
      let operand = Operand(buffer: 0, type: .int64, shape: shape, in: memory)
      #expect(operand.viewed(as: randomShape(of: operand.count, &random)) != nil)
    }
  }

  @Test func mergingTransposedAxesTakesACopy() {
    let operand = Operand(buffer: 0, type: .float32, shape: [2, 3], in: memory).transposed([1, 0])
    #expect(operand.viewed(as: [6]) == nil)
    #expect(operand.viewed(as: [3, 1, 2]) != nil)
  }

  @Test func broadcastingRepeats() {
    let operand = Operand(buffer: 0, type: .float32, shape: [2, 1], in: memory)
    #expect(operand.broadcast(to: [3, 2, 2]).map(positions) == [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1])
    #expect(operand.broadcast(to: [3, 2])  == nil)
  }
}

@Suite struct StridedCopyTests {
  let memory = OperandMemory()

  @Test(arguments: [6, 7, 8] as [UInt64])
  func copiesWhatAPlainLoopCopies(seed: UInt64) {
    var random = Random(seed: seed)
    for _ in 0..<400 {
      let rank = Int.random(in: 0...4, using: &random)
      let shape = (0..<rank).map { _ in Int.random(in: 1...20, using: &random) }
      let order = Array(0..<rank).shuffled(using: &random)
      let source = Operand(buffer: 0, type: .float32, shape: order.map { shape[$0] }, in: memory).transposed(
        (0..<rank).map { axis in order.firstIndex(of: axis) ?? 0 })
      let target = Operand(buffer: 1, type: .float32, shape: shape, in: memory)
      let count = shape.reduce(1, *)
      for size in [1, 2, 4, 8] {
        let from = (0..<count * size).map { _ in UInt8.random(in: 0...255, using: &random) }
        var to = [UInt8](repeating: 0, count: count * size)
        let copy = StridedCopy(shape: shape, from: source.strides, to: target.strides, elementSize: size)
        from.withUnsafeBytes { source in
          to.withUnsafeMutableBytes { copy.run(from: source.baseAddress!, to: $0.baseAddress!) }
        }
        var expected = to
        for (index, position) in positions(source).enumerated() {
          for byte in 0..<size { expected[index * size + byte] = from[position * size + byte] }
        }
        #expect(to == expected, "seed \(seed), shape \(shape), order \(order), element size \(size)")
      }
    }
  }
}
