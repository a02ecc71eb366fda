/* Beam search: decoders, their streams, lexicons, scorers and hotwords. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

static const char *const labels[] = {"a", "\xc3\xa9", " "};
static const crnn_ctc_options ctc = {sizeof ctc, labels, 3, 0, CRNN_PROBABILITIES};

/* Three frames of a blank, "a", "é" and a space. */
static const float values[] = {0.5f,   0.25f, 0.125f, 0.125f, 0.125f, 0.5f,
                               0.125f, 0.25f, 0.25f,  0.125f, 0.5f,   0.125f};
static const int64_t shape[] = {3, 4};

static crnn_tensor tensor(const float *data, const int64_t *sizes, int32_t rank) {
    crnn_tensor scores = {NULL, sizes, (void *)data, sizeof *data, rank, CRNN_FLOAT32};
    for (int i = 0; i < rank; i++) scores.byte_count *= (size_t)sizes[i];
    return scores;
}

static void test_every_text(void) {
    crnn_beam_options beam = {.size = sizeof beam, .width = 100};
    crnn_decode_options options = {.size = sizeof options, .hypothesis_count = 100};
    crnn_tensor scores = tensor(values, shape, 2);
    crnn_decoder *decoder = NULL;
    crnn_hypotheses *found = NULL;
    double sum = 0, value = 0;
    if (!expect(CRNN_OK, crnn_decoder_create(&ctc, &beam, &decoder))) return;
    if (expect(CRNN_OK, crnn_decoder_decode(decoder, &scores, &options, &found))) {
        for (size_t i = 0; i < found->count; i++) {
            const crnn_hypothesis *item = &found->items[i];
            int32_t tokens[3] = {0};
            for (size_t j = 0; j < item->token_count; j++) tokens[j] = item->tokens[j].token;
            expect(CRNN_OK, crnn_ctc_score(values, 3, 4, tokens, item->token_count, &ctc, &value));
            check(fabs(item->score - value) < 1e-5 && fabs(item->acoustic - value) < 1e-5);
            check(item->language == 0 && item->bonus == 0 && fabs(item->confidence - exp(value)) < 1e-6);
            check(i == 0 || item->score <= found->items[i - 1].score);
            for (size_t j = 0; j < item->token_count; j++)
                check(item->confidences[j] >= item->confidence && item->confidences[j] <= 1);
            for (size_t j = 0; j < item->word_count; j++) {
                const crnn_word *word = &item->words[j];
                check(word->text_size > 0 && !memchr(item->text + word->text_start, ' ', (size_t)word->text_size));
                check(item->words[j].first_token + item->words[j].token_count <= (int32_t)item->token_count);
                check(item->words[j].confidence >= item->confidence && item->words[j].confidence <= 1);
            }
            sum += exp(item->score);
        }
        /* Every text that three frames can spell. */
        check(found->count == 1 + 3 + 9 + 12 && fabs(sum - 1) < 1e-5);
        check(strcmp(found->items[0].text, "a\xc3\xa9") == 0 && found->items[0].tokens[1].first_frame == 2);
        crnn_hypotheses_free(found);
    }
    if (expect(CRNN_OK, crnn_decoder_decode(decoder, &scores, NULL, &found))) {
        check(found->count == 1);
        crnn_hypotheses_free(found);
    }
    crnn_hypotheses_free(NULL);
    crnn_decoder_release(decoder);
    expect(CRNN_INVALID_HANDLE, crnn_decoder_decode(decoder, &scores, NULL, &found));
    crnn_decoder_release(decoder);
    crnn_decoder_release(NULL);
}

static void test_batches(const crnn_decoder *decoder) {
    static const int64_t batch[] = {2, 3, 4}, turned[] = {3, 2, 4};
    static const int32_t lengths[] = {3, 1}, wrong[] = {3, 4};
    crnn_decode_options options = {.size = sizeof options, .lengths = lengths};
    float twice[24], major[24];
    crnn_hypotheses *found[2];
    crnn_tensor scores;
    for (int i = 0; i < 24; i++) twice[i] = values[i % 12];
    for (int i = 0; i < 24; i++) major[i / 4 % 3 * 8 + i / 12 * 4 + i % 4] = twice[i];
    for (int time_major = 0; time_major < 2; time_major++) {
        options.time_major = time_major;
        scores = time_major ? tensor(major, turned, 3) : tensor(twice, batch, 3);
        if (expect(CRNN_OK, crnn_decoder_decode(decoder, &scores, &options, found))) {
            check(strcmp(found[0]->items[0].text, "a\xc3\xa9") == 0);
            check(strcmp(found[1]->items[0].text, "") == 0 && found[1]->items[0].token_count == 0);
            crnn_hypotheses_free(found[0]);
            crnn_hypotheses_free(found[1]);
        }
    }
    options.lengths = wrong;
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_decode(decoder, &scores, &options, found));
    check(found[0] == NULL && found[1] == NULL && strstr(crnn_last_error(), "lengths[1] is 4") != NULL);
    major[20] = NAN;
    options.lengths = NULL;
    expect(CRNN_INVALID_INPUT, crnn_decoder_decode(decoder, &scores, &options, found));
    check(found[0] == NULL && strstr(crnn_last_error(), "sequence 1") != NULL);
}

