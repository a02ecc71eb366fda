/// The class with the highest of `count` scores, the lowest class among equals; nil when a score is not a number.
@inline(__always)
func bestClass(of scores: UnsafePointer<Float>, count: Int) -> Int? {
  typealias Lanes = SIMD8<Float>
  let raw = UnsafeRawPointer(scores)
  let blocks = count / Lanes.scalarCount
  var best = -Float.infinity
  var label = 0
  if blocks > 0 {
    // Every lane keeps its highest score and the block that it was first seen in.
    var highest = raw.loadUnaligned(as: Lanes.self)
    var firstSeen = SIMD8<Int32>(repeating: 0)
    var unordered = highest .!= highest
    for block in 1..<max(blocks, 1) {
      let lanes = raw.loadUnaligned(fromByteOffset: block &* MemoryLayout<Lanes>.size, as: Lanes.self)
      let higher = lanes .> highest
      highest.replace(with: lanes, where: higher)
      firstSeen.replace(with: Int32(truncatingIfNeeded: block), where: higher)
      unordered = unordered .| (lanes .!= lanes)
    }
    if any(unordered) { return nil }
    best = highest.max()
    label = count
    for lane in 0..<Lanes.scalarCount where highest[lane] == best {
      label = min(label, Int(firstSeen[lane]) &* Lanes.scalarCount &+ lane)
    }
  }
  for index in (blocks &* Lanes.scalarCount)..<count {
    let score = scores[index]
    if score != score { return nil }
    if score > best {
      best = score
      label = index
    }
  }
  return label
}
