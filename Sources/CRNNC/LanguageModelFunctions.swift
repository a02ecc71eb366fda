import CCRNN
import CTC
import Tensors

@c @implementation
public func crnn_language_model_open(
  _ path: UnsafePointer<CChar>!, _ options: UnsafePointer<crnn_model_options>!,
  _ language_model: UnsafeMutablePointer<OpaquePointer?>!
) -> crnn_status {
  open(path, options, .languageModel, language_model)
}

/// Opens a file that a decoder reads.
func open(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<crnn_model_options>?, _ kind: HandleKind,
  _ handle: UnsafeMutablePointer<OpaquePointer?>?
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(handle, kind == .lexicon ? "lexicon" : "language_model")
    result.pointee = nil
    let path = String(cString: try required(path, "path"))
    let options = try sized(options, zero: crnn_model_options(), "options")
    let isCopy = options.copy_file != 0
    let budget = try options.budget(of: "file")
    budget.begin()
    defer { budget.end() }
    let opened: AnyObject =
      kind == .lexicon
      ? try Lexicon(path: path, copyingFile: isCopy) : try LanguageModel(path: path, copyingFile: isCopy)
    result.pointee = HandleTable.shared.add(opened, kind)
  }
}

@c @implementation
public func crnn_language_model_release(_ language_model: OpaquePointer!) { release(language_model, .languageModel) }

@c @implementation
public func crnn_language_model_get_info(
  _ language_model: OpaquePointer!, _ info: UnsafeMutablePointer<crnn_language_model_info>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let model = try languageModel(language_model)
    try fill(
      required(info, "info"),
      with: crnn_language_model_info(
        size: 0, order: Int32(model.order), is_character_model: model.isCharacterModel ? 1 : 0,
        word_count: UInt64(model.wordCount), ngram_count: UInt64(model.ngramCount),
        byte_count: UInt64(model.byteCount)), "info")
  }
}

@c @implementation
public func crnn_language_model_score(
  _ language_model: OpaquePointer!, _ text: UnsafePointer<CChar>!, _ begin: Int32, _ end: Int32,
  _ log_probability: UnsafeMutablePointer<Double>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let model = try languageModel(language_model)
    let result = try required(log_probability, "log_probability")
    result.pointee = try model.score(bytes(of: required(text, "text")), begins: begin != 0, ends: end != 0)
  }
}
