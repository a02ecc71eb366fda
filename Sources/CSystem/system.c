#define _GNU_SOURCE
#include "CSystem.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

// Large blocks lie in large pages, where there are some: fewer faults at first, and fewer misses when they are walked.
static const size_t large_page = (size_t)2 << 20;
// Still larger ones are mapped one by one: the heap would keep those that were freed, once it has seen some.
static const size_t own_mapping = (size_t)8 << 20;

static void *map_aligned(size_t byte_count) {
  uint8_t *memory =
    mmap(NULL, byte_count + large_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  size_t before = -(uintptr_t)memory % large_page;
  if (before) munmap(memory, before);
  munmap(memory + before + byte_count, large_page - before);
  return memory + before;
}

// Whole pages, whatever their size.
static size_t in_pages(size_t byte_count) { return (byte_count + 65535) & ~(size_t)65535; }

void *system_allocate(size_t byte_count) {
  const int large = byte_count >= large_page;
  if (byte_count > PTRDIFF_MAX - 2 * large_page) return NULL;
  // Not what the runtime asks, which the reserve answers (reserve.c): here a failure is told.
  void *memory = byte_count >= own_mapping ? map_aligned(in_pages(byte_count))
                                           : aligned_alloc(large ? large_page : 64, byte_count ? byte_count : 1);
  if (memory && large) madvise(memory, byte_count, MADV_HUGEPAGE);
  return memory;
}

void system_free(void *memory, size_t byte_count) {
  if (byte_count >= own_mapping) munmap(memory, in_pages(byte_count));
  else free(memory);
}

static int32_t read_whole(int descriptor, size_t byte_count, system_file *file) {
  uint8_t *bytes = system_allocate(byte_count);
  size_t done = 0;
  if (!bytes) return ENOMEM;
  while (done < byte_count) {
    ssize_t n = read(descriptor, bytes + done, byte_count - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      int32_t error = n < 0 ? errno : EIO;
      system_free(bytes, byte_count);
      return error;
    }
    done += (size_t)n;
  }
  *file = (system_file){bytes, byte_count, 0};
  return 0;
}

int32_t system_open_file(const char *path, int32_t copy, size_t limit, system_file *file) {
  struct stat status;
  int32_t error = 0;
  *file = (system_file){NULL, 0, 0};
  // Non-blocking, so that a named pipe cannot hang the host.
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return errno;
  if (fstat(descriptor, &status) != 0) {
    error = errno;
  } else if (S_ISDIR(status.st_mode)) {
    error = EISDIR;
  } else if (!S_ISREG(status.st_mode)) {
    error = EINVAL;
  } else if (status.st_size > 0 && copy) {
    error = (size_t)status.st_size > limit ? EFBIG : read_whole(descriptor, (size_t)status.st_size, file);
  } else if (status.st_size > 0) {
    void *address = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address == MAP_FAILED) error = errno;
    else *file = (system_file){address, (size_t)status.st_size, 1};
    // All of it will be read at once: one call in place of a fault for every few pages. Without it, slower.
    if (!error) madvise(address, (size_t)status.st_size, MADV_POPULATE_READ);
  }
  close(descriptor);
  return error;
}

void system_close_file(system_file file) {
  if (file.mapped) munmap((void *)file.address, file.byte_count);
  else system_free((void *)file.address, file.byte_count);
}

void system_forget_file(system_file file) {
  if (file.mapped) madvise((void *)file.address, file.byte_count, MADV_DONTNEED);
}

char *system_real_path(const char *path) { return realpath(path, NULL); }

struct system_writer {
  int descriptor;
  char *path, *temporary;
};

static void free_writer(system_writer *writer) {
  free(writer->path);
  free(writer->temporary);
  free(writer);
}

system_writer *system_create_file(const char *path, int32_t *error) {
  system_writer *writer = calloc(1, sizeof *writer);
  size_t length = strlen(path);
  *error = ENOMEM;
  if (!writer) return NULL;
  writer->path = strdup(path);
  writer->temporary = malloc(length + 8);
  if (!writer->path || !writer->temporary) {
    free_writer(writer);
    return NULL;
  }
  memcpy(writer->temporary, path, length);
  memcpy(writer->temporary + length, ".XXXXXX", 8);
  writer->descriptor = mkostemp(writer->temporary, O_CLOEXEC);
  if (writer->descriptor < 0) {
    *error = errno;
    free_writer(writer);
    return NULL;
  }
  mode_t mask = umask(0);
  umask(mask);
  fchmod(writer->descriptor, 0666 & ~mask);
  *error = 0;
  return writer;
}

