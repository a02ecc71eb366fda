/* Running networks: by name and by position, into the session's memory and the caller's, from several threads. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static crnn_tensor nothing(const char *name) {
    crnn_tensor tensor = {name, NULL, NULL, 0, 0, (crnn_type)0};
    return tensor;
}

static void test_run(crnn_session *session, const ramp *input) {
    crnn_tensor byposition = input->tensor, output = nothing(NULL), copy = nothing(NULL), described;
    size_t count = 1;
    float *values;
    byposition.name = NULL;
    if (!expect(CRNN_OK, crnn_session_run(session, &input->tensor, 1, &output, 1))) return;
    check(output.data != NULL && output.shape != NULL && output.rank >= 1);
    for (int32_t i = 0; i < output.rank; i++) count *= (size_t)output.shape[i];
    check(output.byte_count == count * crnn_type_size(output.type));
    if (!check((values = malloc(output.byte_count)) != NULL)) return;
    memcpy(values, output.data, output.byte_count);

    /* Into the caller's memory; the same numbers, to the bit. */
    copy.data = malloc(count * sizeof(float) + 16);
    copy.byte_count = count * sizeof(float) + 16;
    if (check(copy.data != NULL)) {
        memset(copy.data, 0x5a, copy.byte_count);
        expect(CRNN_OK, crnn_session_run(session, &byposition, 1, &copy, 1));
        check(copy.byte_count == count * sizeof(float) || copy.byte_count == count * sizeof(float) + 16);
        check(memcmp(copy.data, values, count * sizeof(float)) == 0);
        check(((unsigned char *)copy.data)[count * sizeof(float)] == 0x5a);
        described = copy;
        described.byte_count = count * sizeof(float) - 1;
        expect_failure(crnn_session_run(session, &byposition, 1, &described, 1));
        free(copy.data);
    }
    /* No outputs at all is a run for nothing, refused or not; it must only not crash. */
    crnn_session_run(session, &input->tensor, 1, NULL, 0);
    free(values);
}

