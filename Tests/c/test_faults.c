/* Memory that runs out, at each request in turn: an error, nothing left behind, and the next call works. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "heap.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Requests that are tried of each piece of work, spread evenly; all with CRNN_TEST_FAULTS=all. */
enum { TRIED = 150 };

typedef struct piece {
    const char *name;
    crnn_status (*work)(const void *given);
    const void *given;
} piece;

/* Two widths: the second plan and the weights that it shares. */
static crnn_status open_and_run(const void *path) {
    crnn_model *model = NULL;
    crnn_session *session = NULL;
    crnn_session_options options = {.size = sizeof options, .threads = 2};
    crnn_status status = crnn_model_open(path, NULL, &model);
    if (!status) status = crnn_session_create(model, &options, &session);
    for (int64_t width = 64; !status && width <= 96; width += 32) {
        crnn_tensor output = {NULL, NULL, NULL, 0, 0, (crnn_type)0};
        ramp input;
        if (!make_ramp(model, width, &input)) status = CRNN_OUT_OF_MEMORY;
        else {
            status = crnn_session_run(session, &input.tensor, 1, &output, 1);
            free_ramp(&input);
        }
    }
    crnn_session_release(session);
    crnn_model_release(model);
    return status;
}

static crnn_status open_copy(const void *path) {
    crnn_model_options options = {.size = sizeof options, .copy_file = 1};
    crnn_model *model = NULL;
    crnn_status status = crnn_model_open(path, &options, &model);
    if (!status) status = crnn_model_set_metadata(model, "author", "nobody");
    crnn_model_release(model);
    return status;
}

static crnn_status read_image(const void *path) {
    static unsigned char pixels[24 * 200];
    crnn_image image = {.size = sizeof image, .pixels = pixels, .width = 200, .height = 24, .stride = 200,
                        .format = CRNN_PIXEL_GRAY};
    crnn_model *model = NULL;
    crnn_session *session = NULL;
    crnn_reading *reading = NULL;
    crnn_status status = crnn_model_open(path, NULL, &model);
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (unsigned char)(i * i % 251);
    if (!status) status = crnn_session_create(model, NULL, &session);
    if (!status) status = crnn_session_read_image(session, &image, NULL, &reading);
    crnn_reading_free(reading);
    crnn_session_release(session);
    crnn_model_release(model);
    return status;
}

/* A search with all that there is: lexicon, language model and hotwords. */
static crnn_status decode(const void *language_model_path) {
    static const char *const labels[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n",
                                         "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", " ", "'"};
    static const char words[] = "one\ntwo\nthree\nfour\nbook\nreads\n";
    static float values[40 * 29];
    static const int64_t shape[] = {40, 29};
    crnn_tensor scores = {NULL, shape, values, sizeof values, 2, CRNN_FLOAT32};
    crnn_ctc_options ctc = {sizeof ctc, labels, 28, 0, CRNN_LOGITS};
    crnn_beam_options beam = {.size = sizeof beam, .width = 16};
    crnn_decode_options options = {.size = sizeof options, .hypothesis_count = 4};
    crnn_lexicon *lexicon = NULL;
    crnn_language_model *model = NULL;
    crnn_decoder *decoder = NULL;
    crnn_hypotheses *found = NULL;
    crnn_status status = crnn_lexicon_create(words, sizeof words - 1, &lexicon);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) values[i] = (float)(i * i % 97) / 20;
    if (!status) status = crnn_language_model_open(language_model_path, NULL, &model);
    beam.lexicon = lexicon;
    beam.language_model = model;
    if (!status) status = crnn_decoder_create(&ctc, &beam, &decoder);
    if (!status) status = crnn_decoder_decode(decoder, &scores, &options, &found);
    crnn_hypotheses_free(found);
    crnn_decoder_release(decoder);
    crnn_language_model_release(model);
    crnn_lexicon_release(lexicon);
    return status;
}

/* One request refused, or that and all later ones. */
static int fails_well(const piece *piece, long first, long count, long *refused) {
    long before = heap_blocks();
    heap_refuse(first, count);
    crnn_status status = piece->work(piece->given);
    *refused += heap_accept();
    int passed = check(status == CRNN_OK || status == CRNN_OUT_OF_MEMORY) && check(heap_blocks() == before);
    if (!passed)
        fprintf(stderr, "%s, %ld requests refused from %ld on: %s, %ld blocks left\n", piece->name, count, first,
                crnn_status_name(status), heap_blocks() - before);
    return status == CRNN_OUT_OF_MEMORY;
}

static void refuse_each(const piece *piece, int all) {
    long requests, refused = 0, errors = 0, tried = 0;
    /* What is made once is made. */
    for (int i = 0; i < 2; i++)
        if (!expect(CRNN_OK, piece->work(piece->given))) return;
    requests = heap_requests();
    expect(CRNN_OK, piece->work(piece->given));
    requests = heap_requests() - requests;
    if (!check(requests > 0)) return;
    for (long i = 0; i < requests; i += all || requests < TRIED ? 1 : requests / TRIED) {
        errors += fails_well(piece, i, 1, &refused);
        errors += fails_well(piece, i, LONG_MAX, &refused);
        tried++;
    }
    expect(CRNN_OK, piece->work(piece->given));
    check(errors > 0);
    printf("%s: %ld of %ld requests refused in turn, %ld errors, no death\n", piece->name, tried, requests, errors);
}

void test_faults(const arguments *given) {
    const char *choice = getenv("CRNN_TEST_FAULTS");
    const piece pieces[] = {
        {"open ONNX and run", open_and_run, given->model},
        {"open ONNX by copy", open_copy, given->model},
        {"open .crnn and run", open_and_run, FIXTURES "/native/version1-reader.crnn"},
        {"read an image", read_image, given->model},
        {"decode", decode, FIXTURES "/language_models/words.crnnlm"},
    };
    if (!heap_is_ours()) return;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) refuse_each(&pieces[i], choice && !strcmp(choice, "all"));
}
