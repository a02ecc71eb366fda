import Foundation

/// A failure that the user can act on; the message names the option or the file.
struct Problem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Where the tool writes: results on stdout, steps, findings and warnings on stderr.
struct Console {
  /// Errors alone.
  var isQuiet: Bool

  func step(_ text: String) { if !isQuiet { writeError(text) } }

  func warning(_ text: String) { if !isQuiet { writeError("warning: \(text)") } }

  func result(_ text: String) { print(text) }

  private func writeError(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// "1 label", "2 labels".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// Digits in groups of three.
func grouped(_ number: UInt64) -> String {
  let digits = Array(String(number))
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return text
}
