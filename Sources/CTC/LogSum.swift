import CSystem
import InstructionSets
import KernelTable

/// ln(exp(a) + exp(b)).
@inline(__always)
func logSum(_ a: Double, _ b: Double) -> Double {
  let (high, low) = a > b ? (a, b) : (b, a)
  return low == -.infinity ? high : high + log1p(exp(low - high))
}

/// ln(exp(a) + exp(b)) of many pairs at once.
struct LogSums {
  /// Of the pairs the larger numbers, then the sums.
  let values: UnsafeMutablePointer<Float>
  private let differences: UnsafeMutablePointer<Float>
  /// Smaller differences do not change a sum. They are not computed with: their squares could be no normal numbers,
  /// which take time.
  private static let lowest: Float = -40

  /// - Parameter room: for twice `capacity` numbers.
  init(_ room: UnsafeMutablePointer<Float>, capacity: Int) {
    values = room
    differences = room + capacity
  }

  @inline(__always)
  func set(_ index: Int, _ a: Float, _ b: Float) {
    let (high, low) = a > b ? (a, b) : (b, a)
    let difference = low - high
    values[index] = high
    // Two infinities differ by no number.
    differences[index] = difference > LogSums.lowest ? difference : LogSums.lowest
  }

  func add(_ count: Int) {
    bestKernels.unary(Activation(.softplus), differences, differences, count)
    for index in 0..<count where differences[index] > 1e-17 { values[index] += differences[index] }
  }
}
