/// Why a call failed. The raw values are those of `crnn_status` in crnn.h.
public enum Status: Int32, Sendable {
  case invalidArgument = 1
  case invalidHandle = 2
  case fileError = 3
  case invalidModel = 4
  case unsupported = 5
  case invalidInput = 6
  case outOfMemory = 7
  case limitExceeded = 8
  case busy = 9
  case invalidMetadata = 10
}

/// The one error type of the library: a status for programs, a message for people that names the file, the node or
/// the argument and says what was expected.
public struct Failure: Error {
  /// One reference instead of three words, which every call that may fail would carry.
  private let content: Content

  private final class Content: Sendable {
    let status: Status
    let message: String

    init(_ status: Status, _ message: String) {
      self.status = status
      self.message = message
    }
  }

  @inline(never)
  public init(_ status: Status, _ message: Message) { content = Content(status, message.text) }

  public var status: Status { content.status }

  public var message: String { content.message }

  /// The same failure, seen from further out: "context: message".
  @inline(never)
  public func within(_ context: Message) -> Failure { Failure(status, "\(context): \(message)") }
}
