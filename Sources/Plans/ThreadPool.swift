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
  /// What `system_fork_count` was when the threads began: a child has none of them.
  private let forkCount = system_fork_count()
  /// Whether a job runs.
  private let isBusy = Atomic<Bool>(false)
  /// Sessions that share it; guarded by the lock.
  fileprivate var users = 0

  /// The process's pool of so many threads, for a caller that will `leave` it.
  public static func shared(threads: Int) throws(Failure) -> ThreadPool {
    if threads <= 1 { return alone }
    system_lock(SYSTEM_LOCK_POOLS)
    defer { system_unlock(SYSTEM_LOCK_POOLS) }
    for pool in sharedPools where pool.count == threads && pool.hasWorkers {
      pool.users += 1
      return pool
    }
    let pool = try ThreadPool(threads: threads)
    pool.users = 1
    sharedPools.append(pool)
    return pool
  }

  /// Gives a shared pool up; its threads end with its last user.
  public func leave() {
    if self === ThreadPool.alone { return }
    system_lock(SYSTEM_LOCK_POOLS)
    defer { system_unlock(SYSTEM_LOCK_POOLS) }
    users -= 1
    if users == 0 { sharedPools.removeAll { $0 === self } }
  }

  /// No thread but the caller's.
  nonisolated(unsafe) public static let alone = ThreadPool()

  private init() {
    count = 1
    shared = Shared()
  }

  public init(threads: Int) throws(Failure) {
    count = max(1, threads)
    shared = Shared()
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

  private var hasWorkers: Bool { !workers.isEmpty && forkCount == system_fork_count() }

  private func stop() {
    guard hasWorkers else { return }
    shared.stopping.store(true, ordering: .sequentiallyConsistent)
    shared.begin(0)
    for worker in workers { pthread_join(worker, nil) }
    workers = []
  }

  /// Calls `body` with each of 0 ..< pieces and the number of the thread that makes the call, 0 ..< count, and returns
  /// when all calls have. The caller takes pieces from the first on and the workers from the last back, so that from
  /// job to job most of what a thread has in its cache is what it is given again.
  func run(_ pieces: Int, _ body: (_ piece: Int, _ thread: Int) -> Void) {
    guard hasWorkers, pieces < Int(UInt32.max),
      isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else {
      for piece in 0..<pieces { body(piece, 0) }
      return
    }
    defer { isBusy.store(false, ordering: .releasing) }
    shared.body = lend(body)
    shared.floatControl = system_float_control()
    shared.done.store(0, ordering: .relaxed)
    shared.begin(pieces)
    shared.takePieces(thread: 0)
    // For the pieces that workers took, not for workers that came too late for any.
    var spins = 0
    while shared.done.load(ordering: .acquiring) < pieces {
      spins += 1
      if spins < 10_000 { system_pause() } else { sched_yield() }
    }
  }

  /// What the threads have in common; it outlives the pool for as long as a worker needs it.
  private final class Shared: @unchecked Sendable {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// Pieces that nobody has taken yet: the first one in the lower half, the one behind the last in the upper.
    let open = Atomic<UInt64>(0)
    /// Workers that have begun to live; their numbers.
    let started = Atomic<Int>(0)
    /// Pieces of the current job that are done.
    let done = Atomic<Int>(0)
    /// Lent by the caller of `run`, which waits for the workers.
    var body = system_closure()
    /// The caller's, for its arithmetic to be that of all.
    var floatControl: UInt32 = 0
    /// Workers that sleep or are about to.
    let sleeping = Atomic<Int>(0)
    let stopping = Atomic<Bool>(false)

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

    /// Lets the workers go. Either a worker on its way to sleep sees the pieces, or this sees the worker.
    func begin(_ pieces: Int) {
      open.store(UInt64(UInt32(truncatingIfNeeded: pieces)) << 32, ordering: .sequentiallyConsistent)
      guard sleeping.load(ordering: .sequentiallyConsistent) > 0 else { return }
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }

    /// Who holds a piece that is not done may read the job's other fields, and nobody else may.
    func takePieces(thread: Int) {
      var seen = open.load(ordering: .acquiring)
      while !Self.isEmpty(seen) {
        let (first, end) = (seen & 0xffff_ffff, seen >> 32)
        let (taken, now) = open.weakCompareExchange(
          expected: seen, desired: thread == 0 ? seen + 1 : seen - (1 << 32), ordering: .acquiringAndReleasing)
        if taken {
          if thread != 0 { system_set_float_control(floatControl) }
          system_call_closure(body, Int(thread == 0 ? first : end - 1), thread)
          done.add(1, ordering: .releasing)
        }
        seen = taken ? open.load(ordering: .acquiring) : now
      }
    }

    private static func isEmpty(_ open: UInt64) -> Bool { open & 0xffff_ffff == open >> 32 }

    private var isIdle: Bool {
      Self.isEmpty(open.load(ordering: .sequentiallyConsistent))
        && !stopping.load(ordering: .sequentiallyConsistent)
    }

    /// A worker's life. `argument` is a retained Shared.
    static func work(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      guard let argument else { return nil }
      let shared = Unmanaged<Shared>.fromOpaque(argument).takeRetainedValue()
      let thread = shared.started.add(1, ordering: .relaxed).newValue
      while true {
        var spins = 0
        while shared.isIdle, spins < 5_000 {
          system_pause()
          spins += 1
        }
        if shared.isIdle {
          pthread_mutex_lock(shared.mutex)
          shared.sleeping.add(1, ordering: .sequentiallyConsistent)
          while shared.isIdle { pthread_cond_wait(shared.condition, shared.mutex) }
          shared.sleeping.subtract(1, ordering: .relaxed)
          pthread_mutex_unlock(shared.mutex)
        }
        if shared.stopping.load(ordering: .acquiring) { return nil }
        shared.takePieces(thread: thread)
      }
    }
  }
}

/// The pools that sessions share; guarded by the lock.
nonisolated(unsafe) private var sharedPools: [ThreadPool] = []

/// The closure's two words, which hold as long as the caller has the closure.
@_silgen_name("system_lend_closure")
private func lend(_ body: (_ piece: Int, _ thread: Int) -> Void) -> system_closure
