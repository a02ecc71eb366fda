import CSystem
import KernelTable
import KernelsAVX2
import KernelsAVX512
import KernelsBaseline

/// The tables that this processor can run.
let tables = Array([tableBaseline(), tableAVX2(), tableAVX512()].prefix(Int(system_instruction_set()) + 1))

/// The indices of `tables`, as arguments of tests.
let instructionSets = Array(tables.indices)

/// SplitMix64 (Steele, Lea and Flood 2014), so that a printed seed repeats a test.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A generator whose seed, new in each run unless CRNN_SEED is set, is printed.
func generator(_ test: String) -> Generator {
  var seed = UInt64.random(in: 0..<1_000_000)
  if let text = getenv("CRNN_SEED"), let given = UInt64(String(cString: text)) { seed = given }
  print("\(test): CRNN_SEED=\(seed)")
  return Generator(seed: seed)
}

/// Floats between guards that show writes outside them. Starts at an odd address: kernels need no alignment.
final class Guarded {
  static let margin = 37
  static let pattern: Float = 7.25e17
  let count: Int
  private let memory: UnsafeMutablePointer<Float>

  init(_ count: Int, fill: Float = .nan) {
    self.count = count
    memory = .allocate(capacity: count + 2 * Self.margin)
    memory.initialize(repeating: Self.pattern, count: count + 2 * Self.margin)
    for i in 0..<count { memory[Self.margin + i] = fill }
  }

  convenience init(_ values: [Float]) {
    self.init(values.count)
    for i in values.indices { self[i] = values[i] }
  }

  convenience init(random count: Int, in range: ClosedRange<Float> = -1...1, using generator: inout Generator) {
    self.init((0..<count).map { _ in Float.random(in: range, using: &generator) })
  }

  deinit { memory.deallocate() }

  var pointer: UnsafeMutablePointer<Float> { memory + Self.margin }
  var readOnly: UnsafePointer<Float> { UnsafePointer(memory + Self.margin) }

  subscript(i: Int) -> Float {
    get { memory[Self.margin + i] }
    set { memory[Self.margin + i] = newValue }
  }

  var values: [Float] { (0..<count).map { self[$0] } }
  var bitPatterns: [UInt32] { (0..<count).map { self[$0].bitPattern } }

  var isIntact: Bool {
    (0..<Self.margin).allSatisfy { memory[$0] == Self.pattern && memory[Self.margin + count + $0] == Self.pattern }
  }
}

/// Distance in units in the last place; 0 for two NaNs.
func unitsInLastPlace(_ value: Float, _ reference: Double) -> Double {
  if value.isNaN && reference.isNaN { return 0 }
  let rounded = Float(reference)
  if value == rounded { return 0 }
  if !value.isFinite || !rounded.isFinite { return .infinity }
  return abs(Double(value) - reference) / Double(max(rounded.ulp, .leastNonzeroMagnitude))
}
