/* Profiles: what the steps of a session's runs took. */
#include "check.h"

#include <stdint.h>
#include <string.h>

static uint64_t total(const crnn_session *session, int convolutions_only) {
    uint64_t flops = 0;
    for (size_t i = 0; i < crnn_session_profile_count(session); i++) {
        crnn_profile_entry entry;
        memset(&entry, 0, sizeof entry);
        entry.size = sizeof entry;
        if (!expect(CRNN_OK, crnn_session_profile(session, i, &entry))) break;
        if (!convolutions_only || strstr(entry.operator_type, "Conv") != NULL) flops += entry.flops;
    }
    return flops;
}

static void test_entries(crnn_session *session) {
    size_t count = crnn_session_profile_count(session);
    int plans = 0;
    check(count > 3);
    for (size_t i = 0; i < count; i++) {
        crnn_profile_entry entry;
        memset(&entry, 0, sizeof entry);
        entry.size = sizeof entry;
        if (!expect(CRNN_OK, crnn_session_profile(session, i, &entry))) continue;
        check(entry.step != NULL && entry.step[0] != '\0' && entry.node != NULL && entry.operator_type != NULL);
        check(entry.calls >= 1);
        if (strcmp(entry.step, "Plan") == 0) plans += (int)entry.calls;
        else check(entry.bytes > 0 || entry.calls > 0);
    }
    check(plans == 1);
    check(total(session, 1) > 1000 && total(session, 0) > total(session, 1));
}

static void test_refusals(crnn_session *session, crnn_session *plain) {
    crnn_profile_entry entry;
    memset(&entry, 0, sizeof entry);
    entry.size = sizeof entry;
    expect(CRNN_INVALID_ARGUMENT, crnn_session_profile(session, crnn_session_profile_count(session), &entry));
    expect(CRNN_INVALID_ARGUMENT, crnn_session_profile(session, SIZE_MAX, &entry));
    expect(CRNN_INVALID_ARGUMENT, crnn_session_profile(session, 0, NULL));
    entry.size = 0;
    expect(CRNN_INVALID_ARGUMENT, crnn_session_profile(session, 0, &entry));
    /* A caller that knows the first members only. */
    entry.size = sizeof(size_t) + sizeof(char *);
    entry.calls = 77;
    expect(CRNN_OK, crnn_session_profile(session, 0, &entry));
    check(entry.step != NULL && entry.calls == 77);
    entry.size = sizeof entry;

    check(crnn_session_profile_count(plain) == 0);
    expect(CRNN_INVALID_ARGUMENT, crnn_session_profile(plain, 0, &entry));
    expect(CRNN_INVALID_ARGUMENT, crnn_session_profile_reset(plain));
    check(crnn_session_profile_count(NULL) == 0);
    expect_null_handle(crnn_session_profile(NULL, 0, &entry));
    expect_null_handle(crnn_session_profile_reset(NULL));
}

void test_profile(const arguments *given) {
    crnn_model *model = NULL;
    crnn_session *session = NULL, *plain = NULL;
    crnn_session_options options;
    ramp input;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.profile = 1;
    if (!expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) return;
    if (check(make_ramp(model, 100, &input))) {
        crnn_tensor output, same;
        memset(&output, 0, sizeof output);
        memset(&same, 0, sizeof same);
        if (expect(CRNN_OK, crnn_session_create(model, &options, &session)) &&
            expect(CRNN_OK, crnn_session_create(model, NULL, &plain))) {
            check(crnn_session_profile_count(session) == 0);
            expect(CRNN_OK, crnn_session_run(session, &input.tensor, 1, &output, 1));
            expect(CRNN_OK, crnn_session_run(plain, &input.tensor, 1, &same, 1));
            check(output.byte_count == same.byte_count && memcmp(output.data, same.data, same.byte_count) == 0);
            test_entries(session);
            test_refusals(session, plain);
            uint64_t once = total(session, 0);
            size_t count = crnn_session_profile_count(session);
            expect(CRNN_OK, crnn_session_profile_reset(session));
            check(total(session, 0) == 0 && crnn_session_profile_count(session) == count);
            for (int i = 0; i < 3; i++) expect(CRNN_OK, crnn_session_run(session, &input.tensor, 1, &output, 1));
            check(total(session, 0) == 3 * once && crnn_session_profile_count(session) == count);
        }
        crnn_session_release(session);
        crnn_session_release(plain);
        free_ramp(&input);
    }
    crnn_model_release(model);
}
