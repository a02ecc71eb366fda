import CCRNN
import CSystem

/// Where messages go; guarded by the lock.
private struct LogTarget {
  var callback: crnn_log_callback?
  var level = CRNN_LOG_WARNING
  var userData: UnsafeMutableRawPointer?
}

nonisolated(unsafe) private var target = LogTarget()
nonisolated(unsafe) private let lock: UnsafeMutablePointer<pthread_mutex_t> = {
  let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  pthread_mutex_init(mutex, nil)
  return mutex
}()

@c @implementation
public func crnn_set_log_callback(
  _ callback: crnn_log_callback?, _ level: crnn_log_level, _ user_data: UnsafeMutableRawPointer!
) {
  pthread_mutex_lock(lock)
  target = LogTarget(callback: callback, level: level, userData: user_data)
  pthread_mutex_unlock(lock)
}

/// Sends a message to the host, if it listens at that level. The text is made only then.
func log(_ level: crnn_log_level, _ message: () -> String) {
  pthread_mutex_lock(lock)
  let target = target
  pthread_mutex_unlock(lock)
  guard let callback = target.callback, level.rawValue <= target.level.rawValue else { return }
  var text = Array(message().utf8)
  text.append(0)
  text.withUnsafeBytes { bytes in
    callback(level, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), target.userData)
  }
}
