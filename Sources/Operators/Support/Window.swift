import Graphs
import Tensors

/// The sliding window of a convolution or pooling over 1 to 3 spatial dimensions, as ONNX's attributes describe it.
struct Window {
  enum Padding { case explicit, sameUpper, sameLower, valid }

  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  /// Before and after each spatial dimension, for explicit padding.
  var padsBegin: [Int]
  var padsEnd: [Int]
  var padding: Padding
  /// Whether output sizes round up (pooling's ceil_mode).
  var roundsUp = false

  /// `fallback` is what a convolution's weights tell; a kernel_shape beside them must say the same.
  init(_ node: Node, kernel fallback: [Int]? = nil) throws(Failure) {
    guard let kernel = try node.ints("kernel_shape") ?? fallback else {
      throw Failure(.invalidModel, "attribute 'kernel_shape' is missing")
    }
    if let fallback, kernel != fallback {
      throw Failure(.invalidModel, "kernel_shape is \(describe(kernel)), but the weights are for \(describe(fallback))")
    }
    let rank = kernel.count
    guard (1...3).contains(rank) else {
      throw Failure(.unsupported, "\(rank) spatial dimensions are not supported, expected 1 to 3")
    }
    self.kernel = kernel
    strides = try node.ints("strides") ?? [Int](repeating: 1, count: rank)
    dilations = try node.ints("dilations") ?? [Int](repeating: 1, count: rank)
    let pads = try node.ints("pads") ?? [Int](repeating: 0, count: 2 * rank)
    guard strides.count == rank, dilations.count == rank, pads.count == 2 * rank else {
      throw Failure(.invalidModel, "strides, dilations and pads do not fit the \(rank) dimensions of the kernel")
    }
    let limit = 1 << 30
    guard kernel.allSatisfy({ $0 > 0 && $0 < limit }), strides.allSatisfy({ $0 > 0 && $0 < limit }),
      dilations.allSatisfy({ $0 > 0 && $0 < limit }), pads.allSatisfy({ $0 >= 0 && $0 < limit })
    else { throw Failure(.invalidModel, "kernel, strides and dilations must be positive and pads not negative") }
    padsBegin = Array(pads[..<rank])
    padsEnd = Array(pads[rank...])
    let name = try node.string("auto_pad", default: "NOTSET")
    if name == "NOTSET" || name.isEmpty { padding = .explicit }
    else if name == "SAME_UPPER" { padding = .sameUpper }
    else if name == "SAME_LOWER" { padding = .sameLower }
    else if name == "VALID" { padding = .valid }
    else { throw Failure(.invalidModel, "auto_pad '\(name)' is not known") }
  }

  var rank: Int { kernel.count }

  /// Positions between the window's first and last element, inclusive.
  func extent(_ axis: Int) -> Int { (kernel[axis] - 1) * dilations[axis] + 1 }

  /// The output's spatial shape and the padding that is used, for an input's.
  func place(over input: [Int]) throws(Failure) -> (output: [Int], padsBegin: [Int], padsEnd: [Int]) {
    var (output, begin, end) = (input, padsBegin, padsEnd)
    for axis in 0..<rank {
      let (size, stride, extent) = (input[axis], strides[axis], extent(axis))
      switch padding {
      case .sameUpper, .sameLower:
        output[axis] = (size + stride - 1) / stride
        let total = max(0, (output[axis] - 1) * stride + extent - size)
        begin[axis] = padding == .sameUpper ? total / 2 : total - total / 2
        end[axis] = total - begin[axis]
      case .valid, .explicit:
        if padding == .valid { (begin[axis], end[axis]) = (0, 0) }
        let room = size + begin[axis] + end[axis] - extent
        guard room >= 0, size > 0 else {
          throw Failure(
            .invalidInput,
            "the input's spatial shape \(describe(input)) is too small for a window of \(describe(kernel))"
              + " that reaches over \(extent) elements")
        }
        output[axis] = room / stride + 1
        if roundsUp, padding == .explicit, room % stride != 0, output[axis] * stride < size + begin[axis] { output[axis] += 1 }
      }
    }
    return (output, begin, end)
  }
}
