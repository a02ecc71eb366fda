#define _GNU_SOURCE
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of each thread. */
static __thread long counts[DISK_CALLS], failing_number, most_bytes;
static __thread disk_call failing_call = DISK_CALLS;
static __thread int failure, failed, interrupted;

static int fails(disk_call call) {
    if (counts[call]++ != failing_number || call != failing_call) return 0;
    failed = 1;
    errno = failure;
    return 1;
}

/* The number of bytes to move; -1 when the call is interrupted. */
static long part(size_t byte_count) {
    if (!most_bytes) return (long)byte_count;
    interrupted = !interrupted;
    errno = EINTR;
    return interrupted ? -1 : byte_count < (size_t)most_bytes ? (long)byte_count : most_bytes;
}

ssize_t read(int descriptor, void *bytes, size_t byte_count) {
    if (fails(DISK_READ)) return failure ? -1 : 0;
    long count = part(byte_count);
    return count < 0 ? -1 : (ssize_t)syscall(SYS_read, descriptor, bytes, count);
}

ssize_t write(int descriptor, const void *bytes, size_t byte_count) {
    if (fails(DISK_WRITE)) return -1;
    long count = part(byte_count);
    return count < 0 ? -1 : (ssize_t)syscall(SYS_write, descriptor, bytes, count);
}

int fsync(int descriptor) { return fails(DISK_SYNC) ? -1 : (int)syscall(SYS_fsync, descriptor); }

/* The descriptor is closed in any case, as Linux has it. */
int close(int descriptor) {
    int result = (int)syscall(SYS_close, descriptor);
    return fails(DISK_CLOSE) ? -1 : result;
}

int rename(const char *old, const char *new) {
    return fails(DISK_RENAME) ? -1 : renameat(AT_FDCWD, old, AT_FDCWD, new);
}

long disk_count(disk_call call) { return counts[call]; }

void disk_fail(disk_call call, long number, int error) {
    failing_call = call;
    failing_number = counts[call] + number;
    failure = error;
    failed = 0;
}

void disk_interrupt(long byte_count) { most_bytes = byte_count; }

int disk_works(void) {
    failing_call = DISK_CALLS;
    most_bytes = 0;
    return failed;
}
