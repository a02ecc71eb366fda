import Tensors

/// A search through frames that come bit by bit. It keeps them, so as to align texts with them. One thread at a time.
public final class DecoderStream {
  public let decoder: Decoder
  private let search: PrefixBeamSearch
  public let classCount: Int
  private var frames: Storage?
  private var frameCount = 0
  /// Why the search cannot go on.
  private var failure: Failure?

  /// - Parameter search: a new one of the decoder's.
  public init(_ decoder: Decoder, _ search: PrefixBeamSearch, classCount: Int) {
    self.decoder = decoder
    self.search = search
    self.classCount = classCount
  }

  /// - Throws: `invalidInput` for scores that are no probabilities, none of which are searched then.
  public func push(_ scores: Scores) throws(Failure) {
    if let failure { throw failure }
    guard scores.classCount == classCount else {
      throw Failure(.invalidInput, "the frames have \(scores.classCount) classes, expected \(classCount) as before")
    }
    let logs = try LogProbabilities(scores)
    try append(logs)
    do throws(Failure) {
      try search.push(logs)
    } catch {
      failure = error
      throw error
    }
  }

  private func append(_ logs: LogProbabilities) throws(Failure) {
    let rowBytes = classCount * MemoryLayout<Float>.stride
    let (byteCount, overflow) = (frameCount + logs.frameCount).multipliedReportingOverflow(by: rowBytes)
    guard !overflow, byteCount <= Int.max >> 8 else { throw Failure(.outOfMemory, "the stream has too many frames") }
    var target = frames
    if byteCount > target?.byteCount ?? 0 {
      let larger = try Storage(byteCount: max(byteCount, 2 * (frames?.byteCount ?? 32 * rowBytes)))
      if let frames { larger.base.copyMemory(from: frames.base, byteCount: frameCount * rowBytes) }
      frames = larger
      target = larger
    }
    guard let target else { return }
    for frame in 0..<logs.frameCount {
      (target.base + (frameCount + frame) * rowBytes).copyMemory(from: logs.row(frame), byteCount: rowBytes)
    }
    frameCount += logs.frameCount
  }

  /// The `limit` best texts of the frames so far, the best first: what a decoder gives for all of them at once.
  public func best(_ limit: Int) throws(Failure) -> [Hypothesis] {
    if let failure { throw failure }
    let logs = try LogProbabilities(checked: frames, frameCount: frameCount, classCount: classCount)
    return try search.hypotheses(limit, in: logs)
  }

  /// The tokens that no frame to come can change.
  public func stablePrefix() -> [Int32] { search.stablePrefix() }
}
