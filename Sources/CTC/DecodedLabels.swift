import Tensors

/// One label on the path: a class other than the blank, and the run of frames in which it was the best one.
public struct DecodedLabel: Equatable, Sendable {
  /// Class index.
  public let label: Int32
  public let firstFrame: Int32
  public internal(set) var frameCount: Int32
  /// Of a greedy path: probability of the label, the highest among its frames. Of a hypothesis: see there.
  public internal(set) var confidence: Float

  public init(label: Int32, firstFrame: Int32, frameCount: Int32, confidence: Float) {
    self.label = label
    self.firstFrame = firstFrame
    self.frameCount = frameCount
    self.confidence = confidence
  }
}

/// The labels of a path, in time order. They lie in memory of the library's own, so that running out of it is an error.
public struct DecodedLabels: RandomAccessCollection {
  private var storage: Storage
  public private(set) var count = 0

  init() throws(Failure) { storage = try Storage(byteCount: 64 * MemoryLayout<DecodedLabel>.stride) }

  /// The tokens of a hypothesis.
  public init(_ hypothesis: Hypothesis) throws(Failure) {
    try self.init()
    for index in 0..<hypothesis.alignment.count {
      let token = hypothesis.alignment[index]
      try append(
        DecodedLabel(
          label: token.token, firstFrame: token.firstFrame, frameCount: token.frameCount,
          confidence: hypothesis.confidence(of: index..<index + 1)))
    }
  }

  private var base: UnsafeMutablePointer<DecodedLabel> { storage.base.assumingMemoryBound(to: DecodedLabel.self) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  public subscript(index: Int) -> DecodedLabel {
    precondition(index >= 0 && index < count)
    return base[index]
  }

  /// Only for the code that builds the collection: copies share their elements.
  mutating func append(_ label: DecodedLabel) throws(Failure) {
    if (count + 1) * MemoryLayout<DecodedLabel>.stride > storage.byteCount {
      let larger = try Storage(byteCount: storage.byteCount * 2)
      larger.base.copyMemory(from: storage.base, byteCount: count * MemoryLayout<DecodedLabel>.stride)
      storage = larger
    }
    base[count] = label
    count += 1
  }

  /// Lengthens the last label by one frame; there must be one.
  mutating func extendLast(confidence: Float) {
    precondition(count > 0)
    base[count - 1].frameCount += 1
    base[count - 1].confidence = Swift.max(base[count - 1].confidence, confidence)
  }
}
