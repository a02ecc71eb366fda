/* Each piece of the library's work once, for valgrind:
 *
 *     leaks ONNX NATIVE LANGUAGE_MODEL [forget]
 *
 * With `forget`, handles are not released. */
#include <crnn.h>
#include <stdio.h>
#include <stdlib.h>

static int forgets;

static void require(crnn_status status) {
    if (status == CRNN_OK) return;
    fprintf(stderr, "%s\n", crnn_last_error());
    exit(1);
}

static void read_line(const char *path, int32_t threads) {
    static unsigned char pixels[24 * 120];
    crnn_image image = {.size = sizeof image, .pixels = pixels, .width = 120, .height = 24, .stride = 120,
                        .format = CRNN_PIXEL_GRAY};
    crnn_session_options options = {.size = sizeof options, .threads = threads};
    crnn_model *model;
    crnn_session *session;
    crnn_reading *reading;
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (unsigned char)(i * i % 251);
    require(crnn_model_open(path, NULL, &model));
    require(crnn_session_create(model, &options, &session));
    for (int64_t width = 120; width > 60; width -= 40) {
        image.width = width;
        require(crnn_session_read_image(session, &image, NULL, &reading));
        crnn_reading_free(reading);
    }
    if (forgets) return;
    crnn_session_release(session);
    crnn_model_release(model);
}

static void decode(const char *path) {
    static const char *const labels[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n",
                                         "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", " ", "'"};
    static const char words[] = "one\ntwo\nthree\nfour\nbook\nreads\n";
    static float values[40 * 29];
    static const int64_t shape[] = {40, 29};
    crnn_tensor scores = {NULL, shape, values, sizeof values, 2, CRNN_FLOAT32};
    crnn_ctc_options ctc = {sizeof ctc, labels, 28, 0, CRNN_LOGITS};
    crnn_beam_options beam = {.size = sizeof beam, .width = 16};
    crnn_lexicon *lexicon;
    crnn_language_model *model;
    crnn_decoder *decoder;
    crnn_hypotheses *found;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) values[i] = (float)(i * i % 97) / 20;
    require(crnn_lexicon_create(words, sizeof words - 1, &lexicon));
    require(crnn_language_model_open(path, NULL, &model));
    beam.lexicon = lexicon;
    beam.language_model = model;
    require(crnn_decoder_create(&ctc, &beam, &decoder));
    require(crnn_decoder_decode(decoder, &scores, NULL, &found));
    crnn_hypotheses_free(found);
    if (forgets) return;
    crnn_decoder_release(decoder);
    crnn_language_model_release(model);
    crnn_lexicon_release(lexicon);
}

int main(int argc, char **argv) {
    crnn_model *model;
    if (argc < 4) return 2;
    forgets = argc > 4;
    read_line(argv[1], 1);
    if (forgets) return 0;
    read_line(argv[2], 2);
    decode(argv[3]);
    if (crnn_model_open(argv[3], NULL, &model) == CRNN_OK) return 3;
    return crnn_model_open("/nowhere/at/all.onnx", NULL, &model) == CRNN_OK;
}
