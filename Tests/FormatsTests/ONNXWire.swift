/// Writes protobuf messages byte by byte, so that tests can write what no library would.
enum Wire {
  static func varint(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func field(_ number: UInt64, _ value: Int) -> [UInt8] {
    varint(number << 3) + varint(UInt64(bitPattern: Int64(value)))
  }

  static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }

  static func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  /// ModelProto with the fields of GraphProto in `graph`.
  static func model(
    ir: Int = 8, producer: String = "", opsets: [(String, Int)] = [("", 17)], graph: [UInt8], more: [UInt8] = []
  ) -> [UInt8] {
    var bytes = field(1, ir) + field(2, producer)
    for (domain, version) in opsets { bytes += field(8, field(1, domain) + field(2, version)) }
    return bytes + more + field(7, graph)
  }

  /// A node as a field of GraphProto.
  static func node(
    _ type: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
    attributes: [[UInt8]] = []
  ) -> [UInt8] {
    var bytes = field(4, type) + field(3, name) + field(7, domain)
    for input in inputs { bytes += field(1, input) }
    for output in outputs { bytes += field(2, output) }
    for attribute in attributes { bytes += field(5, attribute) }
    return field(1, bytes)
  }

  static func input(_ name: String, type: Int = 1) -> [UInt8] {
    field(11, field(1, name) + field(2, field(1, field(1, type))))
  }

  static func output(_ name: String) -> [UInt8] { field(12, field(1, name)) }

  /// TensorProto
  static func tensorMessage(_ name: String, _ type: Int, _ shape: [Int], raw: [UInt8]? = nil, more: [UInt8] = [])
    -> [UInt8]
  {
    // The data comes first, so that its place depends on little.
    var bytes = raw.map { field(9, $0) } ?? []
    bytes += field(8, name) + field(2, type)
    for dimension in shape { bytes += field(1, dimension) }
    return bytes + more
  }

  /// An initialiser as a field of GraphProto.
  static func tensor(_ name: String, _ type: Int, _ shape: [Int], raw: [UInt8]? = nil, more: [UInt8] = []) -> [UInt8] {
    field(5, tensorMessage(name, type, shape, raw: raw, more: more))
  }

  /// An initialiser with external data.
  static func externalTensor(_ name: String, _ shape: [Int], _ entries: [(String, String)]) -> [UInt8] {
    var more = field(14, 1)
    for (key, value) in entries { more += field(13, field(1, key) + field(2, value)) }
    return tensor(name, 1, shape, more: more)
  }
}
