import CSystem
import KernelTable

/// XXH3's 64-bit hash with seed 0, the checksum of a native file's larger blobs, for data of more than 240 bytes.
///
/// Implements the specification of the xxHash algorithms by Yann Collet, version 0.2.0, section "XXH3 algorithm
/// description", for large inputs. Where XXH64 takes two multiplications one after the other for 8 bytes, this takes a
/// half-width one that processors have for vectors, and so keeps up with memory.
func xxHash3(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  guard let start = bytes.baseAddress, bytes.count > xxHash3Minimum else { return 0 }
  return secretWords.withUnsafeBytes { secret in
    guard let secret = secret.baseAddress else { return 0 }
    var lanes = Lanes(
      0xC2B2_AE3D, 0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
      0x85EB_CA77, 0x27D4_EB2F_1656_67C5, 0x9E37_79B1)
    let blocks = (bytes.count - 1) / blockSize
    for block in 0..<blocks {
      accumulate(start + block * blockSize, stripes: 16, secret, &lanes)
      lanes = ((lanes ^ lanes &>> 47) ^ load(secret + 128)) &* 0x9E37_79B1
    }
    let stripes = (bytes.count - 1 - blocks * blockSize) / stripeSize
    accumulate(start + blocks * blockSize, stripes: stripes, secret, &lanes)
    // The last 64 bytes, some of which were in the stripe before.
    accumulate(start + (bytes.count - stripeSize), stripes: 1, secret + 121, &lanes)
    return merged(lanes ^ load(secret + 11), length: bytes.count)
  }
}

private typealias Lanes = SIMD8<UInt64>
private let stripeSize = 64
private let blockSize = 1024

/// Adds stripes of 64 bytes, each with the secret from 8 bytes further on. A word goes to its neighbour's lane: all
/// words are added up first, and change places once.
@inline(__always)
private func accumulate(_ start: UnsafeRawPointer, stripes: Int, _ secret: UnsafeRawPointer, _ lanes: inout Lanes) {
  var (words, products) = (Lanes(), lanes)
  for stripe in 0..<stripes {
    let position = start + stripe &* stripeSize
    // A mapped file's small pages lie anywhere: processors do not read ahead from one to the next by themselves.
    system_prefetch(position + 2048)
    let data = load(position)
    let key = data ^ load(secret + stripe &* 8)
    words &+= data
    products &+= (key & 0xFFFF_FFFF) &* (key &>> 32)
  }
  products.evenHalf &+= words.oddHalf
  products.oddHalf &+= words.evenHalf
  lanes = products
}

private func merged(_ lanes: Lanes, length: Int) -> UInt64 {
  var hash = UInt64(length) &* 0x9E37_79B1_85EB_CA87
  for pair in 0..<4 {
    let product = lanes[2 * pair].multipliedFullWidth(by: lanes[2 * pair + 1])
    hash &+= product.low ^ product.high
  }
  hash = (hash ^ hash &>> 37) &* 0x1656_6791_9E37_79F9
  return hash ^ hash &>> 32
}

@inline(__always)
private func load(_ position: UnsafeRawPointer) -> Lanes { position.loadUnaligned(as: Lanes.self) }

/// The specification's 192 bytes that are mixed with the data.
private let secretWords: [UInt64] = [
  0xBE4B_A423_396C_FEB8, 0x1CAD_21F7_2C81_017C, 0xDB97_9083_E96D_D4DE, 0x1F67_B3B7_A4A4_4072,
  0x78E5_C0CC_4EE6_79CB, 0x2172_FFCC_7DD0_5A82, 0x8E24_43F7_7446_08B8, 0x4C26_3A81_E690_35E0,
  0xCB00_C391_BB52_283C, 0xA32E_531B_8B65_D088, 0x4EF9_0DA2_9748_6471, 0xD8AC_DEA9_46EF_1938,
  0x3F34_9CE3_3F76_FAA8, 0x1D4F_0BC7_C7BB_DCF9, 0x3159_B4CD_4BE0_518A, 0x6473_78D9_C97E_9FC8,
  0xC3EB_D334_83AC_C5EA, 0xEB63_13FA_FFA0_81C5, 0x49DA_F0B7_51DD_0D17, 0x9E68_D429_2655_16D3,
  0xFCA1_477D_58BE_162B, 0xCE31_D07A_D1B8_F88F, 0x2804_1695_8F3A_CB45, 0x7E40_4BBB_CAFB_D7AF,
]
