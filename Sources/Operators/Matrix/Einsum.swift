import Graphs
import Plans
import Tensors

/// Einsum: products of operands summed over the labels that the output does not name. Operands are taken in order,
/// two at a time, as matrix products where both have labels of their own besides common ones.
final class Einsum: Operator {
  /// Labels of each operand, as the letters' codes; `ellipsis` for the three dots.
  private var terms: [[Int]] = [[]]
  private var output: [Int] = []

  override init(_ node: Node) throws(Failure) {
    try super.init(node)
    guard let equation = try node.string("equation") else {
      throw Failure(.invalidModel, "attribute 'equation' is missing")
    }
    guard parse(equation), isConsistent() else {
      throw Failure(.invalidModel, "the equation '\(equation)' is not valid")
    }
  }

  private func parse(_ equation: String) -> Bool {
    let bytes = equation.utf8.map { Int($0) } + [0, 0]
    var hasOutput = false
    var position = 0
    while position < bytes.count - 2 {
      let byte = bytes[position]
      let next = (bytes[position + 1], bytes[position + 2])
      if byte == UInt8(ascii: ","), !hasOutput {
        terms.append([])
      } else if byte == UInt8(ascii: "-"), next.0 == UInt8(ascii: ">"), !hasOutput {
        hasOutput = true
        terms.append([])
        position += 1
      } else if byte == UInt8(ascii: "."), next == (byte, byte), !terms[terms.count - 1].contains(ellipsis) {
        terms[terms.count - 1].append(ellipsis)
        position += 2
      } else if letters.contains(byte), !(91...96).contains(byte) {
        terms[terms.count - 1].append(byte)
      } else if byte != UInt8(ascii: " ") {
        return false
      }
      position += 1
    }
    if hasOutput {
      output = terms.removeLast()
    } else {
      if uses(of: ellipsis) > 0 { output = [ellipsis] }
      output += letters.filter { uses(of: $0) == 1 }
    }
    return true
  }

  /// How often a label stands in the operands' terms.
  private func uses(of label: Int) -> Int {
    var uses = 0
    for term in terms { for other in term where other == label { uses += 1 } }
    return uses
  }

  /// Whether the output names labels of the operands, each once, and the ellipsis if they have it.
  private func isConsistent() -> Bool {
    for (position, label) in output.enumerated() {
      if output[..<position].contains(label) || label != ellipsis && uses(of: label) == 0 { return false }
    }
    return uses(of: ellipsis) == 0 || output.contains(ellipsis)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    guard inputs.count == terms.count else {
      throw Failure(.invalidModel, "\(inputs.count) inputs, expected \(terms.count) as in the equation")
    }
    var sizes = [Int](repeating: 1, count: letters.upperBound)
    var factors: [Factor] = []
    var dots: [Int] = []
    for (index, term) in terms.enumerated() {
      let operand = try inputs.required(index)
      let labels = try spelled(term, rank: operand.rank)
      if term.contains(ellipsis), labels.count - term.count + 1 > dots.count { dots = labels.filter { $0 < ellipsis } }
      factors.append(try Factor(builder.cast(operand, to: operand.type.computed), labels, &sizes))
    }
    var output = self.output.filter { $0 != ellipsis }
    if let place = self.output.firstIndex(of: ellipsis) { output.insert(contentsOf: dots, at: place) }
    for index in factors.indices {
      factors[index].stretch(sizes)
      var kept = output
      for (other, factor) in factors.enumerated() where other != index { kept += factor.labels }
      try factors[index].sum(except: kept, builder)
    }
    var result = factors[0]
    for index in factors.indices.dropFirst() {
      var kept = output
      for factor in factors[(index + 1)...] { kept += factor.labels }
      result = try result.product(factors[index], keeping: kept, builder)
    }
    return [try builder.cast(result.arranged(output), to: inputs.required(0).type)]
  }

  /// A term with its ellipsis replaced by labels of their own, the last axis' always the same.
  private func spelled(_ term: [Int], rank: Int) throws(Failure) -> [Int] {
    guard let place = term.firstIndex(of: ellipsis), rank >= term.count - 1 else {
      guard rank == term.count else {
        throw Failure(.invalidInput, "an input has rank \(rank), which does not fit the equation")
      }
      return term
    }
    return term[..<place] + Array((ellipsis - rank + term.count - 1)..<ellipsis) + term[(place + 1)...]
  }
}

