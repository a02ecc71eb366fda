import CCRNN
import CSystem
import CTC
import Tensors

/// A stream behind a handle, which one thread at a time may use, with what it handed out last.
final class OpenStream {
  let stream: DecoderStream
  let turn = Turn()
  private var found: UnsafeMutablePointer<crnn_hypotheses>?
  private var stable: Storage?

  init(_ stream: DecoderStream) { self.stream = stream }

  deinit { free(found) }

  func best(_ limit: Int) throws(Failure) -> UnsafePointer<crnn_hypotheses>? {
    free(found)
    found = nil
    found = try allocate(stream.best(limit), stream.decoder)
    return UnsafePointer(found)
  }

  /// The stable tokens, then their text with a NUL.
  func stablePrefix() throws(Failure) -> (tokens: UnsafeMutablePointer<Int32>, text: UnsafeMutablePointer<CChar>, Int) {
    let prefix = stream.stablePrefix()
    let (labels, blank) = (stream.decoder.labels, stream.decoder.blank)
    var byteCount = prefix.count * MemoryLayout<Int32>.stride + 1
    for token in prefix { byteCount += labels?.text(ofClass: Int(token), blank: blank).count ?? 0 }
    let storage = try Storage(byteCount: byteCount)
    stable = storage
    let tokens = storage.base.bindMemory(to: Int32.self, capacity: prefix.count)
    let text = UnsafeMutableRawPointer(tokens + prefix.count).assumingMemoryBound(to: CChar.self)
    var end = 0
    for (index, token) in prefix.enumerated() {
      tokens[index] = token
      guard let labels else { continue }
      for byte in labels.text(ofClass: Int(token), blank: blank) {
        text[end] = CChar(bitPattern: byte)
        end += 1
      }
    }
    text[end] = 0
    return (tokens, text, prefix.count)
  }
}

/// Runs the body while no other thread can use the stream.
private func using(_ handle: OpaquePointer?, _ body: (OpenStream) throws(Failure) -> Void) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try stream(handle)
    try open.turn.take("stream")
    defer { open.turn.end() }
    try body(open)
  }
}

@c @implementation
public func crnn_decoder_stream_create(
  _ decoder: OpaquePointer!, _ class_count: Int, _ options: UnsafePointer<crnn_decode_options>!,
  _ stream: UnsafeMutablePointer<OpaquePointer?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(stream, "stream")
    result.pointee = nil
    let options = try sized(options, zero: crnn_decode_options(), "options")
    guard class_count >= 1, class_count <= Int(Int32.max) else {
      throw Failure(.invalidArgument, "class_count is \(class_count), expected 1 to \(Int32.max)")
    }
    let decoder = try CRNNC.decoder(decoder)
    let search = try decoder.search(
      classCount: class_count, labels: decoder.labels, blank: decoder.blank,
      hotwords: hotwords(options.hotwords, options.hotword_count))
    let created = DecoderStream(decoder, search, classCount: class_count)
    result.pointee = HandleTable.shared.add(OpenStream(created), .stream)
  }
}

@c @implementation
public func crnn_decoder_stream_release(_ stream: OpaquePointer!) { release(stream, .stream) }

@c @implementation
public func crnn_decoder_stream_push(_ stream: OpaquePointer!, _ frames: UnsafePointer<crnn_tensor>!) -> crnn_status {
  using(stream) { open throws(Failure) in
    let values = try scoreTensor(required(frames, "frames").pointee)
    guard values.shape.count == 2 else {
      throw Failure(.invalidInput, "frames has rank \(values.shape.count), expected 2")
    }
    try open.stream.push(
      Scores(
        values.elements(as: Float.self).baseAddress, frameCount: values.shape[0], classCount: values.shape[1],
        kind: open.stream.decoder.kind))
    withExtendedLifetime(values) {}
  }
}

@c @implementation
public func crnn_decoder_stream_best(
  _ stream: OpaquePointer!, _ hypothesis_count: Int,
  _ hypotheses: UnsafeMutablePointer<UnsafePointer<crnn_hypotheses>?>!
) -> crnn_status {
  using(stream) { open throws(Failure) in
    let result = try required(hypotheses, "hypotheses")
    result.pointee = nil
    result.pointee = try open.best(max(1, hypothesis_count))
  }
}

@c @implementation
public func crnn_decoder_stream_stable(
  _ stream: OpaquePointer!, _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>!,
  _ tokens: UnsafeMutablePointer<UnsafePointer<Int32>?>!, _ token_count: UnsafeMutablePointer<Int>!
) -> crnn_status {
  using(stream) { open throws(Failure) in
    let stable = try open.stablePrefix()
    text?.pointee = UnsafePointer(stable.text)
    tokens?.pointee = UnsafePointer(stable.tokens)
    token_count?.pointee = stable.2
  }
}
