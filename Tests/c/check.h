/* Counting checks: `check` records one and goes on. */
#ifndef CHECK_H
#define CHECK_H

#include <crnn.h>
#include <stdio.h>

extern int checks_passed, checks_failed;

static inline int check_at(int passed, const char *file, int line, const char *what) {
    if (passed) {
        checks_passed++;
    } else {
        checks_failed++;
        fprintf(stderr, "%s:%d: failed: %s (last error: %s)\n", file, line, what, crnn_last_error());
    }
    return passed;
}

#define check(condition) check_at((condition) != 0, __FILE__, __LINE__, #condition)

/* The call returns `expected`, and if that is a failure leaves a message. */
#define expect(expected, call) check_status((expected), (call), __FILE__, __LINE__, #call)

/* The call fails, with a message. */
#define expect_failure(call) check_status(-1, (call), __FILE__, __LINE__, #call)

/* The call refuses a NULL handle. */
#define expect_null_handle(call) check_null_handle((call), __FILE__, __LINE__, #call)

static inline int check_status(int expected, crnn_status status, const char *file, int line, const char *what) {
    int passed = expected < 0 ? status != CRNN_OK : (int)status == expected;
    if (status != CRNN_OK) passed = passed && crnn_last_error()[0] != '\0';
    if (!passed) fprintf(stderr, "%s returned %s\n", what, crnn_status_name(status));
    return check_at(passed, file, line, what);
}

static inline int check_null_handle(crnn_status status, const char *file, int line, const char *what) {
    return check_at(status == CRNN_INVALID_HANDLE || status == CRNN_INVALID_ARGUMENT, file, line, what);
}

/* What the program was given. */
typedef struct arguments {
    /* A recogniser: a model with "crnn." metadata. */
    const char *model;
    /* A gray PNM image (P5) and the text on it; NULL when not given. */
    const char *image;
    const char *text;
    /* A folder for files that tests write. */
    const char *folder;
} arguments;

/* Each opens what it needs, and leaves nothing behind. */
void test_library(void);
void test_models(const arguments *given);
void test_sessions(const arguments *given);
void test_allocations(const arguments *given);
void test_faults(const arguments *given);
void test_disk(const arguments *given);
void test_floating_point(const arguments *given);
void test_fork(const arguments *given);
void test_older_programs(const arguments *given);
void test_profile(const arguments *given);
void test_reading(const arguments *given);
void test_ctc(void);
void test_transcripts(void);
void test_decoders(const arguments *given);
void test_language_models(const arguments *given);

/* An input for a model's first input: a ramp, with sizes for the open dimensions. Freed by free_input. */
typedef struct ramp {
    crnn_tensor tensor;
    int64_t shape[16];
} ramp;
int make_ramp(const crnn_model *model, int64_t width, ramp *input);
void free_ramp(ramp *input);

/* A whole file, with a NUL byte after it; NULL when it cannot be read. */
char *read_file(const char *path, size_t *byte_count);

#endif
