/// The text of an error, written like a string: `"width \(w), expected \(expected)"`.
///
/// The library has hundreds of messages. Those of `String` unfold at every place of use into kilobytes of code; a
/// message is one reference, and costs a call of few arguments for each piece.
public struct Message: ExpressibleByStringInterpolation {
  private let content: Text

  public var text: String { content.text }

  public init(text: String) { content = Text(text) }

  @inline(__always)
  public init(stringLiteral literal: StaticString) { self.init(start: literal.utf8Start) }

  /// A literal's bytes end with a zero.
  @inline(never)
  private init(start: UnsafePointer<UInt8>) { content = Text(String(cString: start)) }

  @inline(__always)
  public init(stringInterpolation pieces: StringInterpolation) { content = pieces.content.takeRetainedValue() }

  @inline(never)
  public static func + (left: Message, right: Message) -> Message { Message(text: left.text + right.text) }

  fileprivate final class Text {
    var text: String

    init(_ text: String) { self.text = text }
  }

  /// Holds the text without counting references: the message that it becomes takes it over.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate let content: Unmanaged<Text>

    @inline(never)
    private init(capacity: ()) { content = .passRetained(Text("")) }

    @inline(__always)
    public init(literalCapacity: Int, interpolationCount: Int) { self.init(capacity: ()) }

    @inline(never)
    private func append(_ string: String) { content.takeUnretainedValue().text += string }

    @inline(never)
    private func append(start: UnsafePointer<UInt8>) { append(String(cString: start)) }

    @inline(never)
    private func append(_ number: Int) { append(String(number)) }

    @inline(never)
    private func append(_ number: UInt64) { append(String(number)) }

    @inline(never)
    private func append(_ message: Message) { append(message.text) }

    @inline(__always)
    public func appendLiteral(_ literal: StaticString) {
      if literal.utf8CodeUnitCount > 0 { append(start: literal.utf8Start) }
    }

    @inline(__always) public func appendInterpolation(_ string: String) { append(string) }
    @inline(__always) public func appendInterpolation(_ number: Int) { append(number) }
    @inline(__always) public func appendInterpolation(_ number: UInt64) { append(number) }
    @inline(__always) public func appendInterpolation(_ number: Int32) { append(Int(number)) }
    @inline(__always) public func appendInterpolation(_ number: Int64) { append(Int(number)) }
    @inline(__always) public func appendInterpolation(_ number: UInt32) { append(Int(number)) }
    @inline(__always) public func appendInterpolation(_ number: UInt16) { append(Int(number)) }
    @inline(__always) public func appendInterpolation(_ number: UInt8) { append(Int(number)) }
    @inline(__always) public func appendInterpolation(_ string: StaticString) { appendLiteral(string) }
    @inline(__always) public func appendInterpolation(_ message: Message) { append(message) }
  }
}
