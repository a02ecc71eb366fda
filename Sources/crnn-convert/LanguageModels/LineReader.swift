import CZlib
import Foundation

/// The lines of a text file, which may be compressed with gzip.
final class LineReader {
  let path: String
  /// Of the line that was read last, from 1 on.
  private(set) var number = 0

  private let file: gzFile
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  /// What is in the buffer and not yet handed out.
  private var rest = 0..<0
  private var isAtEnd = false

  private static let maximumLength = 1 << 24

  init(_ path: String) throws {
    errno = 0
    guard let file = gzopen(path, "rb") else {
      throw Problem("cannot read '\(path)': \(errno == 0 ? "out of memory" : String(cString: strerror(errno)))")
    }
    self.path = path
    self.file = file
    gzbuffer(file, 1 << 18)
  }

  deinit {
    gzclose_r(file)
    buffer.deallocate()
  }

  /// A failure at the line that was read last.
  func problem(_ text: String) -> Problem { Problem("\(path), line \(number): \(text)") }

  /// The next line without its end, and with a zero after it; valid until the next call. nil after the last one.
  func next() throws -> UnsafeMutableRawBufferPointer? {
    var searched = rest.lowerBound
    while true {
      if let end = newline(in: searched..<rest.upperBound) { return line(to: end, next: end + 1) }
      searched = rest.upperBound
      if isAtEnd { return rest.isEmpty ? nil : line(to: rest.upperBound, next: rest.upperBound) }
      searched -= rest.lowerBound
      try fill()
    }
  }

  private func newline(in range: Range<Int>) -> Int? {
    guard !range.isEmpty, let base = buffer.baseAddress else { return nil }
    return memchr(base + range.lowerBound, 0x0A, range.count).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
  }

  private func line(to end: Int, next: Int) -> UnsafeMutableRawBufferPointer {
    let line = UnsafeMutableRawBufferPointer(rebasing: buffer[rest.lowerBound..<end])
    buffer[end] = 0
    rest = next..<rest.upperBound
    number += 1
    return line
  }

  /// Moves what is left to the buffer's start and reads more. One byte stays free, for the zero after the last line.
  private func fill() throws {
    let count = rest.count
    var target = buffer
    if count > buffer.count / 2 {
      guard count < Self.maximumLength else {
        number += 1
        throw problem("longer than \(Self.maximumLength) bytes")
      }
      target = .allocate(byteCount: 2 * buffer.count, alignment: 16)
    }
    if let to = target.baseAddress, let from = buffer.baseAddress { memmove(to, from + rest.lowerBound, count) }
    if target.baseAddress != buffer.baseAddress {
      buffer.deallocate()
      buffer = target
    }
    let read = gzread(file, buffer.baseAddress.map { $0 + count }, UInt32(buffer.count - count - 1))
    var status: Int32 = 0
    let message = gzerror(file, &status).map { String(cString: $0) } ?? ""
    guard read >= 0, status == Z_OK || status == Z_STREAM_END else {
      throw Problem(
        "cannot read '\(path)' after line \(number): \(status == Z_ERRNO ? String(cString: strerror(errno)) : message)")
    }
    isAtEnd = read == 0
    rest = 0..<(count + Int(read))
  }
}
