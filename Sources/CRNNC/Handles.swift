import CCRNN
import CSystem
import CTC
import Tensors

/// Handles are numbers, not addresses: slot and generation in a table. A released, foreign or invented handle is
/// recognised and refused instead of being followed into memory.
final class HandleTable: @unchecked Sendable {
  static let shared = HandleTable()

  private struct Slot {
    var generation: UInt32 = 1
    var object: AnyObject?
    var kind: HandleKind = .model
  }

  private var slots: [Slot] = []
  private var free: [Int] = []

  private func locked<Result>(_ body: () -> Result) -> Result {
    system_lock(SYSTEM_LOCK_HANDLES)
    defer { system_unlock(SYSTEM_LOCK_HANDLES) }
    return body()
  }

  func add(_ object: AnyObject, _ kind: HandleKind) -> OpaquePointer? {
    locked {
      let index: Int
      if let reused = free.popLast() {
        index = reused
      } else {
        index = slots.count
        slots.append(Slot())
      }
      slots[index].object = object
      slots[index].kind = kind
      return encode(index, slots[index].generation)
    }
  }

  /// The live object of a handle.
  func find(_ handle: OpaquePointer, _ kind: HandleKind) -> AnyObject? {
    locked { position(handle, kind).flatMap { slots[$0].object } }
  }

  /// Ends a handle. The object is returned so that it is destroyed outside the lock.
  func remove(_ handle: OpaquePointer, _ kind: HandleKind) -> AnyObject? {
    locked {
      guard let index = position(handle, kind) else { return nil }
      let object = slots[index].object
      slots[index].object = nil
      slots[index].generation &+= 1
      if slots[index].generation & 0xff_ffff == 0 { slots[index].generation = 1 }
      free.append(index)
      return object
    }
  }

  // Bits 0 … 31: slot + 1; bits 32 … 55: generation. Never 0, and never a valid address to follow by accident.
  private func encode(_ index: Int, _ generation: UInt32) -> OpaquePointer? {
    OpaquePointer(bitPattern: UInt(index + 1) | UInt(generation & 0xff_ffff) << 32)
  }

  private func position(_ handle: OpaquePointer, _ kind: HandleKind) -> Int? {
    let bits = UInt(bitPattern: handle)
    let number = bits & 0xffff_ffff
    guard number >= 1, number <= UInt(slots.count), bits >> 56 == 0 else { return nil }
    let slot = slots[Int(number) - 1]
    guard slot.object != nil, slot.kind == kind, UInt(slot.generation & 0xff_ffff) == bits >> 32 else { return nil }
    return Int(number) - 1
  }
}

enum HandleKind {
  case model, session, languageModel, lexicon, decoder, stream

  var name: String {
    switch self {
    case .model: "model"
    case .session: "session"
    case .languageModel: "language model"
    case .lexicon: "lexicon"
    case .decoder: "decoder"
    case .stream: "stream"
    }
  }
}

private func object(_ handle: OpaquePointer?, _ kind: HandleKind) throws(Failure) -> AnyObject {
  guard let handle else { throw Failure(.invalidArgument, "\(kind.name) is NULL") }
  guard let object = HandleTable.shared.find(handle, kind) else {
    throw Failure(.invalidHandle, "\(kind.name) is not a live handle: it was released, or is no \(kind.name) at all")
  }
  return object
}

func model(_ handle: OpaquePointer?) throws(Failure) -> OpenModel {
  unsafeDowncast(try object(handle, .model), to: OpenModel.self)
}

func session(_ handle: OpaquePointer?) throws(Failure) -> OpenSession {
  unsafeDowncast(try object(handle, .session), to: OpenSession.self)
}

func languageModel(_ handle: OpaquePointer?) throws(Failure) -> LanguageModel {
  unsafeDowncast(try object(handle, .languageModel), to: LanguageModel.self)
}

func lexicon(_ handle: OpaquePointer?) throws(Failure) -> Lexicon {
  unsafeDowncast(try object(handle, .lexicon), to: Lexicon.self)
}

func decoder(_ handle: OpaquePointer?) throws(Failure) -> Decoder {
  unsafeDowncast(try object(handle, .decoder), to: Decoder.self)
}

func stream(_ handle: OpaquePointer?) throws(Failure) -> OpenStream {
  unsafeDowncast(try object(handle, .stream), to: OpenStream.self)
}

/// Gives a handle back; NULL and dead handles are left alone.
func release(_ handle: OpaquePointer?, _ kind: HandleKind) {
  guard let handle else { return }
  _ = HandleTable.shared.remove(handle, kind)
}
