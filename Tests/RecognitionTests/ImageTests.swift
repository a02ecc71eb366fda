import Tensors
import Testing

@testable import Recognition

private func view(
  _ pixels: [UInt8], _ width: Int, _ height: Int, stride: Int = 0, _ format: PixelFormat = .gray,
  _ body: (ImageView) throws -> Void
) throws {
  try pixels.withUnsafeBufferPointer {
    try body(ImageView(pixels: $0.baseAddress, width: width, height: height, stride: stride, format: format))
  }
}

/// The pixels of an image after conversion and scaling; without a size, after conversion only.
private func pixels(
  of image: ImageView, as channels: Channels, width: Int? = nil, height: Int? = nil
) throws -> [UInt8] {
  let buffer = try resized(image, channels, width: width ?? image.width, height: height ?? image.height)
  return Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.rowBytes * buffer.height))
}

private func shape(_ image: ImageView, _ changes: [String: String?] = [:]) throws -> [Int] {
  try prepare(image, for: description(changes)).shape
}

private func values(_ tensor: Tensor) -> [Float] { Array(tensor.elements(as: Float.self)) }

@Suite struct ResizeTests {
  /// Source and target size, as Tests/fixtures/recognition/make_goldens.py has them.
  static let sizes = [
    (37, 23, 61, 32), (60, 64, 30, 32), (57, 41, 31, 22), (80, 45, 23, 13), (40, 32, 75, 32), (75, 32, 40, 32),
    (48, 20, 48, 32), (48, 50, 48, 32), (33, 17, 33, 17), (1, 1, 7, 32), (1, 40, 1, 32), (200, 1, 3, 5), (3, 200, 2, 3),
    (50, 7, 1, 1), (30, 100, 61, 32),
  ]

  @Test(arguments: sizes, [Channels.gray, .rgb])
  func equalsPillow(size: (Int, Int, Int, Int), channels: Channels) throws {
    let (width, height, newWidth, newHeight) = size
    let mode = channels == .gray ? "L" : "RGB"
    let golden = try fixture("resize-\(mode)-\(width)x\(height)-\(newWidth)x\(newHeight).raw")
    let source = Array(golden.prefix(width * height * channels.count))
    try view(source, width, height, channels == .gray ? .gray : .rgb) { image in
      let result = try pixels(of: image, as: channels, width: newWidth, height: newHeight)
      #expect(result == Array(golden.dropFirst(source.count)))
    }
  }

  /// The order of the channels does not matter to scaling.
  @Test func otherOrders() throws {
    let golden = try fixture("resize-RGB-37x23-61x32.raw")
    let source = Array(golden.prefix(37 * 23 * 3))
    try view(source, 37, 23, .bgr) { image in
      let result = try pixels(of: image, as: .bgr, width: 61, height: 32)
      #expect(result == Array(golden.dropFirst(source.count)))
    }
  }

  @Test func rowsMayBePaddedOrBottomUp() throws {
    let golden = try fixture("resize-L-37x23-61x32.raw")
    let rows = (0..<23).map { Array(golden[($0 * 37)..<($0 * 37 + 37)]) }
    let expected = Array(golden.dropFirst(37 * 23))
    let padded = Array(rows.map { $0 + [1, 2, 3] }.joined())
    try view(padded, 37, 23, stride: 40) { image in
      let result = try pixels(of: image, as: .gray, width: 61, height: 32)
      #expect(result == expected)
    }
    let reversed = Array(rows.reversed().map { $0 + [1, 2, 3] }.joined())
    try reversed.withUnsafeBufferPointer {
      let image = try ImageView(
        pixels: $0.baseAddress! + 22 * 40, width: 37, height: 23, stride: -40, format: .gray)
      let result = try pixels(of: image, as: .gray, width: 61, height: 32)
      #expect(result == expected)
    }
  }
}

@Suite struct ChannelsTests {
  private func expect(
    _ source: [UInt8], _ format: PixelFormat, as channels: Channels, _ expected: [UInt8], rows: Int = 1
  ) throws {
    try view(source, source.count / format.byteCount / rows, rows, format) { image in
      let result = try pixels(of: image, as: channels)
      #expect(result == expected)
    }
  }

