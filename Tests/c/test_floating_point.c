/* A host whose floating-point arithmetic rounds otherwise, is interrupted by exceptions, or has denormals for zeros: the
 * library's results are the same bits, nothing interrupts it, and the host's settings stay. Denormals in inputs. */
#define _GNU_SOURCE
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <xmmintrin.h>

enum { THREADS = 3, FLOATS = 1 << 16 };

static int is_run(const crnn_model *model, const ramp *input, int32_t threads, float *results, size_t *byte_count) {
    crnn_session_options options = {.size = sizeof options, .threads = threads};
    crnn_session *session = NULL;
    crnn_tensor output = {NULL, NULL, results, FLOATS * sizeof *results, 0, (crnn_type)0};
    int passed = expect(CRNN_OK, crnn_session_create(model, &options, &session))
                 && expect(CRNN_OK, crnn_session_run(session, &input->tensor, 1, &output, 1));
    *byte_count = output.byte_count;
    crnn_session_release(session);
    return passed;
}

/* Runs with the host's control word, which must be there afterwards. */
static void test_control(const char *path, const crnn_model *model, const ramp *input, unsigned control) {
    static float expected[FLOATS], results[FLOATS];
    size_t expected_size, size;
    const unsigned before = _mm_getcsr();
    crnn_model *own = NULL;
    if (!is_run(model, input, 1, expected, &expected_size)) return;
    for (int32_t threads = 1; threads <= THREADS; threads++) {
        _mm_setcsr(control);
        crnn_status status = crnn_model_open(path, NULL, &own);
        int passed = status == CRNN_OK && is_run(own, input, threads, results, &size);
        unsigned after = _mm_getcsr();
        _mm_setcsr(before);
        crnn_model_release(own);
        check(passed && size == expected_size && memcmp(expected, results, size) == 0);
        if (!check(((after ^ control) & ~0x3fu) == 0)) fprintf(stderr, "control word %x became %x\n", control, after);
    }
}

/* Inputs with infinities and not-a-numbers, which raise every exception. */
static void fill(ramp *input, int kind) {
    float *values = input->tensor.data;
    size_t count = input->tensor.byte_count / sizeof *values;
    for (size_t i = 0; i < count; i++) {
        values[i] = kind == 1 ? 1e-40f * (float)(i % 9) : (float)(i % 61) / 61 - 0.5f;
        if (kind == 2 && i % 97 == 0) values[i] = i % 2 ? INFINITY : NAN;
    }
}

void test_floating_point(const arguments *given) {
    static const unsigned controls[] = {
        0x5f80, /* rounds up */
        0x7f80, /* towards zero */
        0x9fc0, /* denormals are zeros */
        0x0000, /* every exception interrupts */
    };
    crnn_model *model = NULL;
    ramp input;
    if (!expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) return;
    if (check(make_ramp(model, 72, &input))) {
        for (int kind = 0; kind < 3; kind++) {
            fill(&input, kind);
            for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
                test_control(given->model, model, &input, controls[i]);
        }
        free_ramp(&input);
    }
    crnn_model_release(model);
}
#else
void test_floating_point(const arguments *given) { (void)given; }
#endif
