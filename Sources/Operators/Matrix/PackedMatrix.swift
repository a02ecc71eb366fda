import KernelTable
import Plans
import Tensors

/// Packs B `[depth, columns]`, given by strides, into panels of 16 columns: `[panels][depth][16]`, zero-padded.
/// Column j of the result may come from anywhere: `column(j)` is its offset in the source.
func packPanels(
  _ source: UnsafePointer<Float>, depth: Int, columns: Int, depthStride: Int, columnOffset: (Int) -> Int,
  to target: UnsafeMutablePointer<Float>
) {
  var panel = target
  var first = 0
  while first < columns {
    let width = min(panelColumns, columns - first)
    for lane in 0..<panelColumns {
      if lane < width {
        let column = source + columnOffset(first + lane)
        for k in 0..<depth { panel[k * panelColumns + lane] = column[k * depthStride] }
      } else {
        for k in 0..<depth { panel[k * panelColumns + lane] = 0 }
      }
    }
    panel += depth * panelColumns
    first += panelColumns
  }
}

func panelCount(columns: Int) -> Int { columns / panelColumns + (columns % panelColumns > 0 ? 1 : 0) }

/// Floats of a packed matrix.
func packedCount(depth: Int, columns: Int) throws(Failure) -> Int {
  try elementCount(of: [panelCount(columns: columns), depth, panelColumns])
}

/// A right-hand matrix in panels: `[panels][depth][16]` at an operand that starts at its first element.
struct PackedMatrix {
  var panels: Operand
  var depth: Int
  var columns: Int

  /// Wraps an operand of shape `[panels, depth, 16]`.
  init(panels: Operand, depth: Int, columns: Int) {
    self.panels = panels
    self.depth = depth
    self.columns = columns
  }

  /// Packs a matrix `[depth, columns]` of any strides, when the plan runs.
  init(packing matrix: Operand, _ builder: PlanBuilder) throws(Failure) {
    depth = matrix.shape[0]
    columns = matrix.shape[1]
    let (depth, columns) = (depth, columns)
    let target = try builder.allocate(.float32, [panelCount(columns: columns), depth, panelColumns])
    panels = target
    let (depthStride, columnStride) = (matrix.strides[0], matrix.strides[1])
    builder.emit("Pack", reads: [matrix], writes: [target]) { execution in
      packPanels(
        execution.floats(matrix), depth: depth, columns: columns, depthStride: depthStride,
        columnOffset: { $0 * columnStride }, to: execution.floats(target))
    }
  }
}
