import CCRNN
import CSystem
import CTC
import Tensors

@c @implementation
public func crnn_ctc_loss(
  _ scores: UnsafePointer<Float>!, _ frame_count: Int, _ batch_size: Int, _ class_count: Int,
  _ targets: UnsafePointer<Int32>!, _ target_count: Int, _ input_lengths: UnsafePointer<Int32>!,
  _ target_lengths: UnsafePointer<Int32>!, _ options: UnsafePointer<crnn_ctc_options>!,
  _ losses: UnsafeMutablePointer<Float>!, _ gradient: UnsafeMutablePointer<Float>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let options = try sized(options, zero: crnn_ctc_options(), "options")
    let losses = try required(losses, "losses")
    let lengths = try required(target_lengths, "target_lengths")
    // The whole batch as frames of all sequences' classes, to have its sizes checked once.
    let (width, overflow) = batch_size.multipliedReportingOverflow(by: class_count)
    guard batch_size > 0, class_count > 0, !overflow else {
      throw Failure(.invalidArgument, "batch_size is \(batch_size) and class_count \(class_count), expected 1 or more")
    }
    let kind = try kind(options)
    _ = try Scores(scores, frameCount: frame_count, classCount: width, kind: kind)
    var rest = try transcript(targets, target_count, "targets")
    for sequence in 0..<batch_size {
      let frames = input_lengths.map { Int($0[sequence]) } ?? frame_count
      guard frames >= 0, frames <= frame_count else {
        throw Failure(
          .invalidArgument, "input_lengths[\(sequence)] is \(frames), expected 0 to frame_count, \(frame_count)")
      }
      let length = Int(lengths[sequence])
      guard length >= 0, length <= rest.count else {
        throw Failure(
          .invalidArgument, "target_lengths[\(sequence)] is \(length), but only \(rest.count) targets are left")
      }
      let view = try Scores(
        scores.map { $0 + sequence * class_count }, frameCount: frames, classCount: class_count, frameStride: width,
        kind: kind)
      do throws(Failure) {
        losses[sequence] = Float(
          try loss(
            of: UnsafeBufferPointer(rebasing: rest[..<length]), given: LogProbabilities(view),
            blank: Int(options.blank), gradient: gradient.map { $0 + sequence * class_count }, gradientStride: width))
      } catch {
        throw error.within("sequence \(sequence)")
      }
      if let gradient {
        for frame in frames..<frame_count {
          (gradient + frame * width + sequence * class_count).update(repeating: 0, count: class_count)
        }
      }
      rest = UnsafeBufferPointer(rebasing: rest[length...])
    }
    guard rest.isEmpty else {
      throw Failure(.invalidArgument, "target_lengths leave \(rest.count) of the \(target_count) targets over")
    }
  }
}

@c @implementation
public func crnn_ctc_score(
  _ scores: UnsafePointer<Float>!, _ frame_count: Int, _ class_count: Int, _ tokens: UnsafePointer<Int32>!,
  _ token_count: Int, _ options: UnsafePointer<crnn_ctc_options>!, _ log_probability: UnsafeMutablePointer<Double>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let options = try sized(options, zero: crnn_ctc_options(), "options")
    let result = try required(log_probability, "log_probability")
    let view = try Scores(scores, frameCount: frame_count, classCount: class_count, kind: kind(options))
    result.pointee = try logLikelihood(
      of: transcript(tokens, token_count, "tokens"), given: LogProbabilities(view), blank: Int(options.blank))
  }
}

@c @implementation
public func crnn_ctc_align(
  _ scores: UnsafePointer<Float>!, _ frame_count: Int, _ class_count: Int, _ tokens: UnsafePointer<Int32>!,
  _ token_count: Int, _ options: UnsafePointer<crnn_ctc_options>!, _ spans: UnsafeMutablePointer<crnn_ctc_span>!,
  _ log_probability: UnsafeMutablePointer<Double>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let options = try sized(options, zero: crnn_ctc_options(), "options")
    let view = try Scores(scores, frameCount: frame_count, classCount: class_count, kind: kind(options))
    let tokens = try transcript(tokens, token_count, "tokens")
    guard tokens.isEmpty || spans != nil else { throw Failure(.invalidArgument, "spans is NULL") }
    let aligned = try align(tokens, to: LogProbabilities(view), blank: Int(options.blank))
    for index in tokens.indices { spans[index] = crnn_ctc_span(aligned[index]) }
    log_probability?.pointee = aligned.logProbability
  }
}

/// The caller's classes.
private func transcript(
  _ tokens: UnsafePointer<Int32>?, _ count: Int, _ name: StaticString
) throws(Failure) -> UnsafeBufferPointer<Int32> {
  guard count >= 0, count <= Int(Int32.max) >> 1 else {
    throw Failure(.invalidArgument, "\(count) \(name), expected at most \(Int32.max >> 1)")
  }
  if count > 0 { _ = try required(tokens, name) }
  return UnsafeBufferPointer(start: tokens, count: count)
}

extension crnn_ctc_span {
  init(_ token: AlignedToken) {
    self.init(token: token.token, first_frame: token.firstFrame, frame_count: token.frameCount, score: token.score)
  }
}
