/* Greedy CTC decoding of given scores. */
#include "check.h"

#include <math.h>
#include <string.h>

static const char *const labels[] = {"a", "\xc3\xa9", "ch"};

static void test_good(void) {
    /* Blank 3: a a - a ch, and a frame where two classes tie. */
    static const float scores[] = {
        0.50f, 0.25f, 0.00f, 0.25f, 0.75f, 0.25f, 0.00f, 0.00f, 0.00f, 0.00f, 0.00f, 1.00f,
        0.50f, 0.00f, 0.25f, 0.25f, 0.25f, 0.00f, 0.75f, 0.00f, 0.00f, 0.50f, 0.50f, 0.00f,
    };
    crnn_ctc_options options = {sizeof options, labels, 3, 3, CRNN_PROBABILITIES};
    crnn_reading *reading = NULL;
    if (expect(CRNN_OK, crnn_ctc_greedy(scores, 6, 4, &options, &reading))) {
        const crnn_character *characters = reading->characters;
        check(strcmp(reading->text, "aach\xc3\xa9") == 0);
        check(reading->character_count == 4 && reading->frame_count == 6);
        check(reading->confidence == (0.75f + 0.5f + 0.75f + 0.5f) / 4);
        check(strcmp(characters[2].text, "ch") == 0 && characters[2].label == 2);
        check(characters[0].first_frame == 0 && characters[0].frame_count == 2 && characters[0].confidence == 0.75f);
        check(characters[1].first_frame == 3 && characters[1].frame_count == 1);
        check(reading->word_count == 1 && reading->words[0].text_start == 0 && reading->words[0].text_size == 6);
        check(reading->words[0].first_token == 0 && reading->words[0].token_count == 4);
        check(fabs(reading->words[0].confidence - 0.75 * 0.5 * 0.75 * 0.5) < 1e-6);
        check(characters[3].label == 1 && characters[3].x == 0 && characters[3].width == 0);
        crnn_reading_free(reading);
    }
    /* Without labels, and with the blank by default 0. */
    if (expect(CRNN_OK, crnn_ctc_greedy(scores, 6, 4, NULL, &reading))) {
        check(strcmp(reading->text, "") == 0 && reading->characters[0].label == 3);
        check(strcmp(reading->characters[0].text, "") == 0);
        crnn_reading_free(reading);
    }
    if (expect(CRNN_OK, crnn_ctc_greedy(NULL, 0, 4, &options, &reading))) {
        check(strcmp(reading->text, "") == 0 && reading->character_count == 0 && reading->frame_count == 0);
        crnn_reading_free(reading);
    }
}

static void test_kinds(void) {
    static const float logits[] = {1.0f, 3.0f, 1.0f, 0.0f};
    static const float logs[] = {-3.0f, -0.5f, -2.0f, -INFINITY};
    crnn_ctc_options options = {sizeof options, labels, 3, 0, CRNN_LOGITS};
    crnn_reading *reading = NULL;
    if (expect(CRNN_OK, crnn_ctc_greedy(logits, 1, 4, &options, &reading))) {
        check(strcmp(reading->text, "a") == 0);
        check(fabs(reading->confidence - exp(3) / (exp(3) + 2 * exp(1) + 1)) < 1e-6);
        crnn_reading_free(reading);
    }
    /* A caller that knows only the labels: log-probabilities, blank 0. */
    options.size = offsetof(crnn_ctc_options, blank);
    options.blank = 77;
    if (expect(CRNN_OK, crnn_ctc_greedy(logs, 1, 4, &options, &reading))) {
        check(fabs(reading->confidence - exp(-0.5)) < 1e-6);
        crnn_reading_free(reading);
    }
}

void test_ctc(void) {
    static const float scores[] = {0, 1, 0, 0};
    static const float bad[] = {0, 1, 0, 0, 0, 0, NAN, 0};
    static const char *const missing[] = {"a", NULL, "c"};
    const crnn_ctc_options good = {sizeof good, labels, 3, 0, CRNN_PROBABILITIES};
    crnn_ctc_options options[8];
    crnn_reading *reading = NULL;
    test_good();
    test_kinds();
    expect(CRNN_INVALID_INPUT, crnn_ctc_greedy(bad, 2, 4, &good, &reading));
    check(strstr(crnn_last_error(), "frame 1") != NULL && strstr(crnn_last_error(), "class 2") != NULL);
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_greedy(NULL, 1, 4, &good, &reading));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_greedy(scores, 1, 4, &good, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_greedy(scores, 1, 0, NULL, &reading));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_greedy(scores, (size_t)-1, 4, NULL, &reading));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_greedy(scores, 1, (size_t)-1, NULL, &reading));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_greedy(scores, (size_t)1 << 40, (size_t)1 << 40, NULL, &reading));
    for (int i = 0; i < 8; i++) options[i] = good;
    options[0].size = 0;
    options[1].label_count = 2;
    options[2].label_count = (size_t)-1;
    options[3].blank = 4;
    options[4].blank = -1;
    options[5].kind = (crnn_score_kind)4;
    options[6].kind = (crnn_score_kind)-1;
    options[7].labels = missing;
    for (int i = 0; i < 8; i++) expect(CRNN_INVALID_ARGUMENT, crnn_ctc_greedy(scores, 1, 4, &options[i], &reading));
}
