private let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
private let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
private let prime3: UInt64 = 0x1656_67B1_9E37_79F9
private let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
private let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

/// XXH64 with seed 0, the checksum of the library's own files.
///
/// Implements the specification of the xxHash algorithms by Yann Collet, version 0.1.1, section "XXH64 algorithm
/// description". It guards against damage, not against forgery.
public func xxHash64(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  guard let start = bytes.baseAddress else { return xxHash64(tailOf: prime5, nil, 0, length: 0) }
  var position = start
  var remaining = bytes.count
  var hash = prime5
  if remaining >= 32 {
    var lane1 = prime1 &+ prime2
    var lane2 = prime2
    var lane3: UInt64 = 0
    var lane4 = 0 &- prime1
    while remaining >= 32 {
      lane1 = round(lane1, word(position, 0))
      lane2 = round(lane2, word(position, 8))
      lane3 = round(lane3, word(position, 16))
      lane4 = round(lane4, word(position, 24))
      position += 32
      remaining &-= 32
    }
    hash = rotate(lane1, 1) &+ rotate(lane2, 7) &+ rotate(lane3, 12) &+ rotate(lane4, 18)
    hash = merge(hash, lane1)
    hash = merge(hash, lane2)
    hash = merge(hash, lane3)
    hash = merge(hash, lane4)
  }
  return xxHash64(tailOf: hash, position, remaining, length: bytes.count)
}

/// The last, at most 31, bytes and the final mixing.
private func xxHash64(tailOf state: UInt64, _ start: UnsafeRawPointer?, _ count: Int, length: Int) -> UInt64 {
  var hash = state &+ UInt64(length)
  if let start {
    var offset = 0
    while count - offset >= 8 {
      hash = rotate(hash ^ round(0, word(start, offset)), 27) &* prime1 &+ prime4
      offset += 8
    }
    if count - offset >= 4 {
      let half = UInt32(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      hash = rotate(hash ^ (UInt64(half) &* prime1), 23) &* prime2 &+ prime3
      offset += 4
    }
    while offset < count {
      hash = rotate(hash ^ (UInt64(start.load(fromByteOffset: offset, as: UInt8.self)) &* prime5), 11) &* prime1
      offset += 1
    }
  }
  hash = (hash ^ (hash >> 33)) &* prime2
  hash = (hash ^ (hash >> 29)) &* prime3
  return hash ^ (hash >> 32)
}

@inline(__always)
private func word(_ position: UnsafeRawPointer, _ offset: Int) -> UInt64 {
  UInt64(littleEndian: position.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
}

@inline(__always)
private func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { value &<< bits | value &>> (64 &- bits) }

@inline(__always)
private func round(_ lane: UInt64, _ input: UInt64) -> UInt64 { rotate(lane &+ input &* prime2, 31) &* prime1 }

@inline(__always)
private func merge(_ hash: UInt64, _ lane: UInt64) -> UInt64 { (hash ^ round(0, lane)) &* prime1 &+ prime4 }
