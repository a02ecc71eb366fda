/// The text of an error, written like a string: `"width \(w), expected \(expected)"`.
///
/// The library has hundreds of messages. Those of `String` unfold at every place of use into kilobytes of code; a
/// message costs a call for each piece.
public struct Message: ExpressibleByStringInterpolation {
  public let text: String

  public init(text: String) { self.text = text }

  @inline(never)
  public init(stringLiteral literal: StaticString) {
    text = String(decoding: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount), as: UTF8.self)
  }

  @inline(never)
  public init(stringInterpolation pieces: StringInterpolation) { text = pieces.text }

  @inline(never)
  public static func + (left: Message, right: Message) -> Message { Message(text: left.text + right.text) }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    @inline(never)
    public init(literalCapacity: Int, interpolationCount: Int) {}

    @inline(never)
    public mutating func appendLiteral(_ literal: StaticString) { text += Message(stringLiteral: literal).text }

    @inline(never)
    public mutating func appendInterpolation(_ string: String) { text += string }

    @inline(never)
    public mutating func appendInterpolation(_ number: Int) { text += String(number) }

    @inline(never)
    public mutating func appendInterpolation(_ number: UInt64) { text += String(number) }

    public mutating func appendInterpolation(_ number: Int32) { appendInterpolation(Int(number)) }
    public mutating func appendInterpolation(_ number: Int64) { appendInterpolation(Int(number)) }
    public mutating func appendInterpolation(_ number: UInt32) { appendInterpolation(Int(number)) }
    public mutating func appendInterpolation(_ number: UInt16) { appendInterpolation(Int(number)) }
    public mutating func appendInterpolation(_ number: UInt8) { appendInterpolation(Int(number)) }
    public mutating func appendInterpolation(_ string: StaticString) { appendLiteral(string) }
    public mutating func appendInterpolation(_ message: Message) { appendInterpolation(message.text) }
  }
}
