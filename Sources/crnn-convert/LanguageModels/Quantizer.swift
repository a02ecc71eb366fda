import Foundation

/// Numbers as the nearest of at most 256 values, which are chosen to make the mean square of the differences small
/// (Lloyd, "Least squares quantization in PCM", 1982).
struct Quantizer {
  /// 256 values, ascending but for the padding at their end.
  private(set) var values: [Float] = []
  private(set) var codes: [UInt8] = []
  private(set) var largestDifference: Float = 0
  private(set) var meanDifference: Float = 0

  static let size = 256
  private static let rounds = 8

  /// - Parameter exact: a number that is one of the values.
  init(_ numbers: ArraySlice<Float>, keeping exact: Float? = nil) {
    let sorted = numbers.filter { $0 != exact }.sorted()
    var chosen = Self.values(for: sorted, count: Self.size - (exact == nil ? 0 : 1))
    if let exact {
      chosen.append(exact)
      chosen.sort()
    }
    var sum = 0.0
    codes.reserveCapacity(numbers.count)
    for number in numbers {
      let code = Self.nearest(number, in: chosen)
      let difference = abs(number - chosen[code])
      largestDifference = max(largestDifference, difference)
      sum += Double(difference)
      codes.append(UInt8(code))
    }
    meanDifference = numbers.isEmpty ? 0 : Float(sum / Double(numbers.count))
    values = chosen + [Float](repeating: 0, count: Self.size - chosen.count)
  }

  private static func values(for sorted: [Float], count: Int) -> [Float] {
    var distinct: [Float] = []
    for number in sorted where number != distinct.last {
      distinct.append(number)
      if distinct.count > count { break }
    }
    if distinct.count <= count { return distinct }
    var sums = [0.0]
    sums.reserveCapacity(sorted.count + 1)
    for number in sorted { sums.append(sums[sums.count - 1] + Double(number)) }
    var bounds = firstBounds(of: sorted, count: count)
    var values: [Float] = []
    for _ in 0..<rounds {
      values.removeAll(keepingCapacity: true)
      for (start, end) in zip(bounds, bounds.dropFirst()) where end > start {
        values.append(Float((sums[end] - sums[start]) / Double(end - start)))
      }
      bounds =
        [0] + zip(values, values.dropFirst()).map { firstIndex(in: sorted, above: ($0 + $1) / 2) } + [sorted.count]
    }
    return values
  }

  /// Where the numbers of each value begin at first, and where the last one's end. Half of the values have the best
  /// density for the mean square, the cube root of that of the numbers (Panter and Dite, "Quantization distortion in
  /// pulse-count modulation", 1951); the others lie at even distances, so that rare numbers are not far off.
  private static func firstBounds(of sorted: [Float], count: Int) -> [Int] {
    let cells = 16 * count
    let (low, high) = (sorted[0], sorted[sorted.count - 1])
    let limits = (1...cells).map { low + (high - low) * (Float($0) / Float(cells)) }
    let ends = limits.dropLast().map { firstIndex(in: sorted, above: $0) } + [sorted.count]
    let roots = zip([0] + ends, ends).map { cbrt(Double($1 - $0)) }
    let mean = roots.reduce(0, +) / Double(cells)
    let share = 2 * mean * Double(cells) / Double(count)
    var bounds = [0]
    var sum = 0.0
    for (root, end) in zip(roots, ends) {
      sum += root + mean
      while sum >= share * Double(bounds.count), bounds.count < count { bounds.append(end) }
    }
    return bounds + [sorted.count]
  }

  private static func firstIndex(in sorted: [Float], above limit: Float) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] <= limit { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func nearest(_ number: Float, in values: [Float]) -> Int {
    let above = firstIndex(in: values, above: number)
    if above == 0 { return 0 }
    if above == values.count { return above - 1 }
    return values[above] - number < number - values[above - 1] ? above : above - 1
  }
}
