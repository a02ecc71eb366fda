import CSystem

/// A file held in memory, mapped or read, for as long as this object lives.
public final class OpenFile {
  private let file: system_file

  public init(_ file: system_file) { self.file = file }

  /// - Parameter copying: read the file into memory instead of mapping it.
  public convenience init(path: String, copying: Bool) throws(Failure) {
    var file = system_file()
    let error = system_open_file(path, copying ? 1 : 0, &file)
    guard error == 0 else {
      throw Failure(error == ENOMEM ? .outOfMemory : .fileError, "\(String(cString: system_error_text(error)))")
    }
    self.init(file)
  }

  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: file.address, count: file.byte_count) }

  deinit { system_close_file(file) }
}