static void test_stream(const crnn_decoder *decoder) {
    static const int64_t one[] = {1, 4}, other[] = {1, 3};
    crnn_decode_options options = {.size = sizeof options, .hypothesis_count = 5};
    crnn_tensor scores = tensor(values, shape, 2), frame = tensor(values, other, 2);
    crnn_decoder_stream *stream = NULL;
    crnn_hypotheses *whole = NULL;
    const crnn_hypotheses *found = NULL;
    const char *text = NULL;
    const int32_t *tokens = NULL;
    size_t count = 9;
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_stream_create(decoder, 0, NULL, &stream));
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_stream_create(decoder, 3, NULL, &stream));
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_stream_create(decoder, (size_t)-1, NULL, &stream));
    expect_null_handle(crnn_decoder_stream_create(NULL, 4, NULL, &stream));
    if (!expect(CRNN_OK, crnn_decoder_stream_create(decoder, 4, NULL, &stream))) return;
    if (expect(CRNN_OK, crnn_decoder_stream_stable(stream, &text, &tokens, &count))) check(!*text && count == 0);
    expect(CRNN_INVALID_INPUT, crnn_decoder_stream_push(stream, &frame));
    for (int i = 0; i < 3; i++) {
        frame = tensor(values + 4 * i, one, 2);
        expect(CRNN_OK, crnn_decoder_stream_push(stream, &frame));
    }
    expect(CRNN_OK, crnn_decoder_stream_stable(stream, NULL, NULL, NULL));
    if (expect(CRNN_OK, crnn_decoder_stream_best(stream, 5, &found)) &&
        expect(CRNN_OK, crnn_decoder_decode(decoder, &scores, &options, &whole))) {
        check(found->count == 5 && whole->count == 5);
        for (size_t i = 0; i < 5; i++) {
            check(strcmp(found->items[i].text, whole->items[i].text) == 0);
            check(found->items[i].score == whole->items[i].score);
        }
        crnn_hypotheses_free(whole);
    }
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_stream_push(stream, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_stream_best(stream, 1, NULL));
    crnn_decoder_stream_release(stream);
    expect(CRNN_INVALID_HANDLE, crnn_decoder_stream_best(stream, 1, &found));
    expect_null_handle(crnn_decoder_stream_push(NULL, &frame));
    expect_null_handle(crnn_decoder_stream_stable(NULL, NULL, NULL, NULL));
    crnn_decoder_stream_release(NULL);
}

/* Words cost as many times 1/4 as words came before; the end costs 1/2. */
static float counting_scorer(uint64_t state, const char *word, uint64_t *next_state, void *user_data) {
    ++*(int *)user_data;
    *next_state = state + 1;
    return word ? -0.25f * (float)state : -0.5f;
}

static void test_texts(void) {
    static const crnn_hotword hotword = {"a", 1.5f, 0};
    int calls = 0;
    crnn_beam_options beam = {.size = sizeof beam, .alpha = 2, .beta = 0.5f, .scorer = counting_scorer,
                              .scorer_data = &calls, .hotwords = &hotword, .hotword_count = 1};
    crnn_decode_options options = {.size = sizeof options, .hypothesis_count = 100};
    crnn_tensor scores = tensor(values, shape, 2);
    crnn_decoder *decoder = NULL;
    crnn_lexicon *lexicon = NULL;
    crnn_hypotheses *found = NULL;
    if (!expect(CRNN_OK, crnn_lexicon_create("a\n", 2, &lexicon))) return;
    beam.lexicon = lexicon;
    if (expect(CRNN_OK, crnn_decoder_create(&ctc, &beam, &decoder))) {
        /* The decoder keeps it. */
        crnn_lexicon_release(lexicon);
        if (expect(CRNN_OK, crnn_decoder_decode(decoder, &scores, &options, &found))) {
            for (size_t i = 0; i < found->count; i++) {
                const crnn_hypothesis *item = &found->items[i];
                double words = (double)item->word_count;
                check(strstr(item->text, "\xc3\xa9") == NULL && strstr(item->text, "aa") == NULL);
                check(fabs(item->language - 2 * (-0.125 * words * (words - 1) - 0.5)) < 1e-5);
                check(fabs(item->bonus - 2 * words) < 1e-5);
                check(fabs(item->score - item->acoustic - item->language - item->bonus) < 1e-5);
            }
            check(strcmp(found->items[0].text, "a") == 0 && calls > 0);
            crnn_hypotheses_free(found);
        }
        test_stream(decoder);
        crnn_decoder_release(decoder);
    }
    expect(CRNN_INVALID_HANDLE, crnn_decoder_create(&ctc, &beam, &decoder));
}

