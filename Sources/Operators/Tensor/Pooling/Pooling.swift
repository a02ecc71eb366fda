import CSystem
import Graphs
import KernelTable
import Plans
import Tensors

/// MaxPool and AveragePool over 1 to 3 spatial axes. Other types than float32 are computed in it.
final class Pooling: Operator {
  enum Function { case maximum, average, sum }

  private let name: String
  private let function: Function
  private let window: Window
  private let countsPadding: Bool
  private let isColumnMajor: Bool

  init(_ node: Node, _ function: Function) throws(Failure) {
    name = node.type
    self.function = function
    var window = try Window(node)
    window.roundsUp = try node.flag("ceil_mode")
    self.window = window
    countsPadding = try node.flag("count_include_pad")
    isColumnMajor = try node.flag("storage_order")
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let input = try inputs.required(0, ranks: (window.rank + 2)...(window.rank + 2))
    let x = try builder.channelsLast(builder.cast(input, to: .float32))
    let spatial = Array(x.shape[2...])
    let place = try window.place(over: spatial)
    let shape = try checked([x.shape[0], x.shape[1]] + place.output)
    let result = try builder.allocateChannelsLast(.float32, shape)
    let geometry = PoolingGeometry(
      window, channels: x.shape[1], batch: x.shape[0], input: spatial, output: place.output,
      padsBegin: place.padsBegin, padsEnd: place.padsEnd)
    let findsPlaces = wanted.count > 1 && wanted[1]
    guard findsPlaces else {
      emit(builder, geometry, x, result)
      return [try builder.cast(result, to: input.type)] + [Operand?](repeating: nil, count: max(0, wanted.count - 1))
    }
    let places = try builder.allocateChannelsLast(.int64, shape)
    emitPlaces(builder, geometry, x, result, places)
    return [try builder.cast(result, to: input.type), places]
  }

  private func emit(_ builder: PlanBuilder, _ geometry: PoolingGeometry, _ x: Operand, _ result: Operand) {
    guard result.count > 0 else { return }
    let channels = geometry.channels
    if function == .maximum, window.rank < 3 {
      builder.emit(name, reads: [x], writes: [result]) { execution in
        slide(
          geometry.windows(from: execution.floats(x), to: execution.floats(result)),
          images: geometry.rows / geometry.output.1, work: geometry.work, execution)
      }
      return
    }
    let averages = function == .average
    let finds = function == .maximum
    let operation: BinaryFunction = finds ? .maximum : .add
    builder.emit(name, reads: [x], writes: [result]) { [countsPadding] execution in
      let from = execution.floats(x)
      let to = execution.floats(result)
      execution.parallel(geometry.rows, work: geometry.work) { row in
        let (image, z, y) = geometry.position(ofRow: row)
        let depth = geometry.span(0, z)
        let height = geometry.span(1, y)
        for column in 0..<geometry.output.2 {
          let width = geometry.span(2, column)
          let target = to + (row &* geometry.output.2 &+ column) &* channels
          var isFirst = true
          geometry.forEachElement(image, depth, height, width) { element in
            let source = from + element &* channels
            if isFirst {
              memcpy(target, source, channels &* 4)
              isFirst = false
            } else {
              execution.kernels.binary(operation, target, 1, source, 1, target, channels)
            }
          }
          if isFirst {
            // A window wholly within the padding.
            for channel in 0..<channels { target[channel] = finds ? -.infinity : 0 }
          } else if averages {
            let count = countsPadding
              ? depth.padded &* height.padded &* width.padded : depth.count &* height.count &* width.count
            if count > 1 {
              execution.kernels.unary(
                Activation(.affine, alpha: 1 / Float(count)), target, target, channels)
            }
          }
        }
      }
    }
  }

  /// The maxima and where they were found, as places in the row-major input.
  private func emitPlaces(
    _ builder: PlanBuilder, _ geometry: PoolingGeometry, _ x: Operand, _ result: Operand, _ places: Operand
  ) {
    guard result.count > 0 else { return }
    let channels = geometry.channels
    let size = geometry.input.0 &* geometry.input.1 &* geometry.input.2
    builder.emit(name, reads: [x], writes: [result, places]) { [isColumnMajor] execution in
      let from = execution.floats(x)
      let to = execution.floats(result)
      let indices = execution.pointer(places, as: Int64.self)
      for row in 0..<geometry.rows {
        let (image, z, y) = geometry.position(ofRow: row)
        let (depth, height) = (geometry.span(0, z), geometry.span(1, y))
        for column in 0..<geometry.output.2 {
          let width = geometry.span(2, column)
          let first = (row &* geometry.output.2 &+ column) &* channels
          for channel in 0..<channels {
            to[first &+ channel] = -.infinity
            indices[first &+ channel] = 0
          }
          var isFirst = true
          geometry.forEachElement(image, depth, height, width) { element in
            let spatial = isColumnMajor ? geometry.columnMajor(element % size) : element % size
            for channel in 0..<channels where isFirst || from[element &* channels &+ channel] > to[first &+ channel] {
              to[first &+ channel] = from[element &* channels &+ channel]
              indices[first &+ channel] = Int64((image &* channels &+ channel) &* size &+ spatial)
            }
            isFirst = false
          }
        }
      }
    }
  }
}

