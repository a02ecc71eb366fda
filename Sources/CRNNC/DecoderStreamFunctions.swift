import CCRNN
import CSystem
import CTC
import Tensors

/// A stream behind a handle, which one thread at a time may use, with the results that it handed out last.
final class OpenStream {
  private let stream: DecoderStream
  private let settings: Decoder.Settings
  private let turn = Turn()
  private var found: UnsafeMutablePointer<crnn_hypotheses>?
  /// The stable prefix, and its text with a NUL.
  private var tokens: UnsafeMutablePointer<Int32>?
  private var text: UnsafeMutablePointer<CChar>?

  init(_ decoder: Decoder, classCount: Int, hotwords: Hotwords?) throws(Failure) {
    stream = try DecoderStream(decoder, classCount: classCount, hotwords: hotwords)
    settings = decoder.settings
  }

  deinit { forget() }

  private func forget() {
    free(found)
    free(tokens)
    free(text)
    (found, tokens, text) = (nil, nil, nil)
  }

  func push(_ frames: crnn_tensor) throws(Failure) {
    try turn.take("stream")
    defer { turn.end() }
    forget()
    let values = try FloatValues(frames, "frames")
    guard values.shape.count == 2 else {
      throw Failure(.invalidInput, "frames has rank \(values.shape.count), expected 2")
    }
    try stream.push(
      Scores(values.base, frameCount: values.shape[0], classCount: values.shape[1], kind: settings.kind))
    withExtendedLifetime(values) {}
  }

  func best(_ limit: Int) throws(Failure) -> UnsafePointer<crnn_hypotheses>? {
    try turn.take("stream")
    defer { turn.end() }
    forget()
    found = try HypothesisBlock(stream.best(limit), settings).allocated()
    return UnsafePointer(found)
  }

  func stable() throws(Failure) -> (text: UnsafePointer<CChar>?, tokens: UnsafePointer<Int32>?, count: Int) {
    try turn.take("stream")
    defer { turn.end() }
    forget()
    let prefix = stream.stablePrefix()
    var bytes: [UInt8] = []
    for token in prefix {
      bytes.append(contentsOf: settings.labels?.text(ofClass: Int(token), blank: settings.blank) ?? [])
    }
    tokens = try copy(prefix)
    text = try copy(bytes.map { CChar(bitPattern: $0) } + [0])
    return (UnsafePointer(text), UnsafePointer(tokens), prefix.count)
  }

  private func copy<Element>(_ elements: [Element]) throws(Failure) -> UnsafeMutablePointer<Element> {
    let byteCount = max(elements.count, 1) * MemoryLayout<Element>.stride
    guard let block = malloc(byteCount) else { throw Failure(.outOfMemory, "cannot allocate \(byteCount) bytes") }
    let target = block.bindMemory(to: Element.self, capacity: elements.count)
    for (index, element) in elements.enumerated() { (target + index).initialize(to: element) }
    return target
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
    let open = try OpenStream(
      CRNNC.decoder(decoder), classCount: class_count, hotwords: hotwords(options))
    result.pointee = HandleTable.shared.add(open, .stream)
  }
}

@c @implementation
public func crnn_decoder_stream_release(_ stream: OpaquePointer!) { release(stream, .stream) }

@c @implementation
public func crnn_decoder_stream_push(_ stream: OpaquePointer!, _ frames: UnsafePointer<crnn_tensor>!) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.stream(stream)
    try open.push(required(frames, "frames").pointee)
  }
}

@c @implementation
public func crnn_decoder_stream_best(
  _ stream: OpaquePointer!, _ hypothesis_count: Int,
  _ hypotheses: UnsafeMutablePointer<UnsafePointer<crnn_hypotheses>?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(hypotheses, "hypotheses")
    result.pointee = nil
    let open = try CRNNC.stream(stream)
    result.pointee = try open.best(max(1, hypothesis_count))
  }
}

@c @implementation
public func crnn_decoder_stream_stable(
  _ stream: OpaquePointer!, _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>!,
  _ tokens: UnsafeMutablePointer<UnsafePointer<Int32>?>!, _ token_count: UnsafeMutablePointer<Int>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.stream(stream)
    let stable = try open.stable()
    text?.pointee = stable.text
    tokens?.pointee = stable.tokens
    token_count?.pointee = stable.count
  }
}