static void *decode_often(void *decoder) {
    crnn_tensor scores = tensor(values, shape, 2);
    for (int i = 0; i < 50; i++) {
        crnn_hypotheses *found = NULL;
        if (crnn_decoder_decode(decoder, &scores, NULL, &found) != CRNN_OK) return NULL;
        if (strcmp(found->items[0].text, "a\xc3\xa9") != 0) return NULL;
        crnn_hypotheses_free(found);
    }
    return decoder;
}

static void test_threads(crnn_decoder *decoder) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) check(pthread_create(&threads[i], NULL, decode_often, decoder) == 0);
    for (int i = 0; i < 4; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        check(result == decoder);
    }
}

static void test_bad_settings(void) {
    static const char *const same[] = {"a", "b", "a"}, *const broken[] = {"a", "\xff", "b"};
    static const crnn_hotword empty = {"", 1, 0}, endless = {"a", INFINITY, 0}, missing = {NULL, 1, 0};
    static const crnn_hotword *const phrases[] = {&empty, &endless, &missing};
    crnn_decoder *decoder = NULL;
    crnn_ctc_options options = ctc;
    crnn_beam_options beam[13];
    for (size_t i = 0; i < 13; i++) beam[i] = (crnn_beam_options){.size = sizeof beam[i]};
    beam[0].width = -1;
    beam[1].width = 1 << 21;
    beam[2].token_count = -1;
    beam[3].token_min_log_probability = 1;
    beam[4].alpha = -1;
    beam[5].beta = NAN;
    beam[6].unknown_score = INFINITY;
    beam[7].lexicon_penalty = -1;
    beam[8].scorer = counting_scorer;
    beam[8].scorer_unit = (crnn_text_unit)7;
    beam[9].hotword_count = 1;
    beam[10].size = 3;
    beam[11].hotwords = &empty;
    beam[11].hotword_count = (size_t)-1;
    beam[12].alpha = NAN;
    for (size_t i = 0; i < 13; i++) expect(CRNN_INVALID_ARGUMENT, crnn_decoder_create(&ctc, &beam[i], &decoder));
    for (size_t i = 0; i < 3; i++) {
        beam[9].hotwords = phrases[i];
        expect(CRNN_INVALID_ARGUMENT, crnn_decoder_create(&ctc, &beam[9], &decoder));
    }
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_create(&ctc, NULL, NULL));
    options.labels = same;
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_create(&options, NULL, &decoder));
    check(strstr(crnn_last_error(), "labels 0 and 2") != NULL);
    options.labels = broken;
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_create(&options, NULL, &decoder));
    options = ctc;
    options.blank = 4;
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_create(&options, NULL, &decoder));
    options.blank = -1;
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_create(&options, NULL, &decoder));
    check(decoder == NULL);
}

static void test_bad_scores(const crnn_decoder *decoder) {
    static const int64_t wrong[] = {4, 3}, flat[] = {12}, negative[] = {-3, 4}, none[] = {0, 4};
    static const float above[] = {2, 0, 0, 0};
    crnn_hypotheses *found = NULL;
    crnn_tensor bad[7];
    crnn_tensor scores = tensor(values, none, 2);
    crnn_decode_options options = {.size = sizeof options, .hypothesis_count = -1};
    if (expect(CRNN_OK, crnn_decoder_decode(decoder, &scores, NULL, &found))) {
        check(found->count == 1 && found->items[0].score == 0 && found->items[0].confidence == 1);
        crnn_hypotheses_free(found);
    }
    for (int i = 0; i < 7; i++) bad[i] = tensor(values, shape, 2);
    bad[0].shape = wrong;
    bad[1] = tensor(values, flat, 1);
    bad[2].shape = negative;
    bad[3].data = NULL;
    bad[4].byte_count = 4;
    bad[5].type = (crnn_type)99;
    bad[6].type = CRNN_INT32;
    for (int i = 0; i < 7; i++) expect_failure(crnn_decoder_decode(decoder, &bad[i], NULL, &found));
    scores = tensor(above, shape, 2);
    scores.shape = none + 1;
    scores.rank = 1;
    expect_failure(crnn_decoder_decode(decoder, &scores, NULL, &found));
    scores = tensor(values, shape, 2);
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_decode(decoder, &scores, &options, &found));
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_decode(decoder, &scores, NULL, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_decoder_decode(decoder, NULL, NULL, &found));
    expect_null_handle(crnn_decoder_decode(NULL, &scores, NULL, &found));
}

void test_decoders(const arguments *given) {
    crnn_decoder *decoder = NULL;
    (void)given;
    test_every_text();
    test_texts();
    test_bad_settings();
    if (expect(CRNN_OK, crnn_decoder_create(&ctc, NULL, &decoder))) {
        test_batches(decoder);
        test_stream(decoder);
        test_threads(decoder);
        test_bad_scores(decoder);
        crnn_decoder_release(decoder);
    }
}