/// A pooling's sizes, with three spatial axes always: missing ones are of size 1.
private struct PoolingGeometry {
  let channels: Int
  let input: (Int, Int, Int)
  let output: (Int, Int, Int)
  /// Rows of the output: images times depth times height.
  let rows: Int
  /// Elements that are looked at.
  let work: Int
  private let inputs: SIMD4<Int>
  private let kernel: SIMD4<Int>
  private let strides: SIMD4<Int>
  private let dilations: SIMD4<Int>
  private let padsBegin: SIMD4<Int>
  private let padsEnd: SIMD4<Int>
  private let spatialRank: Int

  init(
    _ window: Window, channels: Int, batch: Int, input: [Int], output: [Int], padsBegin: [Int], padsEnd: [Int]
  ) {
    func triple(_ values: [Int], _ filling: Int) -> SIMD4<Int> {
      var result = SIMD4<Int>(repeating: filling)
      for (index, value) in values.enumerated() where index < 3 { result[3 - values.count + index] = value }
      return result
    }
    self.channels = channels
    spatialRank = window.rank
    inputs = triple(input, 1)
    self.input = (inputs[0], inputs[1], inputs[2])
    let outputs = triple(output, 1)
    self.output = (outputs[0], outputs[1], outputs[2])
    kernel = triple(window.kernel, 1)
    strides = triple(window.strides, 1)
    dilations = triple(window.dilations, 1)
    self.padsBegin = triple(padsBegin, 0)
    self.padsEnd = triple(padsEnd, 0)
    rows = batch &* outputs[0] &* outputs[1]
    let taps = min(kernel[0], inputs[0]) &* min(kernel[1], inputs[1]) &* min(kernel[2], inputs[2])
    work = min(rows &* outputs[2] &* channels, 1 << 31) &* min(taps, 1 << 31)
  }

  /// The maxima of the first image, which has no depth.
  func windows(from x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>) -> Windows {
    var call = Windows(
      .maximum, channels: channels, height: input.1, width: input.2, input: x, inputStride: channels, output: y)
    (call.outputHeight, call.outputWidth) = (output.1, output.2)
    (call.kernelHeight, call.kernelWidth) = (kernel[1], kernel[2])
    (call.strideY, call.strideX) = (strides[1], strides[2])
    (call.dilationY, call.dilationX) = (dilations[1], dilations[2])
    (call.padTop, call.padLeft) = (padsBegin[1], padsBegin[2])
    return call
  }

  func position(ofRow row: Int) -> (image: Int, z: Int, y: Int) {
    let (rest, y) = row.quotientAndRemainder(dividingBy: output.1)
    let (image, z) = rest.quotientAndRemainder(dividingBy: output.0)
    return (image, z, y)
  }

  /// The part of a window along one axis that lies within the input.
  struct Span {
    /// First input position, the distance to the next, and how many there are.
    var first: Int
    var step: Int
    var count: Int
    /// How many lie within input and padding.
    var padded: Int
  }

  @inline(__always)
  func span(_ axis: Int, _ position: Int) -> Span {
    let (step, size, taps) = (dilations[axis], inputs[axis], kernel[axis])
    let start = position &* strides[axis] &- padsBegin[axis]
    let skipped = start < 0 ? (step &- 1 &- start) / step : 0
    let first = start &+ skipped &* step
    let count = first < size ? min(taps &- skipped, (size &- 1 &- first) / step &+ 1) : 0
    let padded = min(taps, (size &+ padsEnd[axis] &- 1 &- start) / step &+ 1)
    return Span(first: first, step: step, count: max(0, count), padded: max(1, padded))
  }

  /// Calls `body` with the place of each element of a window, counted over the input's positions.
  @inline(__always)
  func forEachElement(_ image: Int, _ depth: Span, _ height: Span, _ width: Span, _ body: (Int) -> Void) {
    for z in 0..<depth.count {
      let plane = (image &* input.0 &+ depth.first &+ z &* depth.step) &* input.1
      for y in 0..<height.count {
        let line = (plane &+ height.first &+ y &* height.step) &* input.2 &+ width.first
        for x in 0..<width.count { body(line &+ x &* width.step) }
      }
    }
  }

  /// A row-major place among the spatial positions as a column-major one.
  func columnMajor(_ place: Int) -> Int {
    let (rest, x) = place.quotientAndRemainder(dividingBy: input.2)
    let (z, y) = rest.quotientAndRemainder(dividingBy: input.1)
    return (x &* input.1 &+ y) &* input.0 &+ z
  }
}
