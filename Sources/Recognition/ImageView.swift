import Tensors

/// Greatest width and height of an image.
let maximumImageSide = 1_000_000

/// Order of the bytes of a pixel. The raw values are those of `crnn_pixel_format` in crnn.h.
public enum PixelFormat: Int32, Sendable {
  case gray = 1
  case rgb = 2
  case bgr = 3
  /// Drawn on white by its alpha, which is not premultiplied.
  case rgba = 4

  var byteCount: Int {
    switch self {
    case .gray: 1
    case .rgb, .bgr: 3
    case .rgba: 4
    }
  }
}

/// An image of 8 bits a channel in somebody else's memory, which must outlive this view.
public struct ImageView {
  /// First byte of the top row.
  let pixels: UnsafePointer<UInt8>
  public let width: Int
  public let height: Int
  /// Bytes from one row to the next below it; negative for images stored bottom-up.
  public let stride: Int
  public let format: PixelFormat

  /// The greatest number of pixels.
  static let maximumArea = 1 << 30

  /// - Parameter stride: 0 stands for rows without padding.
  /// - Throws: `invalidArgument` naming the member of `crnn_image` that is wrong.
  public init(
    pixels: UnsafePointer<UInt8>?, width: Int, height: Int, stride: Int = 0, format: PixelFormat
  ) throws(Failure) {
    guard let pixels else { throw Failure(.invalidArgument, "image.pixels is NULL") }
    guard width >= 1, width <= maximumImageSide else {
      throw Failure(.invalidArgument, "image.width is \(width), expected 1 to \(maximumImageSide)")
    }
    guard height >= 1, height <= maximumImageSide else {
      throw Failure(.invalidArgument, "image.height is \(height), expected 1 to \(maximumImageSide)")
    }
    guard width * height <= ImageView.maximumArea else {
      throw Failure(
        .invalidArgument, "image of \(width)x\(height) pixels, expected at most \(ImageView.maximumArea) in all")
    }
    let rowBytes = width * format.byteCount
    let rowStride = stride == 0 ? rowBytes : stride
    guard rowStride.magnitude >= UInt(rowBytes) else {
      throw Failure(.invalidArgument, "image.stride is \(stride), expected at least \(rowBytes) bytes either way, or 0")
    }
    let (span, overflow) = rowStride.magnitude.multipliedReportingOverflow(by: UInt(height))
    guard !overflow, span <= UInt(Int.max) else {
      throw Failure(.invalidArgument, "image.stride is \(stride), which is too large for \(height) rows")
    }
    self.pixels = pixels
    self.width = width
    self.height = height
    self.stride = rowStride
    self.format = format
  }

  /// First byte of row `index`, 0 being the top one.
  func row(_ index: Int) -> UnsafePointer<UInt8> { pixels + index * stride }
}
