import KernelTable
import Plans
import Tensors

/// Length of the longest sum of products of integers, each within ± 255, of which float32 holds every partial sum
/// exactly: 255² · 256 < 2²⁴.
private let exactDepth = 256

private let pieceRows = 48

/// Sums of products of integers, exact and modulo 2³², for convolutions and for products of matrices alike.
///
/// The factors, integers of 8 bits less their zero points, come as float32, in which the kernels add up to `exactDepth`
/// products without an error; what comes out is added as int32. `x` is channels-last, `weights` are packed in panels,
/// `bias` is int32 `[M]`, `y` int32 and channels-last.
func integerProduct(
  _ g: ConvolutionGeometry, _ x: Operand, _ weights: Operand, bias: Operand?, to y: Operand, _ builder: PlanBuilder
) throws(Failure) {
  let pieces = (g.rows + pieceRows - 1) / pieceRows
  let scratchSize = pieceRows * (exactDepth + 16 + g.outputChannels)
  let scratch = try builder.scratch(floats: elementCount(of: [builder.threads, scratchSize]))
  builder.emit(
    "Integer product", reads: [x, weights] + (bias.map { [$0] } ?? []), writes: [y, scratch], flops: g.flops
  ) { execution in
    let product = IntegerProduct(
      geometry: g, x: execution.floats(x), weights: execution.floats(weights),
      bias: bias.map { execution.pointer($0, as: Int32.self) }, y: execution.pointer(y, as: Int32.self),
      scratch: execution.floats(scratch), scratchSize: scratchSize, kernels: execution.kernels)
    execution.parallel(pieces, work: g.flops) { product.run($0, $1) }
  }
}

private struct IntegerProduct {
  let geometry: ConvolutionGeometry
  let x, weights: UnsafeMutablePointer<Float>
  let bias: UnsafeMutablePointer<Int32>?
  let y: UnsafeMutablePointer<Int32>
  let scratch: UnsafeMutablePointer<Float>
  let scratchSize: Int
  let kernels: KernelTable

  /// A block of rows.
  @inline(never)
  func run(_ piece: Int, _ thread: Int) {
    let g = geometry
    let first = piece * pieceRows
    let rows = min(pieceRows, g.rows - first)
    let target = y + first * g.outputStride
    for index in 0..<rows * g.outputStride { target[index] = bias.map { $0[index % g.outputStride] } ?? 0 }
    for group in 0..<g.groups {
      for done in stride(from: 0, to: g.depth, by: exactDepth) {
        add(
          group, from: done, first: first, rows: rows, to: target + group * g.outputChannels,
          scratch + thread * scratchSize)
      }
    }
  }

  private func add(
    _ group: Int, from done: Int, first: Int, rows: Int, to target: UnsafeMutablePointer<Int32>,
    _ fields: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let depth = min(exactDepth, g.depth - done)
    let fieldStride = exactDepth + 16
    let sums = fields + pieceRows * fieldStride
    gatherFields(
      x + group * g.inputChannels, g, first: first, count: rows, from: done, depth: depth, to: fields,
      targetStride: fieldStride)
    let panels = weights + (group * panelCount(columns: g.outputChannels) * g.depth + done) * panelColumns
    kernels.gemm(
      Gemm(
        rows: rows, columns: g.outputChannels, depth: depth, a: fields, aStride: fieldStride, b: panels,
        panelStride: g.depth * panelColumns, c: sums, cStride: g.outputChannels))
    for row in 0..<rows {
      for column in 0..<g.outputChannels {
        // Within ± 2²⁴, if the weights are what they should be.
        let sum = sums[row * g.outputChannels + column]
        target[row * g.outputStride + column] &+= Int32(sum > -0x1p24 ? (sum < 0x1p24 ? sum : 0x1p24) : -0x1p24)
      }
    }
  }
}
