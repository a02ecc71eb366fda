import CCRNN
import CTC
import Tensors

@c @implementation
public func crnn_lexicon_open(
  _ path: UnsafePointer<CChar>!, _ options: UnsafePointer<crnn_model_options>!,
  _ lexicon: UnsafeMutablePointer<OpaquePointer?>!
) -> crnn_status {
  open(path, options, .lexicon, lexicon)
}

@c @implementation
public func crnn_lexicon_create(
  _ words: UnsafePointer<CChar>!, _ byte_count: Int, _ lexicon: UnsafeMutablePointer<OpaquePointer?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(lexicon, "lexicon")
    result.pointee = nil
    guard byte_count >= 0 else { throw Failure(.invalidArgument, "byte_count is too large") }
    let text = UnsafeRawPointer(try required(words, "words")).assumingMemoryBound(to: UInt8.self)
    let created = try Lexicon(lines: UnsafeBufferPointer(start: text, count: byte_count))
    result.pointee = HandleTable.shared.add(created, .lexicon)
  }
}

@c @implementation
public func crnn_lexicon_release(_ lexicon: OpaquePointer!) { release(lexicon, .lexicon) }

@c @implementation
public func crnn_lexicon_save(_ lexicon: OpaquePointer!, _ path: UnsafePointer<CChar>!) -> crnn_status {
  reporting { () throws(Failure) in
    let words = try CRNNC.lexicon(lexicon)
    try words.save(to: String(cString: required(path, "path")))
  }
}

@c @implementation
public func crnn_lexicon_get_info(
  _ lexicon: OpaquePointer!, _ info: UnsafeMutablePointer<crnn_lexicon_info>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let words = try CRNNC.lexicon(lexicon)
    try fill(
      required(info, "info"),
      with: crnn_lexicon_info(size: 0, word_count: UInt64(words.wordCount), byte_count: UInt64(words.byteCount)),
      "info")
  }
}

@c @implementation
public func crnn_lexicon_contains(
  _ lexicon: OpaquePointer!, _ word: UnsafePointer<CChar>!, _ result: UnsafeMutablePointer<Int32>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let words = try CRNNC.lexicon(lexicon)
    let result = try required(result, "result")
    result.pointee = words.contains(bytes(of: try required(word, "word"))) ? 1 : 0
  }
}
