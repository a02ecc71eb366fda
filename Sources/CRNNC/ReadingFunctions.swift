import CCRNN
import CSystem
import CTC
import Engine
import Graphs
import Models
import Recognition
import Tensors

@c @implementation
public func crnn_session_read_image(
  _ session: OpaquePointer!, _ image: UnsafePointer<crnn_image>!, _ options: UnsafePointer<crnn_read_options>!,
  _ reading: UnsafeMutablePointer<UnsafeMutablePointer<crnn_reading>?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(reading, "reading")
    result.pointee = nil
    let open = try CRNNC.session(session)
    let image = try sized(try required(image, "image"), zero: crnn_image(), "image")
    let options = try sized(options, zero: crnn_read_options(), "options")
    let decoder = try options.decoder.map { handle throws(Failure) in try CRNNC.decoder(handle) }
    guard let format = PixelFormat(rawValue: Int32(bitPattern: image.format.rawValue)) else {
      throw Failure(.invalidArgument, "image.format is \(image.format.rawValue), which is no crnn_pixel_format")
    }
    let view = try ImageView(
      pixels: image.pixels, width: Int(image.width), height: Int(image.height), stride: image.stride, format: format)
    try open.exclusively { () throws(Failure) in
      result.pointee = try read(view, open, decoder)
    }
  }
}

private func read(
  _ image: ImageView, _ open: OpenSession, _ decoder: Decoder?
) throws(Failure) -> UnsafeMutablePointer<crnn_reading> {
  let description = try open.requireRecognizer()
  let network = open.model.network
  guard network.inputs.count == 1 else {
    throw Failure(
      .invalidMetadata, "the network has \(network.inputs.count) inputs, expected one, which takes the image")
  }
  if let name = description.input, network.inputs[0].name != name {
    throw Failure(
      .invalidMetadata, "metadata 'crnn.input' names '\(name)', but the input is '\(network.inputs[0].name)'")
  }
  let output = try outputIndex(description.output, network)
  let input = try prepare(image, for: description)
  let results = try open.session.run([InputData(input)])
  // The session was handed an address only.
  withExtendedLifetime(input) {}
  let scores = try Tensor(
    results[output].type, results[output].shape,
    Storage(UnsafeRawBufferPointer(start: results[output].data, count: results[output].byteCount), keeping: nil))
  return try allocate(try decode(scores, as: description, imageWidth: image.width, decoder: decoder))
}

private func outputIndex(_ name: String?, _ network: Network) throws(Failure) -> Int {
  guard !network.outputs.isEmpty else { throw Failure(.invalidMetadata, "the network has no output") }
  guard let name else { return 0 }
  for (index, output) in network.outputs.enumerated() where output.name == name { return index }
  throw Failure(.invalidMetadata, "metadata 'crnn.output' names '\(name)', which the network does not have")
}

@c @implementation
public func crnn_ctc_greedy(
  _ scores: UnsafePointer<Float>!, _ frame_count: Int, _ class_count: Int,
  _ options: UnsafePointer<crnn_ctc_options>!, _ reading: UnsafeMutablePointer<UnsafeMutablePointer<crnn_reading>?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(reading, "reading")
    result.pointee = nil
    let options = try sized(options, zero: crnn_ctc_options(), "options")
    let view = try Scores(scores, frameCount: frame_count, classCount: class_count, kind: kind(options))
    let texts = try labels(options, classCount: class_count)
    result.pointee = try allocate(try decode(view, texts: texts, blank: Int(options.blank)))
  }
}

/// What the options say that the scores are.
func kind(_ options: crnn_ctc_options) throws(Failure) -> ScoreKind {
  let code = options.kind.rawValue == 0 ? CRNN_LOG_PROBABILITIES.rawValue : options.kind.rawValue
  guard let kind = ScoreKind(rawValue: Int32(bitPattern: code)) else {
    throw Failure(.invalidArgument, "options.kind is \(code), which is no crnn_score_kind")
  }
  return kind
}

func labels(_ options: crnn_ctc_options, classCount: Int) throws(Failure) -> Labels? {
  guard let pointers = options.labels else {
    guard options.label_count == 0 else { throw Failure(.invalidArgument, "options.labels is NULL") }
    return nil
  }
  guard options.label_count == classCount - 1 else {
    throw Failure(
      .invalidArgument,
      "options.label_count is \(options.label_count), expected \(classCount - 1): one for each class but the blank")
  }
  var byteCount = 0
  for index in 0..<options.label_count {
    guard let text = pointers[index] else { throw Failure(.invalidArgument, "options.labels[\(index)] is NULL") }
    byteCount += strlen(text)
  }
  let labels = try Labels(capacity: options.label_count, byteCount: byteCount)
  for index in 0..<options.label_count {
    if let text = pointers[index] { labels.append(bytes(of: text)) }
  }
  return labels
}

/// A reading as one block of memory: the struct, the characters, room for as many words, then all texts.
private func allocate(_ reading: Reading) throws(Failure) -> UnsafeMutablePointer<crnn_reading> {
  let characterCount = reading.labels.count
  var textBytes = 0
  for label in reading.labels { textBytes += reading.text(of: label).count }
  let charactersOffset = MemoryLayout<crnn_reading>.stride
  let wordsOffset = charactersOffset + characterCount * MemoryLayout<crnn_character>.stride
  let textOffset = wordsOffset + characterCount * MemoryLayout<crnn_word>.stride
  // The whole text, then each character's own; a NUL after each.
  let byteCount = textOffset + 2 * textBytes + characterCount + 1
  guard let block = malloc(byteCount) else { throw Failure(.outOfMemory, "cannot allocate \(byteCount) bytes") }
  let result = block.bindMemory(to: crnn_reading.self, capacity: 1)
  let characters = (block + charactersOffset).bindMemory(to: crnn_character.self, capacity: characterCount)
  let words = (block + wordsOffset).bindMemory(to: crnn_word.self, capacity: characterCount)
  let text = (block + textOffset).bindMemory(to: CChar.self, capacity: 2 * textBytes + characterCount + 1)
  var whole = text
  var single = text + textBytes + 1
  for (index, label) in reading.labels.enumerated() {
    let span = reading.span(of: label)
    characters[index] = crnn_character(
      text: single, label: label.label, confidence: label.confidence, first_frame: label.firstFrame,
      frame_count: label.frameCount, x: span.x, width: span.width)
    for byte in reading.text(of: label) {
      whole.pointee = CChar(bitPattern: byte)
      single.pointee = CChar(bitPattern: byte)
      whole += 1
      single += 1
    }
    single.pointee = 0
    single += 1
  }
  whole.pointee = 0
  let wordCount = writeWords(
    to: words, tokenCount: characterCount, text: { reading.text(of: reading.labels[$0]) },
    confidence: { reading.confidence(of: $0) })
  result.pointee = crnn_reading(
    text: text, characters: characters, character_count: characterCount, confidence: reading.confidence,
    frame_count: Int32(clamping: reading.frameCount), words: words, word_count: wordCount)
  return result
}

@c @implementation
public func crnn_reading_free(_ reading: UnsafeMutablePointer<crnn_reading>!) { free(reading) }
