// What Embedded Swift lacks: memory, files, threads, the clock, the processor's features.
// Everything here is private to the library (hidden visibility).
#pragma once
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "Vectors.h"

/// Memory aligned to 64 bytes; NULL when there is none.
void *system_allocate(size_t byte_count);
void system_free(void *memory, size_t byte_count);

/// Whether the system refuses memory and half of the reserve for small objects is gone.
int32_t system_is_exhausted(void);

/// Maps or reads a whole regular file. Returns 0 or an errno, EFBIG for one that is to be read and has more bytes than
/// `limit`. An empty file has a NULL address.
typedef struct system_file {
  const uint8_t *address;
  size_t byte_count;
  int32_t mapped;
} system_file;
int32_t system_open_file(const char *path, int32_t copy, size_t limit, system_file *file);
void system_close_file(system_file file);
/// Gives back the memory of a mapped file's pages; those that are read again come from the file again.
void system_forget_file(system_file file);

/// The absolute path without symbolic links; NULL when there is no such file. Freed with `free`.
char *system_real_path(const char *path);

/// Writes to a new temporary file beside `path`, which `system_commit_file` renames to `path`.
typedef struct system_writer system_writer;
system_writer *system_create_file(const char *path, int32_t *error);
/// Returns 0 or an errno.
int32_t system_write(system_writer *writer, const void *bytes, size_t byte_count);
/// Flushes and renames (or removes, when `keep` is 0), and frees the writer. Returns 0 or an errno.
int32_t system_close_writer(system_writer *writer, int32_t keep);

/// The text of an errno, in a buffer of the calling thread.
const char *system_error_text(int32_t error);

/// The calling thread's own buffer for its last error message.
#define SYSTEM_MESSAGE_CAPACITY 8192
char *system_thread_message(void);

/// What the calling thread's memory is charged to: a place for a pointer of its own.
void **system_thread_budget(void);

/// 2: AVX-512 (F, BW, DQ, VL), 1: AVX2 with FMA, 0: neither.
int32_t system_instruction_set(void);

/// Processors that this process may run on.
int32_t system_processor_count(void);

/// Creates a detached-from-nothing thread; 0 or an errno.
int32_t system_start_thread(pthread_t *thread, void *(*body)(void *), void *argument);

/// The library's own locks. `fork` waits for them, so that a child finds them free. None is held while another is taken.
enum { SYSTEM_LOCK_HANDLES, SYSTEM_LOCK_POOLS, SYSTEM_LOCK_WEIGHTS, SYSTEM_LOCK_COUNT };
void system_lock(intptr_t lock);
void system_unlock(intptr_t lock);

/// How many forks, of those since the first lock was taken, lead to this process.
int32_t system_fork_count(void);

/// A closure `(Int, Int) -> Void` of Swift's, lent for the time of a call: its code and what it captures. So a pointer to
/// it can be given to other threads without memory of its own.
typedef struct system_closure {
  void *code, *captured;
} system_closure;
void system_call_closure(system_closure closure, intptr_t first, intptr_t second);

/// How this thread's floating-point arithmetic rounds, which exceptions interrupt it, and what becomes of denormals.
enum { SYSTEM_FLOAT_DEFAULT = 0x1f80, SYSTEM_FLOAT_NO_DENORMALS = 0x9fc0 };
static inline uint32_t system_float_control(void) {
#if defined(__x86_64__)
  return __builtin_ia32_stmxcsr();
#else
  return 0;
#endif
}
static inline void system_set_float_control(uint32_t control) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(control);
#endif
}

static inline void system_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Asks for memory that will be read soon; any address will do.
static inline void system_prefetch(const void *address) { __builtin_prefetch(address); }

static inline double system_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
