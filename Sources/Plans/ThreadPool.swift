import CSystem
import Synchronization
import Tensors

/// A fixed set of threads that share the pieces of one job at a time. Idle workers spin for some microseconds, since
/// the next step of a plan follows at once, then sleep. After `fork` a child has no workers and works alone.
///
/// The sessions of a process that use as many threads share one pool. While one of them has it, the others' jobs run
/// on their callers alone, which changes no result: so many sessions do not ask for more threads than there are.
public final class ThreadPool {
  /// Threads that take part, the calling one included.
  public let count: Int

  private let shared: Shared
  private var workers: [pthread_t] = []
  private let process: pid_t
  /// Whether a job runs.
  private let isBusy = Atomic<Bool>(false)
  /// Sessions that share it; guarded by the lock of `sharedPools`.
  fileprivate var users = 0

  /// The process's pool of so many threads, for a caller that will `leave` it.
  public static func shared(threads: Int) throws(Failure) -> ThreadPool {
    if threads <= 1 { return alone }
    pthread_mutex_lock(sharedPools.mutex)
    defer { pthread_mutex_unlock(sharedPools.mutex) }
    for pool in sharedPools.pools where pool.count == threads && pool.process == getpid() {
      pool.users += 1
      return pool
    }
    let pool = try ThreadPool(threads: threads)
    pool.users = 1
    sharedPools.pools.append(pool)
    return pool
  }

  /// Gives a shared pool up; its threads end with its last user.
  public func leave() {
    if self === ThreadPool.alone { return }
    pthread_mutex_lock(sharedPools.mutex)
    defer { pthread_mutex_unlock(sharedPools.mutex) }
    users -= 1
    if users == 0 { sharedPools.pools.removeAll { $0 === self } }
  }

  /// No thread but the caller's.
  nonisolated(unsafe) public static let alone = ThreadPool()

  private init() {
    count = 1
    shared = Shared()
    process = getpid()
  }

  public init(threads: Int) throws(Failure) {
    count = max(1, threads)
    shared = Shared()
    process = getpid()
    for _ in 1..<max(count, 1) {
      var thread = pthread_t()
      let argument = Unmanaged.passRetained(shared)
      let error = system_start_thread(&thread, { Shared.work($0) }, argument.toOpaque())
      guard error == 0 else {
        argument.release()
        stop()
        throw Failure(.outOfMemory, "cannot start thread \(workers.count + 2) of \(count)")
      }
      workers.append(thread)
    }
  }

  deinit { stop() }

  private func stop() {
    guard !workers.isEmpty, getpid() == process else { return }
    pthread_mutex_lock(shared.mutex)
    shared.stopping = true
    pthread_cond_broadcast(shared.condition)
    pthread_mutex_unlock(shared.mutex)
    shared.generation.add(1, ordering: .releasing)
    for worker in workers { pthread_join(worker, nil) }
    workers = []
  }

  /// Calls `body` with each of 0 ..< pieces and the number of the thread that makes the call, 0 ..< count, in no
  /// particular order, and returns when all calls have.
  func run(_ pieces: Int, _ body: (_ piece: Int, _ thread: Int) -> Void) {
    guard !workers.isEmpty, getpid() == process,
      isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else {
      for piece in 0..<pieces { body(piece, 0) }
      return
    }
    defer { isBusy.store(false, ordering: .releasing) }
    withoutActuallyEscaping(body) { body in
      shared.body = body
      shared.pieces = pieces
      shared.next.store(0, ordering: .relaxed)
      shared.unfinished.store(workers.count, ordering: .relaxed)
      pthread_mutex_lock(shared.mutex)
      shared.generation.add(1, ordering: .releasing)
      if shared.sleeping > 0 { pthread_cond_broadcast(shared.condition) }
      pthread_mutex_unlock(shared.mutex)
      shared.takePieces(thread: 0)
      var spins = 0
      while shared.unfinished.load(ordering: .acquiring) > 0 {
        spins += 1
        if spins < 10_000 { system_pause() } else { sched_yield() }
      }
      shared.body = nil
    }
  }

  /// What the threads have in common; it outlives the pool for as long as a worker needs it.
  private final class Shared: @unchecked Sendable {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// Grows by one with each job.
    let generation = Atomic<Int>(0)
    let next = Atomic<Int>(0)
    /// Workers that have begun to live; their numbers.
    let started = Atomic<Int>(0)
    /// Workers that have not yet left the current job.
    let unfinished = Atomic<Int>(0)
    var pieces = 0
    var body: ((Int, Int) -> Void)?
    /// Guarded by the mutex.
    var sleeping = 0
    var stopping = false

    init() {
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(condition, nil)
    }

    deinit {
      pthread_cond_destroy(condition)
      pthread_mutex_destroy(mutex)
      condition.deallocate()
      mutex.deallocate()
    }

    func takePieces(thread: Int) {
      guard let body else { return }
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieces { return }
        body(piece, thread)
      }
    }

    /// A worker's life. `argument` is a retained Shared.
    static func work(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      guard let argument else { return nil }
      let shared = Unmanaged<Shared>.fromOpaque(argument).takeRetainedValue()
      let thread = shared.started.add(1, ordering: .relaxed).newValue
      var seen = 0
      while true {
        var spins = 0
        while shared.generation.load(ordering: .acquiring) == seen, spins < 5_000 {
          system_pause()
          spins += 1
        }
        if shared.generation.load(ordering: .acquiring) == seen {
          pthread_mutex_lock(shared.mutex)
          shared.sleeping += 1
          while shared.generation.load(ordering: .acquiring) == seen, !shared.stopping {
            pthread_cond_wait(shared.condition, shared.mutex)
          }
          shared.sleeping -= 1
          pthread_mutex_unlock(shared.mutex)
        }
        pthread_mutex_lock(shared.mutex)
        let stopping = shared.stopping
        pthread_mutex_unlock(shared.mutex)
        if stopping { return nil }
        seen += 1
        shared.takePieces(thread: thread)
        shared.unfinished.subtract(1, ordering: .acquiringAndReleasing)
      }
    }
  }
}

/// The pools that sessions share.
private final class SharedPools: @unchecked Sendable {
  let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  var pools: [ThreadPool] = []

  init() { pthread_mutex_init(mutex, nil) }
}

private let sharedPools = SharedPools()