int32_t system_write(system_writer *writer, const void *bytes, size_t byte_count) {
  const char *next = bytes;
  while (byte_count > 0) {
    ssize_t n = write(writer->descriptor, next, byte_count);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    next += n;
    byte_count -= (size_t)n;
  }
  return 0;
}

int32_t system_close_writer(system_writer *writer, int32_t keep) {
  int32_t error = 0;
  if (keep && fsync(writer->descriptor) != 0 && errno != EINVAL) error = errno;
  if (close(writer->descriptor) != 0 && !error && errno != EINTR) error = errno;
  if (keep && !error && rename(writer->temporary, writer->path) != 0) error = errno;
  if (!keep || error) unlink(writer->temporary);
  free_writer(writer);
  return error;
}

const char *system_error_text(int32_t error) {
  static _Thread_local char text[128];
  return strerror_r(error, text, sizeof text);
}

char *system_thread_message(void) {
  static _Thread_local char message[SYSTEM_MESSAGE_CAPACITY];
  return message;
}

void **system_thread_budget(void) {
  static _Thread_local void *budget;
  return &budget;
}

#if defined(__x86_64__)
/// What the operating system keeps when it switches threads: bits 1 and 2 for AVX's registers, 5 to 7 for AVX-512's.
static uint32_t saved_registers(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}
#endif

int32_t system_instruction_set(void) {
#if defined(__x86_64__)
  const unsigned basic = bit_OSXSAVE | bit_AVX | bit_FMA | bit_F16C | bit_MOVBE;
  const unsigned level3 = bit_AVX2 | bit_BMI | bit_BMI2;
  const unsigned level4 = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL | bit_AVX512CD;
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & basic) != basic) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & level3) != level3) return 0;
  uint32_t saved = saved_registers();
  if ((saved & 0x06) != 0x06) return 0;
  return (b & level4) == level4 && (saved & 0xe6) == 0xe6 ? 2 : 1;
#else
  return 0;
#endif
}

int32_t system_processor_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int32_t)count : 1;
}

static pthread_mutex_t locks[SYSTEM_LOCK_COUNT] = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static pthread_once_t fork_handlers = PTHREAD_ONCE_INIT;
static int32_t fork_count;

static void before_fork(void) {
  for (int lock = 0; lock < SYSTEM_LOCK_COUNT; lock++) pthread_mutex_lock(&locks[lock]);
}

static void after_fork(void) {
  for (int lock = SYSTEM_LOCK_COUNT; lock-- > 0;) pthread_mutex_unlock(&locks[lock]);
}

static void after_fork_in_child(void) {
  fork_count++;
  after_fork();
}

static void add_fork_handlers(void) { pthread_atfork(before_fork, after_fork, after_fork_in_child); }

void system_lock(intptr_t lock) {
  pthread_once(&fork_handlers, add_fork_handlers);
  pthread_mutex_lock(&locks[lock]);
}

void system_unlock(intptr_t lock) { pthread_mutex_unlock(&locks[lock]); }

int32_t system_fork_count(void) { return fork_count; }

typedef __attribute__((swiftcall)) void closure_code(intptr_t, intptr_t, __attribute__((swift_context)) void *);

/// Declared in Swift, where its one argument is a closure.
__attribute__((swiftcall)) system_closure system_lend_closure(void *code, void *captured) {
  return (system_closure){code, captured};
}

void system_call_closure(system_closure closure, intptr_t first, intptr_t second) {
  ((closure_code *)closure.code)(first, second, closure.captured);
}

int32_t system_start_thread(pthread_t *thread, void *(*body)(void *), void *argument) {
  // Workers take no signals: those belong to the host's threads.
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  int error = pthread_create(thread, NULL, body, argument);
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  return error;
}