  @Test func grayEqualsPillow() throws {
    let golden = try fixture("gray.raw")
    let colours = Array(golden.prefix(48 * 48 * 3))
    let grays = Array(golden.dropFirst(colours.count))
    try expect(colours, .rgb, as: .gray, grays, rows: 48)
    var reversed = colours
    for first in stride(from: 0, to: colours.count, by: 3) { reversed.swapAt(first, first + 2) }
    try expect(reversed, .bgr, as: .gray, grays, rows: 48)
    try expect(reversed, .bgr, as: .rgb, colours, rows: 48)
    try expect(colours, .rgb, as: .bgr, reversed, rows: 48)
  }

  @Test func graysStayWhatTheyAre() throws {
    let grays = [UInt8](0...255)
    let colours = [UInt8](grays.map { [$0, $0, $0] }.joined())
    try expect(colours, .rgb, as: .gray, grays)
    try expect(grays, .gray, as: .rgb, colours)
    try expect(grays, .gray, as: .bgr, colours)
  }

  @Test func alphaIsDrawnOnWhiteAsByPillow() throws {
    let golden = try fixture("rgba.raw")
    let source = Array(golden.prefix(48 * 48 * 4))
    try expect(source, .rgba, as: .rgb, Array(golden.dropFirst(source.count)), rows: 48)
    try expect([10, 20, 30, 0, 10, 20, 30, 255], .rgba, as: .bgr, [255, 255, 255, 30, 20, 10])
  }
}

@Suite struct PrepareTests {
  @Test func layoutsAndValues() throws {
    let pixels: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    let changes = [
      "crnn.image.height": "2", "crnn.image.channels": "bgr", "crnn.image.mean": "1,2,3",
      "crnn.image.scale": "1,10,0.5",
    ]
    try view(pixels, 2, 2, .rgb) { image in
      let planes = try prepare(image, for: description(changes))
      #expect(planes.shape == [1, 3, 2, 2])
      #expect(values(planes) == [2, 5, 8, 11, 0, 30, 60, 90, -1, 0.5, 2, 3.5])
      let interleaved = try prepare(image, for: description(changes.merging(["crnn.image.layout": "NHWC"]) { $1 }))
      #expect(interleaved.shape == [1, 2, 2, 3])
      #expect(values(interleaved) == [2, 0, -1, 5, 30, 0.5, 8, 60, 2, 11, 90, 3.5])
    }
  }

  @Test(arguments: [(100, 32, 100), (101, 32, 101), (100, 64, 50), (101, 64, 51), (1, 1000, 1), (3, 2, 48), (7, 3, 75)])
  func widthKeepsTheProportions(width: Int, height: Int, expected: Int) throws {
    try view([UInt8](repeating: 0, count: width * height), width, height) { image in
      let proportional = try shape(image)
      #expect(proportional == [1, 1, 32, expected])
      let fixed = try shape(image, ["crnn.image.width": "17"])
      #expect(fixed == [1, 1, 32, 17])
    }
  }

  @Test func tooLargeWhenScaled() throws {
    try view([UInt8](repeating: 0, count: 100_000), 100_000, 1) { image in
      let error = failure { _ = try prepare(image, for: description()) }
      #expect(error?.status == .invalidInput)
      #expect(error?.message.contains("100000x1 pixels becomes 3200000x32") == true)
    }
    try view([UInt8](repeating: 0, count: 100_000), 1, 100_000) { image in
      let error = failure { _ = try prepare(image, for: description(["crnn.image.width": "1000000"])) }
      #expect(error?.status == .invalidInput)
    }
  }

  @Test func wrongImages() {
    let pixel: [UInt8] = [0, 0, 0, 0]
    let cases: [(Int, Int, Int, String)] = [
      (0, 1, 0, "image.width is 0"), (-1, 1, 0, "image.width is -1"), (1_000_001, 1, 0, "image.width is 1000001"),
      (1, 0, 0, "image.height is 0"), (1, Int.min, 0, "image.height is"), (Int.max, Int.max, 0, "image.width is"),
      (1_000_000, 1_000_000, 0, "1000000x1000000 pixels"), (2, 1, 5, "image.stride is 5, expected at least 6"),
      (2, 1, -5, "image.stride is -5"), (1, 3, Int.min, "image.stride is"), (1, 3, Int.max, "image.stride is"),
    ]
    for (width, height, stride, message) in cases {
      let error = failure {
        _ = try ImageView(pixels: pixel, width: width, height: height, stride: stride, format: .rgb)
      }
      #expect(error?.status == .invalidArgument)
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
    let error = failure { _ = try ImageView(pixels: nil, width: 1, height: 1, format: .gray) }
    #expect(error?.message.contains("image.pixels is NULL") == true)
  }
}
