/* Disks that fail at each call in turn, files that end sooner than their size says, calls that are interrupted. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PART = 4096 };

static int same_bytes(const char *path, const char *bytes, size_t byte_count) {
    size_t found_count = 0;
    char *found = read_file(path, &found_count);
    int same = found && found_count == byte_count && !memcmp(found, bytes, byte_count);
    free(found);
    return same;
}

static crnn_status open_copy(const char *path) {
    crnn_model_options options = {.size = sizeof options, .copy_file = 1};
    crnn_model *model = NULL;
    crnn_status status = crnn_model_open(path, &options, &model);
    crnn_model_release(model);
    return status;
}

/* Every read fails in turn, or finds the end of a file that was cut off after it was opened. */
static long fail_reads(const char *path) {
    static const int errors[] = {EIO, 0};
    long before = disk_count(DISK_READ), failures = 0;
    disk_interrupt(PART);
    expect(CRNN_OK, open_copy(path));
    disk_works();
    long reads = disk_count(DISK_READ) - before;
    check(reads > 2);
    for (long i = 0; i < reads; i += 1 + reads / 50) {
        for (size_t kind = 0; kind < sizeof errors / sizeof *errors; kind++) {
            disk_interrupt(PART);
            disk_fail(DISK_READ, i, errors[kind]);
            expect(CRNN_FILE_ERROR, open_copy(path));
            failures += check(disk_works()) && check(strstr(crnn_last_error(), path) != NULL);
        }
    }
    return failures;
}

/* Every call of saving fails in turn: an error, and the file from before is there still. */
static long fail_saving(const crnn_model *model, const char *path, const char *bytes, size_t byte_count) {
    static const struct {
        disk_call call;
        int error;
    } faults[] = {{DISK_WRITE, ENOSPC}, {DISK_WRITE, EIO}, {DISK_SYNC, EIO}, {DISK_CLOSE, EDQUOT},
                  {DISK_RENAME, EACCES}};
    long failures = 0;
    for (size_t kind = 0; kind < sizeof faults / sizeof *faults; kind++) {
        long before = disk_count(faults[kind].call);
        expect(CRNN_OK, crnn_model_save(model, path));
        long calls = disk_count(faults[kind].call) - before;
        check(calls > 0);
        for (long i = 0; i < calls; i++) {
            disk_fail(faults[kind].call, i, faults[kind].error);
            expect(CRNN_FILE_ERROR, crnn_model_save(model, path));
            failures += check(disk_works()) && check(strstr(crnn_last_error(), path) != NULL)
                        && check(same_bytes(path, bytes, byte_count));
        }
    }
    return failures;
}

void test_disk(const arguments *given) {
    char path[512];
    size_t byte_count = 0;
    crnn_model *model = NULL;
    snprintf(path, sizeof path, "%s/disk.crnn", given->folder);
    if (!expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) return;
    expect(CRNN_OK, crnn_model_save(model, path));
    char *bytes = read_file(path, &byte_count);
    if (check(bytes != NULL)) {
        disk_interrupt(PART);
        expect(CRNN_OK, crnn_model_save(model, path));
        disk_works();
        check(same_bytes(path, bytes, byte_count));
        long saved = fail_saving(model, path, bytes, byte_count);
        long read = fail_reads(given->model) + fail_reads(path);
        printf("disks that fail: %ld reads, %ld calls of saving; an error each, and the file before them stays\n", read,
               saved);
    }
    free(bytes);
    crnn_model_release(model);
    check(unlink(path) == 0);
}
