/* What a session that has run before does not do: ask for memory. The program's own malloc, which the library's calls
 * reach too, counts. */
#define _GNU_SOURCE
#include "check.h"

#include <errno.h>
#include <stdlib.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS 1
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static long allocations;

static void count(void) { __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED); }

void *malloc(size_t byte_count) {
    count();
    return __libc_malloc(byte_count);
}

void *calloc(size_t number, size_t byte_count) {
    count();
    return __libc_calloc(number, byte_count);
}

void *realloc(void *memory, size_t byte_count) {
    count();
    return __libc_realloc(memory, byte_count);
}

int posix_memalign(void **memory, size_t alignment, size_t byte_count) {
    count();
    *memory = __libc_memalign(alignment, byte_count);
    return *memory ? 0 : ENOMEM;
}

void *aligned_alloc(size_t alignment, size_t byte_count) {
    count();
    return __libc_memalign(alignment, byte_count);
}
#else
#define COUNTS 0
static long allocations;
#endif

/* Outputs in the session's memory, then in the caller's; two shapes in turn, whose plans are both kept. */
static void test_runs(const crnn_model *model, crnn_session *session, ramp *narrow, ramp *wide) {
    crnn_tensor output;
    static float values[1 << 16];
    crnn_tensor_spec spec;
    long before;
    expect(CRNN_OK, crnn_model_output(model, 0, &spec));
    for (int run = 0; run < 12; run++) {
        const ramp *input = run % 2 ? wide : narrow;
        output = (crnn_tensor){run % 3 ? spec.name : NULL, NULL, NULL, 0, 0, (crnn_type)0};
        if (run % 4 > 1) {
            output.data = values;
            output.byte_count = sizeof values;
        }
        before = allocations;
        expect(CRNN_OK, crnn_session_run(session, &input->tensor, 1, &output, 1));
        if (run >= 6 && !check(allocations == before)) fprintf(stderr, "%ld allocations\n", allocations - before);
    }
}

void test_allocations(const arguments *given) {
    crnn_model *model = NULL;
    ramp narrow, wide;
    if (!expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) return;
    check(!COUNTS || allocations > 0);
    if (check(make_ramp(model, 96, &narrow))) {
        if (check(make_ramp(model, 200, &wide))) {
            for (int32_t threads = 1; threads <= 3; threads++) {
                crnn_session_options options = {sizeof options, threads, 0, 0, 0, 0};
                crnn_session *session = NULL;
                if (!expect(CRNN_OK, crnn_session_create(model, &options, &session))) continue;
                test_runs(model, session, &narrow, &wide);
                crnn_session_release(session);
            }
            free_ramp(&wide);
        }
        free_ramp(&narrow);
    }
    crnn_model_release(model);
}
