/// The first of `count` scores, from number `start` on, that is above `limit` or no number; `count` when there is none.
@inline(never)
func nextScore(in scores: UnsafePointer<Float>, from start: Int, count: Int, above limit: Float) -> Int {
  typealias Lanes = SIMD8<Float>
  let raw = UnsafeRawPointer(scores)
  let limits = Lanes(repeating: limit)
  var index = start
  while index &+ Lanes.scalarCount <= count {
    let lanes = raw.loadUnaligned(fromByteOffset: index &* MemoryLayout<Float>.stride, as: Lanes.self)
    if !all(lanes .<= limits) { break }
    index &+= Lanes.scalarCount
  }
  while index < count, scores[index] <= limit { index &+= 1 }
  return index
}