static void test_bad_tensors(crnn_session *session, const ramp *input) {
    crnn_tensor output = nothing(NULL), tensor = input->tensor, two[2];
    int64_t shape[17], rank = input->tensor.rank;
    memcpy(shape, input->shape, sizeof input->shape);
    tensor.shape = shape;

    expect(CRNN_INVALID_ARGUMENT, crnn_session_run(session, NULL, 1, &output, 1));
    expect(CRNN_INVALID_ARGUMENT, crnn_session_run(session, &tensor, 1, NULL, 1));
    expect_failure(crnn_session_run(session, NULL, 0, &output, 1));
    tensor.name = "no such input";
    expect(CRNN_INVALID_ARGUMENT, crnn_session_run(session, &tensor, 1, &output, 1));
    check(strstr(crnn_last_error(), "no such input") != NULL);
    tensor.name = input->tensor.name;
    output.name = "no such output";
    expect(CRNN_INVALID_ARGUMENT, crnn_session_run(session, &tensor, 1, &output, 1));
    check(strstr(crnn_last_error(), "no such output") != NULL);
    output.name = NULL;
    two[0] = two[1] = tensor;
    expect_failure(crnn_session_run(session, two, 2, &output, 1));

    tensor.type = CRNN_INT32;
    expect(CRNN_INVALID_INPUT, crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.type = (crnn_type)77;
    expect_failure(crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.type = CRNN_FLOAT32;

    shape[rank] = 1;
    tensor.rank = (int32_t)rank + 1;
    expect(CRNN_INVALID_INPUT, crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.rank = -1;
    expect_failure(crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.rank = INT32_MAX;
    expect_failure(crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.rank = (int32_t)rank;

    tensor.byte_count--;
    expect_failure(crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.byte_count = 0;
    expect_failure(crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.byte_count = input->tensor.byte_count;
    tensor.data = NULL;
    expect(CRNN_INVALID_ARGUMENT, crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.data = input->tensor.data;
    tensor.shape = NULL;
    expect(CRNN_INVALID_ARGUMENT, crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.shape = shape;

    shape[rank - 1] = -5;
    expect_failure(crnn_session_run(session, &tensor, 1, &output, 1));
    shape[rank - 1] = INT64_MAX;
    expect_failure(crnn_session_run(session, &tensor, 1, &output, 1));
    shape[rank - 1] = 0;
    tensor.byte_count = 0;
    expect_failure(crnn_session_run(session, &tensor, 1, &output, 1));

    /* A shape that was refused for its bytes is no known one when the bytes fit. */
    memcpy(shape, input->shape, sizeof input->shape);
    expect(CRNN_OK, crnn_session_run(session, &input->tensor, 1, &output, 1));
    shape[rank] = 1;
    tensor.rank = (int32_t)rank + 1;
    tensor.byte_count = input->tensor.byte_count - 1;
    expect(CRNN_INVALID_ARGUMENT, crnn_session_run(session, &tensor, 1, &output, 1));
    tensor.byte_count++;
    expect(CRNN_INVALID_INPUT, crnn_session_run(session, &tensor, 1, &output, 1));

    /* After all that it still works. */
    expect(CRNN_OK, crnn_session_run(session, &input->tensor, 1, &output, 1));
}

static void test_options(const crnn_model *model) {
    crnn_session *session = NULL;
    crnn_session_options options = {.size = sizeof options, .threads = 2, .plan_capacity = 3};
    crnn_session_info info = {sizeof info, 0, 0, 0, 0, 0};
    ramp input;
    crnn_tensor output;
    if (expect(CRNN_OK, crnn_session_create(model, &options, &session))) {
        expect(CRNN_OK, crnn_session_get_info(session, &info));
        check(info.threads == 2 && info.plan_count == 0 && info.plans_built == 0);
        /* Five widths in a cache of three plans. */
        for (int64_t width = 64; width < 64 + 5 * 16; width += 16) {
            if (!check(make_ramp(model, width, &input))) break;
            output = nothing(NULL);
            expect(CRNN_OK, crnn_session_run(session, &input.tensor, 1, &output, 1));
            free_ramp(&input);
        }
        expect(CRNN_OK, crnn_session_get_info(session, &info));
        check(info.plan_count >= 1 && info.plan_count <= 3);
        check(info.plans_built >= info.plan_count && info.memory_bytes > 0);
        info.size = 0;
        expect(CRNN_INVALID_ARGUMENT, crnn_session_get_info(session, &info));
        expect(CRNN_INVALID_ARGUMENT, crnn_session_get_info(session, NULL));
        crnn_session_release(session);
    }
    options.threads = -1;
    if (expect(CRNN_OK, crnn_session_create(model, &options, &session))) crnn_session_release(session);
    /* A caller that knows only the first members. */
    options.size = sizeof(size_t) + sizeof(int32_t);
    options.threads = 1;
    options.plan_capacity = -7;
    if (expect(CRNN_OK, crnn_session_create(model, &options, &session))) crnn_session_release(session);
    options.size = sizeof options;
    expect(CRNN_INVALID_ARGUMENT, crnn_session_create(model, &options, &session));
    options.plan_capacity = 0;
    options.threads = -2;
    expect(CRNN_INVALID_ARGUMENT, crnn_session_create(model, &options, &session));
    options.threads = 1;
    options.size = 0;
    expect(CRNN_INVALID_ARGUMENT, crnn_session_create(model, &options, &session));
    expect(CRNN_INVALID_ARGUMENT, crnn_session_create(model, NULL, NULL));
}

/* Sessions with one and two threads, and from ONNX and native files, agree to the bit. */
static void test_agreement(const crnn_model *model, const arguments *given, const ramp *input) {
    char path[256];
    crnn_model *saved = NULL;
    crnn_session *sessions[3] = {NULL, NULL, NULL};
    crnn_session_options two = {.size = sizeof two, .threads = 2};
    crnn_tensor outputs[3];
    snprintf(path, sizeof path, "%s/agreement.crnn", given->folder);
    expect(CRNN_OK, crnn_model_save(model, path));
    if (expect(CRNN_OK, crnn_model_open(path, NULL, &saved)) &&
        expect(CRNN_OK, crnn_session_create(model, NULL, &sessions[0])) &&
        expect(CRNN_OK, crnn_session_create(model, &two, &sessions[1])) &&
        expect(CRNN_OK, crnn_session_create(saved, NULL, &sessions[2]))) {
        for (int i = 0; i < 3; i++) {
            outputs[i] = nothing(NULL);
            if (!expect(CRNN_OK, crnn_session_run(sessions[i], &input->tensor, 1, &outputs[i], 1))) break;
            check(outputs[i].byte_count == outputs[0].byte_count);
            check(memcmp(outputs[i].data, outputs[0].data, outputs[0].byte_count) == 0);
        }
    }
    for (int i = 0; i < 3; i++) crnn_session_release(sessions[i]);
    crnn_model_release(saved);
    unlink(path);
}

typedef struct work {
    crnn_session *session;
    const ramp *input;
    int good, busy, other;
} work;

static void *run_repeatedly(void *argument) {
    work *mine = argument;
    for (int i = 0; i < 40; i++) {
        crnn_tensor output = nothing(NULL);
        crnn_status status = crnn_session_run(mine->session, &mine->input->tensor, 1, &output, 1);
        if (status == CRNN_OK) mine->good++;
        else if (status == CRNN_BUSY) mine->busy++;
        else mine->other++;
    }
    return NULL;
}

/* Two threads: with a session each every run succeeds; with one between them, some may find it busy. */
static void test_threads(const crnn_model *model, const ramp *input, int shared) {
    work works[2];
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        works[i] = (work){NULL, input, 0, 0, 0};
        if (shared && i == 1) works[i].session = works[0].session;
        else if (!expect(CRNN_OK, crnn_session_create(model, NULL, &works[i].session))) return;
    }
    for (int i = 0; i < 2; i++) check(pthread_create(&threads[i], NULL, run_repeatedly, &works[i]) == 0);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++) {
        check(works[i].good + works[i].busy == 40 && works[i].other == 0);
        check(shared || works[i].busy == 0);
    }
    check(works[0].good + works[1].good > 0);
    crnn_session_release(works[0].session);
    if (!shared) crnn_session_release(works[1].session);
}

static void test_bad_handle(crnn_session *session, const ramp *input) {
    crnn_tensor output = nothing(NULL);
    crnn_session_info info = {sizeof info, 0, 0, 0, 0, 0};
    unsigned char pixels[64] = {0};
    crnn_image image = {sizeof image, pixels, 8, 8, 0, CRNN_PIXEL_GRAY, 0};
    crnn_reading *reading = NULL;
    crnn_status statuses[3];
    statuses[0] = crnn_session_run(session, &input->tensor, 1, &output, 1);
    statuses[1] = crnn_session_get_info(session, &info);
    statuses[2] = crnn_session_read_image(session, &image, NULL, &reading);
    for (int i = 0; i < 3; i++)
        if (session) expect(CRNN_INVALID_HANDLE, statuses[i]);
        else expect_null_handle(statuses[i]);
    crnn_session_release(session);
}

void test_sessions(const arguments *given) {
    crnn_model *model = NULL;
    crnn_session *session = NULL;
    ramp input;
    int local = 0;
    if (!expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) return;
    if (check(make_ramp(model, 100, &input))) {
        test_options(model);
        test_agreement(model, given, &input);
        test_threads(model, &input, 0);
        test_threads(model, &input, 1);
        test_bad_handle(NULL, &input);
        test_bad_handle((crnn_session *)(uintptr_t)1, &input);
        test_bad_handle((crnn_session *)(void *)&local, &input);
        test_bad_handle((crnn_session *)(void *)model, &input);
        if (expect(CRNN_OK, crnn_session_create(model, NULL, &session))) {
            /* A session outlives its model's handle. */
            crnn_model_release(model);
            model = NULL;
            test_run(session, &input);
            test_bad_tensors(session, &input);
            crnn_session_release(session);
            test_bad_handle(session, &input);
        }
        free_ramp(&input);
    }
    crnn_model_release(model);
}
