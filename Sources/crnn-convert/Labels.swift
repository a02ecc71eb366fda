import ArgumentParser
import Foundation

/// The class of the CTC blank, as given on the command line.
enum Blank: ExpressibleByArgument {
  case first
  case last
  case at(Int)

  init?(argument: String) {
    switch argument {
    case "first": self = .first
    case "last": self = .last
    default:
      guard let index = Int(argument), index >= 0 else { return nil }
      self = .at(index)
    }
  }

  /// The class index among `labelCount` labels and the blank itself.
  func index(labelCount: Int) throws -> Int {
    switch self {
    case .first: return 0
    case .last: return labelCount
    case .at(let index):
      guard index <= labelCount else {
        throw Problem(
          "--blank \(index) is out of range: \(counted(labelCount, "label")) and the blank "
            + "are classes 0 to \(labelCount)")
      }
      return index
    }
  }
}

/// The labels of the network's classes but the blank, in class order.
enum Labels {
  /// One label a line; UTF-8, with or without a byte order mark, lines ended by LF or CR LF.
  static func read(_ path: String) throws -> [String] {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw Problem("--labels: cannot read '\(path)': \(error.localizedDescription)")
    }
    return try parse(data, path)
  }

  static func parse(_ data: Data, _ path: String) throws -> [String] {
    let bytes = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard !lines.isEmpty else { throw Problem("--labels: '\(path)' is empty") }
    return try lines.enumerated().map { number, line in
      let content = line.last == 0x0D ? line.dropLast() : line
      guard let label = String(validating: content, as: UTF8.self) else {
        throw Problem("--labels: line \(number + 1) of '\(path)' is not UTF-8")
      }
      guard !label.isEmpty, !label.unicodeScalars.contains("\0") else {
        throw Problem("--labels: line \(number + 1) of '\(path)' holds no label")
      }
      return label
    }
  }

  /// Each Unicode code point one label, as training scripts iterate over a string.
  static func split(_ text: String) throws -> [String] {
    guard !text.isEmpty else { throw Problem("--charset is empty") }
    guard !text.unicodeScalars.contains("\n") else { throw Problem("--charset holds a line break, which is no label") }
    return text.unicodeScalars.map { String($0) }
  }

  /// Labels that occur more than once, in order of their first repetition.
  static func repeated(_ labels: [String]) -> [String] {
    var seen = Set<[UInt8]>()
    var reported = Set<[UInt8]>()
    return labels.filter { label in
      let bytes = Array(label.utf8)
      return !seen.insert(bytes).inserted && reported.insert(bytes).inserted
    }
  }

  static func describe(_ labels: [String]) -> String {
    labels.prefix(5).map { "'\($0)'" }.joined(separator: ", ") + (labels.count > 5 ? " and others" : "")
  }
}
