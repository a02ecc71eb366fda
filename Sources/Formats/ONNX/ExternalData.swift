import CSystem
import Tensors

/// Where in another file a tensor's elements lie: the `external_data` entries of a TensorProto.
struct ExternalLocation {
  /// Relative to the model's folder.
  var path = Name.empty
  var offset = 0
  /// nil: as many bytes as the tensor needs.
  var length: Int?

  mutating func read(_ entry: WireReader) throws(Failure) {
    let (key, value) = try readStringEntry(entry)
    if key.equals("location") {
      path = value
    } else if key.equals("offset") {
      offset = try decimal(value, "offset")
    } else if key.equals("length") {
      length = try decimal(value, "length")
    }
  }

  private func decimal(_ text: Name, _ key: String) throws(Failure) -> Int {
    var number = 0
    var overflow = text.isEmpty
    for byte in text.bytes {
      let digit = Int(byte) - 48
      let (tens, tooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, alsoTooLarge) = tens.addingReportingOverflow(digit)
      overflow = overflow || tooLarge || alsoTooLarge || digit < 0 || digit > 9
      number = sum
    }
    guard !overflow else {
      throw Failure(.invalidModel, "external data with \(key) \(text.quoted), expected a number of bytes")
    }
    return number
  }
}

/// The files beside a model that hold its external data. Each is opened once; none outside the model's folder is.
final class ExternalFiles {
  private let folder: String?
  private let copying: Bool
  private var open: [Name: OpenFile] = [:]

  /// - Parameters:
  ///   - folder: the model's folder; nil for a model that came from memory, which has none.
  ///   - copying: read files into memory instead of mapping them.
  init(folder: String?, copying: Bool) {
    self.folder = folder
    self.copying = copying
  }

  /// `byteCount` bytes at the location, and the object that keeps them.
  func bytes(at location: ExternalLocation, byteCount: Int) throws(Failure) -> (UnsafeRawBufferPointer, OpenFile) {
    let file = try open(location.path)
    if let length = location.length, length != byteCount {
      throw Failure(.invalidModel, "external data of \(length) bytes, expected \(byteCount)")
    }
    let available = file.bytes.count
    guard location.offset <= available, byteCount <= available - location.offset else {
      throw Failure(
        .invalidModel,
        "external data file \(location.path.quoted) has \(available) bytes, expected \(byteCount) "
          + "from offset \(location.offset)")
    }
    let range = location.offset..<(location.offset + byteCount)
    return (UnsafeRawBufferPointer(rebasing: file.bytes[range]), file)
  }

  private func open(_ path: Name) throws(Failure) -> OpenFile {
    if let file = open[path] { return file }
    guard let folder else {
      throw Failure(
        .invalidModel, "its data is in the file \(path.quoted); a model from memory must hold all of its data itself")
    }
    guard isInside(path) else {
      throw Failure(.invalidModel, "external data file \(path.quoted) is not a relative path inside the model's folder")
    }
    let root = folder.isEmpty ? "." : folder
    // Symbolic links may lead from file to file within the folder, never out of it.
    let realRoot = system_real_path(root)
    let realFile = system_real_path(cString(root + "/", path))
    defer {
      free(realRoot)
      free(realFile)
    }
    if let realRoot, let realFile, !lies(realFile, in: realRoot) {
      throw Failure(.invalidModel, "external data file \(path.quoted) is a link to outside of the model's folder")
    }
    do throws(Failure) {
      let opened =
        if let realFile { try OpenFile(path: realFile, copying: copying) } else {
          try OpenFile(path: cString(root + "/", path), copying: copying)
        }
      open[path] = opened
      return opened
    } catch {
      throw error.within("cannot open external data file \(path.quoted) in '\(root)'")
    }
  }

  /// Relative, without a step upwards, without a NUL byte.
  private func isInside(_ path: Name) -> Bool {
    let slash = UInt8(ascii: "/")
    guard let first = path.bytes.first, first != slash, !path.bytes.contains(0) else { return false }
    let isUpward = { (step: Swift.Slice<UnsafeRawBufferPointer>) in
      step.count == 2 && step.allSatisfy { $0 == UInt8(ascii: ".") }
    }
    return !path.bytes.split(separator: slash).contains(where: isUpward)
  }

  private func cString(_ folder: String, _ path: Name) -> [CChar] {
    var bytes: [CChar] = []
    for byte in folder.utf8 { bytes.append(CChar(bitPattern: byte)) }
    for byte in path.bytes { bytes.append(CChar(bitPattern: byte)) }
    bytes.append(0)
    return bytes
  }

  /// Both without symbolic links.
  private func lies(_ file: UnsafePointer<CChar>, in folder: UnsafePointer<CChar>) -> Bool {
    var length = strlen(folder)
    // The root of the file system is the one folder whose name ends with a slash.
    if length == 1 { length = 0 }
    return strncmp(file, folder, length) == 0 && file[length] == CChar(UInt8(ascii: "/"))
  }
}
