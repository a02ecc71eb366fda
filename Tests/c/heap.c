#define _GNU_SOURCE
#include "heap.h"

#include <errno.h>
#include <stddef.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <limits.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static long requests, blocks;
static __thread long position, first_refused = LONG_MAX, end_refused = LONG_MAX, refused;

static int is_refused(void) {
    __atomic_add_fetch(&requests, 1, __ATOMIC_RELAXED);
    if (position < first_refused || position >= end_refused) {
        position++;
        return 0;
    }
    position++;
    refused++;
    errno = ENOMEM;
    return 1;
}

static void *counted(void *memory) {
    if (memory) __atomic_add_fetch(&blocks, 1, __ATOMIC_RELAXED);
    return memory;
}

void *malloc(size_t byte_count) { return is_refused() ? NULL : counted(__libc_malloc(byte_count)); }

void *calloc(size_t number, size_t byte_count) {
    return is_refused() ? NULL : counted(__libc_calloc(number, byte_count));
}

void *realloc(void *memory, size_t byte_count) {
    if (is_refused()) return NULL;
    return memory ? __libc_realloc(memory, byte_count) : counted(__libc_malloc(byte_count));
}

int posix_memalign(void **memory, size_t alignment, size_t byte_count) {
    if (is_refused()) return ENOMEM;
    *memory = counted(__libc_memalign(alignment, byte_count));
    return *memory ? 0 : ENOMEM;
}

void *aligned_alloc(size_t alignment, size_t byte_count) {
    return is_refused() ? NULL : counted(__libc_memalign(alignment, byte_count));
}

void *mmap(void *address, size_t byte_count, int protection, int flags, int descriptor, off_t offset) {
    if (is_refused()) return MAP_FAILED;
    return (void *)syscall(SYS_mmap, address, byte_count, protection, flags, descriptor, offset);
}

void free(void *memory) {
    if (memory) __atomic_sub_fetch(&blocks, 1, __ATOMIC_RELAXED);
    __libc_free(memory);
}

int heap_is_ours(void) { return 1; }
long heap_requests(void) { return __atomic_load_n(&requests, __ATOMIC_RELAXED); }
long heap_blocks(void) { return __atomic_load_n(&blocks, __ATOMIC_RELAXED); }

void heap_refuse(long first, long count) {
    position = refused = 0;
    first_refused = first;
    end_refused = count > LONG_MAX - first ? LONG_MAX : first + count;
}

long heap_accept(void) {
    first_refused = end_refused = LONG_MAX;
    return refused;
}
#else
int heap_is_ours(void) { return 0; }
long heap_requests(void) { return 0; }
long heap_blocks(void) { return 0; }
void heap_refuse(long first, long count) { (void)first, (void)count; }
long heap_accept(void) { return 0; }
#endif
