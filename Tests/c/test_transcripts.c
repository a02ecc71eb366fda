/* CTC loss, score and alignment of given transcripts, and edit distances. */
#include "check.h"

#include <math.h>
#include <string.h>

/* Three frames of a blank, 0, and two classes. */
static const float scores[] = {0.5f, 0.25f, 0.25f, 0.25f, 0.5f, 0.25f, 0.25f, 0.25f, 0.5f};

static int near(double value, double expected) { return fabs(value - expected) < 1e-6; }

static void test_score_and_alignment(const crnn_ctc_options *options) {
    static const int32_t tokens[] = {1, 2}, twice[] = {1, 1, 1}, wrong[] = {1, 3};
    crnn_ctc_span spans[3];
    double value = 0;
    /* 1 2 -, 1 - 2, - 1 2, 1 1 2, 1 2 2 */
    if (expect(CRNN_OK, crnn_ctc_score(scores, 3, 3, tokens, 2, options, &value)))
        check(near(value, log(0.25 * 0.25 * 0.25 + 0.25 * 0.25 * 0.5 + 0.5 * 0.5 * 0.5 + 0.25 * 0.5 * 0.5
                              + 0.25 * 0.25 * 0.5)));
    if (expect(CRNN_OK, crnn_ctc_align(scores, 3, 3, tokens, 2, options, spans, &value))) {
        check(near(value, log(0.125)) && spans[0].token == 1 && spans[1].token == 2);
        check(spans[0].first_frame == 1 && spans[0].frame_count == 1 && near(spans[0].score, log(0.5)));
        check(spans[1].first_frame == 2 && spans[1].frame_count == 1);
    }
    expect(CRNN_OK, crnn_ctc_align(scores, 3, 3, NULL, 0, options, NULL, NULL));
    if (expect(CRNN_OK, crnn_ctc_score(scores, 3, 3, twice, 3, options, &value))) check(value == -INFINITY);
    expect(CRNN_INVALID_INPUT, crnn_ctc_align(scores, 3, 3, twice, 3, options, spans, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_score(scores, 3, 3, wrong, 2, options, &value));
    check(strstr(crnn_last_error(), "token 1 is 3") != NULL);
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_score(scores, 3, 3, tokens, 2, options, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_score(scores, 3, 3, NULL, 2, options, &value));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_score(scores, 3, 3, tokens, (size_t)-1, options, &value));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_score(NULL, 3, 3, tokens, 2, options, &value));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_align(scores, 3, 3, tokens, 2, options, NULL, NULL));
}

static void test_loss(const crnn_ctc_options *options) {
    static const int32_t targets[] = {1, 2}, frames[] = {3}, lengths[] = {2}, many[] = {3};
    float losses[1] = {0}, gradient[9], sum;
    double value = 0;
    if (expect(CRNN_OK, crnn_ctc_loss(scores, 3, 1, 3, targets, 2, frames, lengths, options, losses, gradient))) {
        expect(CRNN_OK, crnn_ctc_score(scores, 3, 3, targets, 2, options, &value));
        check(near(losses[0], -value));
        for (int frame = 0; frame < 3; frame++) {
            sum = gradient[3 * frame] + gradient[3 * frame + 1] + gradient[3 * frame + 2];
            check(fabsf(sum) < 1e-6f);
        }
    }
    expect(CRNN_OK, crnn_ctc_loss(scores, 3, 1, 3, targets, 2, NULL, lengths, options, losses, NULL));
    check(near(losses[0], -value));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_loss(scores, 3, 1, 3, targets, 2, NULL, many, options, losses, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_loss(scores, 2, 1, 3, targets, 2, frames, lengths, options, losses, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_loss(scores, 3, 0, 3, targets, 2, NULL, lengths, options, losses, NULL));
    expect(CRNN_INVALID_ARGUMENT,
           crnn_ctc_loss(scores, 3, (size_t)1 << 40, (size_t)1 << 40, targets, 2, NULL, lengths, options, losses, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_loss(scores, 3, 1, 3, targets, 2, NULL, NULL, options, losses, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_ctc_loss(scores, 3, 1, 3, targets, 2, NULL, lengths, options, NULL, NULL));
}

static void test_edit_distance(void) {
    size_t distance = 9, length = 9;
    if (expect(CRNN_OK, crnn_edit_distance("caf\xc3\xa9 noir", "cafe n\xc3\xb6ir", CRNN_CHARACTERS, &distance, &length)))
        check(distance == 2 && length == 9);
    if (expect(CRNN_OK, crnn_edit_distance(" one\ttwo  three", "one three", CRNN_WORDS, &distance, NULL)))
        check(distance == 1);
    if (expect(CRNN_OK, crnn_edit_distance("", "", CRNN_WORDS, &distance, &length))) check(!distance && !length);
    expect(CRNN_INVALID_ARGUMENT, crnn_edit_distance(NULL, "", CRNN_WORDS, &distance, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_edit_distance("", NULL, CRNN_WORDS, &distance, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_edit_distance("", "", CRNN_WORDS, NULL, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_edit_distance("", "", (crnn_text_unit)3, &distance, NULL));
}

void test_transcripts(void) {
    const crnn_ctc_options options = {sizeof options, NULL, 0, 0, CRNN_PROBABILITIES};
    test_score_and_alignment(&options);
    test_loss(&options);
    test_edit_distance();
}