/// Labels below are axes of the ellipsis.
private let ellipsis = 32
private let letters = 65..<123

/// An operand of a product, each axis labelled.
private struct Factor {
  var labels: [Int] = []
  var operand: Operand

  /// Takes the diagonal of axes with the same label. Sizes by label grow to what these ones are.
  init(_ operand: Operand, _ labels: [Int], _ sizes: inout [Int]) throws(Failure) {
    self.operand = operand
    var shape: Shape = []
    var strides: [Int] = []
    for (axis, label) in labels.enumerated() {
      let size = operand.shape[axis]
      if let place = self.labels.firstIndex(of: label), shape[place] == size {
        strides[place] += operand.strides[axis]
        continue
      }
      guard !self.labels.contains(label), sizes[label] == size || sizes[label] == 1 || size == 1 else {
        throw Failure(.invalidInput, "axes of sizes \(sizes[label]) and \(size) have the same label")
      }
      if size != 1 { sizes[label] = size }
      self.labels.append(label)
      shape.append(size)
      strides.append(operand.strides[axis])
    }
    self.operand.shape = shape
    self.operand.strides = strides
  }

  private init(_ operand: Operand, _ labels: [Int]) {
    self.operand = operand
    self.labels = labels
  }

  /// Repeats axes of size 1 that are longer elsewhere.
  mutating func stretch(_ sizes: [Int]) {
    let shape = labels.map { sizes[$0] }
    if let view = operand.broadcast(to: shape) { operand = view }
  }

  /// Sums over labels that are not among `kept`.
  mutating func sum(except kept: [Int], _ builder: PlanBuilder) throws(Failure) {
    let axes = labels.indices.filter { !kept.contains(labels[$0]) }
    operand = try builder.reduce("Einsum", .sum, operand, axes: axes, keepsAxes: false)
    labels = labels.filter { kept.contains($0) }
  }

  /// The operand with these axes in this order; those that it does not have are of size 1.
  func arranged(_ order: [Int]) -> Operand {
    let missing = order.filter { !labels.contains($0) }
    var view = operand
    for _ in missing { view = view.unsqueezed(at: 0) }
    let all = missing + labels
    return view.transposed(order.compactMap { all.firstIndex(of: $0) })
  }

  /// The product, summed over common labels that are not among `kept`.
  func product(_ other: Factor, keeping kept: [Int], _ builder: PlanBuilder) throws(Failure) -> Factor {
    let common = labels.filter { other.labels.contains($0) }
    let (batch, depth) = (common.filter { kept.contains($0) }, common.filter { !kept.contains($0) })
    let rows = labels.filter { !common.contains($0) }
    let columns = other.labels.filter { !common.contains($0) }
    let result = batch + rows + columns
    if depth.isEmpty || rows.isEmpty && columns.isEmpty {
      let order = result + depth
      var product = Factor(
        try builder.binary("Einsum", .multiply, arranged(order), other.arranged(order)), order)
      try product.sum(except: result, builder)
      return product
    }
    let left = try matrices(batch, rows, depth, builder)
    let right = try other.matrices(batch, depth, columns, builder)
    let shape = left.shape.prefix(batch.count) + arranged(rows).shape + other.arranged(columns).shape
    return Factor(try builder.reshaped(matrixProduct(left, right, builder), Array(shape)), result)
  }

  /// The operand as a stack of matrices whose rows and columns run over the labels named.
  private func matrices(
    _ stack: [Int], _ rows: [Int], _ columns: [Int], _ builder: PlanBuilder
  ) throws(Failure) -> Operand {
    let view = arranged(stack + rows + columns)
    let edge = stack.count + rows.count
    let shape = try Array(view.shape.prefix(stack.count)) + [
      elementCount(of: Array(view.shape[stack.count..<edge])), elementCount(of: Array(view.shape[edge...])),
    ]
    return try builder.reshaped(view, shape)
  }
}
