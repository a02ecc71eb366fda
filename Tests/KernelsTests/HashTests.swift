import KernelTable
import Testing

@Suite struct HashTests {
  @Test(arguments: instructionSets)
  func xxHash3AgreesWithPlainLoop(_ set: Int) {
    var random = generator("XXH3 \(tables[set].name)")
    for round in 0..<200 {
      let count = round < 20 ? 241 + round : Int.random(in: 241...9000, using: &random)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(bytes.withUnsafeBytes { tables[set].xxHash3($0) } == plainXXHash3(bytes))
    }
  }
}

/// As docs/format.md has it.
private func plainXXHash3(_ data: [UInt8]) -> UInt64 {
  let secret = secretDigits.chunks(of: 2).map { UInt8($0, radix: 16) ?? 0 }
  func words(_ bytes: [UInt8], _ offset: Int) -> [UInt64] {
    (0..<8).map { word in (0..<8).reduce(0) { $0 | UInt64(bytes[offset + 8 * word + $1]) << UInt64(8 * $1) } }
  }
  let (q1, q2, q3): (UInt64, UInt64, UInt64) = (0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D)
  let p: [UInt64] = [
    0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5,
  ]
  var lanes = [q3, p[0], p[1], p[2], p[3], q2, p[4], q1]
  func add(_ position: Int, _ offset: Int) {
    let (data, keys) = (words(data, position), words(secret, offset))
    for lane in 0..<8 {
      let key = data[lane] ^ keys[lane]
      lanes[lane ^ 1] &+= data[lane]
      lanes[lane] &+= (key & 0xFFFF_FFFF) &* (key >> 32)
    }
  }
  for stripe in 0..<((data.count - 1) / 64) {
    add(64 * stripe, 8 * (stripe % 16))
    if stripe % 16 == 15 {
      let keys = words(secret, 128)
      for lane in 0..<8 { lanes[lane] = (lanes[lane] ^ lanes[lane] >> 47 ^ keys[lane]) &* q1 }
    }
  }
  add(data.count - 64, 121)
  let keys = words(secret, 11)
  var hash = UInt64(data.count) &* p[0]
  for pair in 0..<4 {
    let product = (lanes[2 * pair] ^ keys[2 * pair])
      .multipliedFullWidth(by: lanes[2 * pair + 1] ^ keys[2 * pair + 1])
    hash &+= product.low ^ product.high
  }
  hash = (hash ^ hash >> 37) &* 0x1656_6791_9E37_79F9
  return hash ^ hash >> 32
}

extension String {
  fileprivate func chunks(of size: Int) -> [Substring] {
    stride(from: 0, to: count, by: size).map { dropFirst($0).prefix(size) }
  }
}

private let secretDigits =
  "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
  + "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
  + "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
  + "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
