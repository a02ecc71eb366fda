/* Programs that were compiled with an older header, whose structs end sooner: what lies behind their end is neither read
 * nor written. */
#include "check.h"

#include <string.h>

enum { CAPACITY = 256, STEP = sizeof(void *) };

/* A struct of `size` bytes, all zeros but its size, in front of bytes that would be wrong. */
static void *older(unsigned char *memory, size_t size) {
    memset(memory, 0xee, CAPACITY);
    memset(memory, 0, size);
    memcpy(memory, &size, sizeof size);
    return memory;
}

static int is_untouched(const unsigned char *memory, size_t size) {
    for (size_t i = size; i < CAPACITY; i++)
        if (memory[i] != 0xee) return 0;
    return 1;
}

static void test_options(const arguments *given) {
    unsigned char memory[CAPACITY];
    for (size_t size = sizeof(size_t); size <= sizeof(crnn_model_options); size += STEP) {
        crnn_model *model = NULL;
        if (expect(CRNN_OK, crnn_model_open(given->model, older(memory, size), &model))) crnn_model_release(model);
    }
    crnn_model *model = NULL;
    ramp input;
    if (!expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) return;
    if (!check(make_ramp(model, 64, &input))) return;
    for (size_t size = sizeof(size_t); size <= sizeof(crnn_session_options); size += STEP) {
        crnn_session *session = NULL;
        crnn_tensor output = {NULL, NULL, NULL, 0, 0, (crnn_type)0};
        if (expect(CRNN_OK, crnn_session_create(model, older(memory, size), &session)))
            expect(CRNN_OK, crnn_session_run(session, &input.tensor, 1, &output, 1));
        crnn_session_release(session);
    }
    free_ramp(&input);
    crnn_model_release(model);
}

static void test_older_decoders(void) {
    static const char *const labels[] = {"a", "b"};
    static const float values[] = {0.2f, 0.3f, 0.5f, 0.6f, 0.2f, 0.2f};
    static const int64_t shape[] = {2, 3};
    const crnn_tensor scores = {NULL, shape, (void *)values, sizeof values, 2, CRNN_FLOAT32};
    const crnn_ctc_options ctc = {sizeof ctc, labels, 2, 0, CRNN_PROBABILITIES};
    unsigned char memory[CAPACITY];
    for (size_t size = sizeof(size_t); size <= sizeof(crnn_beam_options); size += STEP) {
        crnn_decoder *decoder = NULL;
        crnn_hypotheses *found = NULL;
        if (expect(CRNN_OK, crnn_decoder_create(&ctc, older(memory, size), &decoder))) {
            for (size_t part = sizeof(size_t); part <= sizeof(crnn_decode_options); part += STEP) {
                if (expect(CRNN_OK, crnn_decoder_decode(decoder, &scores, older(memory, part), &found)))
                    crnn_hypotheses_free(found);
            }
        }
        crnn_decoder_release(decoder);
    }
}

static void test_infos(const arguments *given) {
    unsigned char memory[CAPACITY];
    crnn_model *model = NULL;
    crnn_session *session = NULL;
    if (!expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) return;
    for (size_t size = sizeof(size_t); size <= sizeof(crnn_model_info); size += STEP)
        check(crnn_model_get_info(model, older(memory, size)) == CRNN_OK && is_untouched(memory, size));
    if (expect(CRNN_OK, crnn_session_create(model, NULL, &session))) {
        for (size_t size = sizeof(size_t); size <= sizeof(crnn_session_info); size += STEP)
            check(crnn_session_get_info(session, older(memory, size)) == CRNN_OK && is_untouched(memory, size));
        crnn_session_release(session);
    }
    crnn_model_release(model);
}

void test_older_programs(const arguments *given) {
    check(crnn_abi_version() >= CRNN_ABI_VERSION);
    test_options(given);
    test_older_decoders();
    test_infos(given);
}
