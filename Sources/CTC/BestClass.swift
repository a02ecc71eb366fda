import InstructionSets
import KernelTable

/// The class with the highest of `count` scores, the lowest class among equals; nil when a score is not a number.
func bestClass(of scores: UnsafePointer<Float>, count: Int) -> Int? {
  let highest = bestKernels.maximum(scores, count)
  guard highest == highest else { return nil }
  // There is nothing below minus infinity.
  return highest == -.infinity ? 0 : nextScore(in: scores, from: 0, count: count, above: highest.nextDown)
}
