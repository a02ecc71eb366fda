import CSystem

/// A block of memory that somebody owns: itself, a mapped file, or the caller of the library.
public final class Storage {
  public let base: UnsafeMutableRawPointer
  public let byteCount: Int
  /// What keeps the memory alive when this block is a part of something else; of memory of its own, the budget that it
  /// is charged to.
  private let owner: AnyObject?
  private let owned: Bool

  /// Fresh memory, aligned to 64 bytes, not cleared.
  public init(byteCount: Int) throws(Failure) {
    let budget = Budget.current
    try checkMemory()
    try budget?.take(byteCount)
    guard byteCount >= 0, let memory = system_allocate(byteCount) else {
      budget?.giveBack(byteCount)
      throw Failure(.outOfMemory, "cannot allocate \(byteCount) bytes")
    }
    base = memory
    self.byteCount = byteCount
    owner = budget
    owned = true
  }

  /// A part of memory that `owner` keeps alive. Constants are never written to, whatever the pointer's type.
  public init(_ bytes: UnsafeRawBufferPointer, keeping owner: AnyObject?) {
    base = UnsafeMutableRawPointer(mutating: bytes.baseAddress) ?? emptyMemory
    byteCount = bytes.count
    self.owner = owner
    owned = false
  }

  /// Whether the bytes are this object's own rather than a view of a file or another block.
  public var isOwned: Bool { owned }

  deinit {
    guard owned else { return }
    system_free(base, byteCount)
    if let owner { unsafeDowncast(owner, to: Budget.self).giveBack(byteCount) }
  }
}

/// The address of empty tensors.
nonisolated(unsafe) private let emptyMemory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)

/// What is made of many small objects asks for this now and then: the runtime has no error for those, but takes them from
/// a reserve when the system has no memory.
public func checkMemory() throws(Failure) {
  if system_is_exhausted() != 0 { throw Failure(.outOfMemory, "the system has no memory left") }
}

/// Before work whose small objects grow with a graph: whether the system has about as much as they will take.
public func checkMemory(nodes count: Int) throws(Failure) {
  try checkMemory()
  let byteCount = min(count, 1 << 20) * 2048
  guard let memory = system_allocate(byteCount) else {
    throw Failure(.outOfMemory, "the system has no memory left for \(count) nodes")
  }
  system_free(memory, byteCount)
}
