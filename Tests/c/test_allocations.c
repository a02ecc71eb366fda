/* What the library does with memory: nothing in a session that has run before; and after a call that fails all is as it
 * was. */
#include "check.h"
#include "heap.h"

#include <stdlib.h>
#include <string.h>

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
        before = heap_requests();
        expect(CRNN_OK, crnn_session_run(session, &input->tensor, 1, &output, 1));
        if (run >= 6 && !check(heap_requests() == before))
            fprintf(stderr, "%ld allocations\n", heap_requests() - before);
    }
}

static void test_warm_sessions(const crnn_model *model, ramp *narrow, ramp *wide) {
    for (int32_t threads = 1; threads <= 3; threads++) {
        crnn_session_options options = {.size = sizeof options, .threads = threads};
        crnn_session *session = NULL;
        if (!expect(CRNN_OK, crnn_session_create(model, &options, &session))) continue;
        test_runs(model, session, narrow, wide);
        crnn_session_release(session);
    }
}

/* Opening what is damaged, and running what does not fit. Each a second time: the first may make what is kept. */
static void test_failures(const arguments *given, const crnn_model *model, ramp *input) {
    static const char *const attributes[] = {"kernel_shape", "hidden_size", "perm", "strides"};
    size_t byte_count = 0;
    char *bytes = read_file(given->model, &byte_count);
    crnn_model *damaged = NULL;
    crnn_session *session = NULL;
    crnn_lexicon *lexicon = NULL;
    crnn_session_options options = {.size = sizeof options, .memory_limit = 4096};
    crnn_tensor output = {NULL, NULL, NULL, 0, 0, (crnn_type)0};
    long before = 0;
    if (!check(bytes != NULL)) return;
    for (int again = 0; again < 2; again++) {
        before = heap_blocks();
        for (size_t part = 0; part < 97; part++)
            expect_failure(crnn_model_open_memory(bytes, byte_count * part / 97, NULL, &damaged));
        for (int i = 0; i < 4; i++)
            for (size_t at = 0; at + 16 < byte_count; at++)
                if (memcmp(bytes + at, attributes[i], strlen(attributes[i])) == 0) {
                    bytes[at]++;
                    if (crnn_model_open_memory(bytes, byte_count, NULL, &damaged) == CRNN_OK)
                        crnn_model_release(damaged);
                    bytes[at]--;
                    break;
                }
        expect_failure(crnn_model_open("/nowhere/model.onnx", NULL, &damaged));
        expect_failure(crnn_lexicon_open(given->model, NULL, &lexicon));
        expect_failure(crnn_lexicon_create("a\n\xff\n", 4, &lexicon));
        if (expect(CRNN_OK, crnn_session_create(model, &options, &session))) {
            expect(CRNN_LIMIT_EXCEEDED, crnn_session_run(session, &input->tensor, 1, &output, 1));
            crnn_session_release(session);
        }
    }
    if (!check(heap_blocks() == before)) fprintf(stderr, "%ld blocks are left\n", heap_blocks() - before);
    free(bytes);
}

void test_allocations(const arguments *given) {
    crnn_model *model = NULL;
    ramp narrow, wide;
    if (!expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) return;
    check(!heap_is_ours() || heap_requests() > 0);
    if (check(make_ramp(model, 96, &narrow))) {
        if (check(make_ramp(model, 200, &wide))) {
            test_warm_sessions(model, &narrow, &wide);
            test_failures(given, model, &wide);
            free_ramp(&wide);
        }
        free_ramp(&narrow);
    }
    crnn_model_release(model);
}
