import Plans
import Tensors

/// A walk over the elements of one to four views of one shape at once. Planned once, it runs without allocating.
///
/// Axes are taken in the memory order of the first view, and neighbours are merged where all views run on without a
/// gap, so that what is dense becomes one long row.
struct StridedLoop {
  /// Elements of a row, the innermost loop.
  let count: Int
  /// The views' strides within a row.
  let stride: SIMD4<Int>
  let rows: Int
  /// Loops around the rows, outermost first.
  private let counts: [Int]
  private let strides: [SIMD4<Int>]
  // The loops are called through variables, so that the compiler keeps one copy of them instead of one for each body.
  private var sharedRun: (StridedLoop, Execution, Int, (Int, SIMD4<Int>) -> Void) -> Void = runLoop
  private var sharedWalk: (StridedLoop, Int, Int, (SIMD4<Int>) -> Void) -> Void = walkLoop

  init(_ shape: Shape, _ views: Operand...) {
    var dimensions: [(count: Int, stride: SIMD4<Int>)] = []
    for axis in shape.indices where shape[axis] != 1 {
      var stride = SIMD4<Int>()
      for (index, view) in views.enumerated() where index < 4 { stride[index] = view.strides[axis] }
      var position = dimensions.count
      while position > 0, dimensions[position - 1].stride[0].magnitude < stride[0].magnitude { position -= 1 }
      dimensions.insert((shape[axis], stride), at: position)
    }
    var merged: [(count: Int, stride: SIMD4<Int>)] = []
    for dimension in dimensions {
      if let last = merged.last, last.stride == dimension.stride &* SIMD4(repeating: dimension.count) {
        merged[merged.count - 1] = (last.count &* dimension.count, dimension.stride)
      } else {
        merged.append(dimension)
      }
    }
    let innermost = merged.popLast() ?? (1, SIMD4())
    count = innermost.count
    stride = innermost.stride
    counts = merged.map { $0.count }
    strides = merged.map { $0.stride }
    var rows = 1
    for dimension in merged { rows = rows &* dimension.count }
    self.rows = rows
  }

  /// Calls `body` with the views' offsets of each row's first element, on the calling thread.
  func forEachRow(_ body: (SIMD4<Int>) -> Void) { sharedWalk(self, 0, rows, body) }

  /// Calls `body` with a number of elements and the views' offsets of the first, until every element had its turn;
  /// on several threads when it is worth it. `cost` is the work for an element.
  func run(_ execution: Execution, cost: Int = 1, _ body: (Int, SIMD4<Int>) -> Void) {
    sharedRun(self, execution, cost, body)
  }

  private static func runLoop(
    _ loop: StridedLoop, _ execution: Execution, _ cost: Int, _ body: (Int, SIMD4<Int>) -> Void
  ) {
    loop.runPieces(execution, cost, body)
  }

  private static func walkLoop(_ loop: StridedLoop, _ first: Int, _ end: Int, _ body: (SIMD4<Int>) -> Void) {
    loop.walkRows(from: first, to: end, body)
  }

  private func runPieces(_ execution: Execution, _ cost: Int, _ body: (Int, SIMD4<Int>) -> Void) {
    guard count > 0, rows > 0 else { return }
    // All at once where no other thread could help.
    let grain = execution.threads.count == 1 ? count &* rows : max(1, 8192 / max(cost, 1))
    let total = count &* rows
    let (product, overflow) = total.multipliedReportingOverflow(by: cost)
    let work = overflow ? Int.max : product
    // Whole cache lines.
    let piece = (grain &+ 15) / 16 &* 16
    if count >= 2 &* piece {
      let chunks = (count &+ piece &- 1) / piece
      execution.parallel(rows &* chunks, work: work) { index in
        let (row, chunk) = index.quotientAndRemainder(dividingBy: chunks)
        let start = chunk &* piece
        body(min(piece, count &- start), offset(ofRow: row) &+ stride &* SIMD4(repeating: start))
      }
    } else {
      let step = max(1, grain / count)
      execution.parallel((rows &+ step &- 1) / step, work: work) { piece in
        walkRows(from: piece &* step, to: min(rows, (piece &+ 1) &* step)) { body(count, $0) }
      }
    }
  }

  private func walkRows(from first: Int, to end: Int, _ body: (SIMD4<Int>) -> Void) {
    guard count > 0, first < end else { return }
    guard let length = counts.last, let step = strides.last else { return body(SIMD4()) }
    var position = first % length
    var offset = offset(ofRow: first)
    var row = first
    while true {
      body(offset)
      row += 1
      if row == end { return }
      position += 1
      if position < length {
        offset = offset &+ step
      } else {
        position = 0
        offset = self.offset(ofRow: row)
      }
    }
  }

  private func offset(ofRow row: Int) -> SIMD4<Int> {
    var rest = row
    var offset = SIMD4<Int>()
    var dimension = counts.count - 1
    while dimension >= 0 {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: counts[dimension])
      offset = offset &+ strides[dimension] &* SIMD4(repeating: digit)
      rest = quotient
      dimension -= 1
    }
    return offset
  }
}
