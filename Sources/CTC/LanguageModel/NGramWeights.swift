import Tensors

/// The n-grams' probabilities and back-off weights, as natural logarithms: float32 each, or in a quantised file the
/// numbers of bins, of which each level has 256 for probabilities and 256 for back-off weights.
struct NGramWeights {
  private let probabilities: UnsafeRawPointer
  private let backOffs: UnsafeRawPointer
  /// Not nil in a quantised file.
  private let bins: UnsafePointer<Float>?
  private let levels: NGramLevels

  init(_ tables: MappedTables, _ levels: NGramLevels) throws(Failure) {
    typealias Layout = LanguageModel.Layout
    self.levels = levels
    let bins = try tables.table(Layout.bins, elementSize: 4)
    let isQuantized = !bins.isEmpty
    guard !isQuantized || bins.count == levels.order * 2048 else { throw tables.failure(Layout.bins, "does not fit") }
    let size = isQuantized ? 1 : 4
    let probabilities = try tables.table(Layout.probabilities, elementSize: size, count: levels.nodeCount)
    let backOffs = try tables.table(Layout.backOffs, elementSize: size, count: levels.innerCount)
    self.bins = isQuantized ? bins.elements(Float.self) : nil
    self.probabilities = UnsafeRawPointer(probabilities.elements(UInt8.self))
    self.backOffs = UnsafeRawPointer(backOffs.elements(UInt8.self))
    guard areNumbers(isQuantized ? bins : probabilities), isQuantized || areNumbers(backOffs) else {
      throw tables.failure(isQuantized ? Layout.bins : Layout.probabilities, "has weights that are no numbers")
    }
  }

  @inline(__always)
  func probability(of node: Int) -> Float { weight(probabilities, node, 0) }

  @inline(__always)
  func backOff(of node: Int) -> Float { weight(backOffs, node, 256) }

  @inline(__always)
  private func weight(_ table: UnsafeRawPointer, _ node: Int, _ first: Int) -> Float {
    guard let bins else { return table.load(fromByteOffset: node &* 4, as: Float.self) }
    return bins[levels.level(of: node) &* 512 &+ first &+ Int(table.load(fromByteOffset: node, as: UInt8.self))]
  }
}

@inline(never)
private func areNumbers(_ table: UnsafeRawBufferPointer) -> Bool {
  for index in 0..<table.count / 4 where !table.elements(Float.self)[index].isFinite { return false }
  return true
}
