import CSystem
import Tensors

/// A model's key-value pairs. Values that were handed out stay valid as long as this object, even when set anew.
public final class Metadata: @unchecked Sendable {
  private struct Entry {
    let key: UnsafeMutablePointer<CChar>
    let value: UnsafeMutablePointer<CChar>
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var entries: [Entry] = []
  private var retired: [UnsafeMutablePointer<CChar>] = []

  init(_ pairs: [(key: String, value: String)]) throws(Failure) {
    pthread_mutex_init(mutex, nil)
    for pair in pairs { try set(pair.key, pair.value) }
  }

  deinit {
    for entry in entries {
      free(entry.key)
      free(entry.value)
    }
    for text in retired { free(text) }
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  public var count: Int { locked { entries.count } }

  /// Key number `index` in the file's order; nil when out of range.
  public func key(_ index: Int) -> UnsafePointer<CChar>? {
    locked { entries.indices.contains(index) ? UnsafePointer(entries[index].key) : nil }
  }

  /// The value of a key; nil when there is none.
  public func value(_ key: UnsafePointer<CChar>) -> UnsafePointer<CChar>? {
    locked { position(key).map { UnsafePointer(entries[$0].value) } }
  }

  public func value(_ key: String) -> String? {
    let found: UnsafePointer<CChar>? = key.withCString { value($0) }
    return found.map { String(cString: $0) }
  }

  /// Sets a key, or removes it when the value is nil.
  public func set(_ key: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>?) throws(Failure) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let position = position(key)
    guard let value else {
      if let position {
        retired.append(entries[position].key)
        retired.append(entries[position].value)
        entries.remove(at: position)
      }
      return
    }
    let copy = try copied(value)
    if let position {
      retired.append(entries[position].value)
      entries[position] = Entry(key: entries[position].key, value: copy)
      return
    }
    do throws(Failure) {
      entries.append(Entry(key: try copied(key), value: copy))
    } catch {
      free(copy)
      throw error
    }
  }

  public var all: [(key: String, value: String)] {
    locked { entries.map { (String(cString: $0.key), String(cString: $0.value)) } }
  }

  private func copied(_ text: UnsafePointer<CChar>) throws(Failure) -> UnsafeMutablePointer<CChar> {
    guard let copy = strdup(text) else { throw Failure(.outOfMemory, "no memory for the metadata") }
    return copy
  }

  private func position(_ key: UnsafePointer<CChar>) -> Int? {
    entries.firstIndex { strcmp($0.key, key) == 0 }
  }
}
