import CSystem

/// A file held in memory, mapped or read, for as long as this object lives.
public final class OpenFile {
  private let file: system_file
  /// What it is charged to; mapped files are not.
  private let budget: Budget?

  /// - Parameter copying: read the file into memory instead of mapping it.
  public init(path: UnsafePointer<CChar>, copying: Bool) throws(Failure) {
    var file = system_file()
    let budget = copying ? Budget.current : nil
    let error = system_open_file(path, copying ? 1 : 0, budget?.bytesLeft ?? Int.max, &file)
    self.file = file
    self.budget = budget
    budget?.charge(file.byte_count)
    guard error == 0 else {
      let status: Status = error == ENOMEM ? .outOfMemory : error == EFBIG ? .limitExceeded : .fileError
      let reason = String(cString: system_error_text(error))
      throw Failure(status, status == .limitExceeded ? "\(reason), for the memory_limit" : "\(reason)")
    }
  }

  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: file.address, count: file.byte_count) }

  /// After most of a mapped file has been read for the last time: gives back its memory. Its bytes stay readable.
  public func forget() { system_forget_file(file) }

  deinit {
    budget?.giveBack(file.byte_count)
    system_close_file(file)
  }
}
