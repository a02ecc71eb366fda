// Memory for the small objects of Swift's runtime when the system has none: the runtime would end the process. All that
// the runtime asks for goes through here (linker option --wrap). Blocks that the system refuses are cut from the reserve,
// one behind the other; it is whole again when none of them lives. What asks for much memory checks for half of the
// reserve being gone, and fails with an error.
#ifdef CRNN_EMBEDDED
#include "CSystem.h"

#define CAPACITY ((uint64_t)16 << 20)

int __real_posix_memalign(void **memory, size_t alignment, size_t byte_count);
void __real_free(void *memory);

static _Alignas(64) char reserve[CAPACITY];
/// The number of blocks that live, above 32 bits for where the next one may begin.
static uint64_t state;

static void *take(uint64_t alignment, uint64_t byte_count) {
  uint64_t old = __atomic_load_n(&state, __ATOMIC_RELAXED), start, end;
  if (alignment > 64 || byte_count > CAPACITY) return NULL;
  do {
    start = ((uint32_t)old + alignment - 1) & -alignment;
    end = start + (byte_count ? byte_count : 1);
    if (end > CAPACITY) return NULL;
  } while (!__atomic_compare_exchange_n(&state, &old, (((old >> 32) + 1) << 32) | end, 0, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED));
  return reserve + start;
}

static void give_back(void) {
  uint64_t old = __atomic_load_n(&state, __ATOMIC_RELAXED), left;
  do {
    left = old >> 32 == 1 ? 0 : old - ((uint64_t)1 << 32);
  } while (!__atomic_compare_exchange_n(&state, &old, left, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t byte_count) {
  int error = __real_posix_memalign(memory, alignment, byte_count);
  if (!error) return 0;
  *memory = take(alignment, byte_count);
  return *memory ? 0 : error;
}

void __wrap_free(void *memory) {
  if ((uintptr_t)memory - (uintptr_t)reserve < CAPACITY) give_back();
  else __real_free(memory);
}

int32_t system_is_exhausted(void) { return (uint32_t)__atomic_load_n(&state, __ATOMIC_RELAXED) > CAPACITY / 2; }
#else
#include "CSystem.h"

int32_t system_is_exhausted(void) { return 0; }
#endif
