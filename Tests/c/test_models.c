/* Opening, describing and saving models; their metadata; handles that are not. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void test_bad_files(const arguments *given) {
    crnn_model *model = NULL;
    size_t byte_count = 0;
    char *bytes = read_file(given->model, &byte_count);
    char path[256];
    FILE *file;
    expect(CRNN_INVALID_ARGUMENT, crnn_model_open(NULL, NULL, &model));
    expect(CRNN_INVALID_ARGUMENT, crnn_model_open(given->model, NULL, NULL));
    expect(CRNN_FILE_ERROR, crnn_model_open("", NULL, &model));
    expect(CRNN_FILE_ERROR, crnn_model_open(given->folder, NULL, &model));
    check(strstr(crnn_last_error(), given->folder) != NULL);

    snprintf(path, sizeof path, "%s/empty.onnx", given->folder);
    if (check((file = fopen(path, "wb")) != NULL)) fclose(file);
    expect(CRNN_INVALID_MODEL, crnn_model_open(path, NULL, &model));
    check(strstr(crnn_last_error(), path) != NULL);
    unlink(path);

    expect(CRNN_INVALID_ARGUMENT, crnn_model_open_memory(NULL, 10, NULL, &model));
    expect(CRNN_INVALID_ARGUMENT, crnn_model_open_memory("x", 1, NULL, NULL));
    expect_failure(crnn_model_open_memory("", 0, NULL, &model));
    expect(CRNN_INVALID_MODEL, crnn_model_open_memory("not a model at all", 18, NULL, &model));
    if (!check(bytes != NULL)) return;
    for (size_t part = 1; part < 16; part++)
        expect_failure(crnn_model_open_memory(bytes, byte_count * part / 16, NULL, &model));
    free(bytes);
}

static void test_options(const arguments *given) {
    crnn_model_options options = {.size = sizeof options, .copy_file = 1};
    crnn_model_info info = {sizeof info, NULL, 0, 0, 0, 0};
    crnn_model *model = NULL;
    if (expect(CRNN_OK, crnn_model_open(given->model, &options, &model))) {
        expect(CRNN_OK, crnn_model_get_info(model, &info));
        check(info.mapped_bytes == 0);
        crnn_model_release(model);
    }
    /* A caller that knows only the first member. */
    options.size = sizeof(size_t);
    if (expect(CRNN_OK, crnn_model_open(given->model, &options, &model))) {
        info.size = sizeof(size_t) + sizeof(const char *);
        info.parameter_count = 12345;
        expect(CRNN_OK, crnn_model_get_info(model, &info));
        check(info.format != NULL && info.parameter_count == 12345);
        info.size = 0;
        expect(CRNN_INVALID_ARGUMENT, crnn_model_get_info(model, &info));
        crnn_model_release(model);
    }
    options.size = 0;
    expect(CRNN_INVALID_ARGUMENT, crnn_model_open(given->model, &options, &model));
}

static void test_description(const crnn_model *model) {
    crnn_tensor_spec spec;
    crnn_node_spec node;
    crnn_model_info info = {sizeof info, NULL, 0, 0, 0, 0};
    size_t inputs = crnn_model_input_count(model), outputs = crnn_model_output_count(model);
    size_t nodes = crnn_model_node_count(model);
    check(inputs >= 1 && outputs >= 1 && nodes >= 1);
    for (size_t i = 0; i < inputs + outputs; i++) {
        expect(CRNN_OK, i < inputs ? crnn_model_input(model, i, &spec) : crnn_model_output(model, i - inputs, &spec));
        check(spec.name != NULL && spec.name[0] != '\0');
        check(crnn_type_size(spec.type) > 0);
        check(spec.rank == -1 ? spec.shape == NULL : spec.rank >= 0 && (spec.shape != NULL || spec.rank == 0));
        for (int32_t axis = 0; axis < spec.rank; axis++) check(spec.shape[axis] >= -1);
    }
    for (size_t i = 0; i < nodes; i++) {
        expect(CRNN_OK, crnn_model_node(model, i, &node));
        check(node.name && node.operator_type && node.operator_type[0] && node.domain && node.opset >= 1);
    }
    expect(CRNN_INVALID_ARGUMENT, crnn_model_input(model, inputs, &spec));
    expect(CRNN_INVALID_ARGUMENT, crnn_model_output(model, outputs, &spec));
    expect(CRNN_INVALID_ARGUMENT, crnn_model_node(model, nodes, &node));
    expect(CRNN_INVALID_ARGUMENT, crnn_model_input(model, (size_t)-1, &spec));
    expect(CRNN_INVALID_ARGUMENT, crnn_model_input(model, 0, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_model_output(model, 0, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_model_node(model, 0, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_model_get_info(model, NULL));
    expect(CRNN_OK, crnn_model_get_info(model, &info));
    check(strcmp(info.format, "onnx") == 0 || strcmp(info.format, "crnn") == 0);
    check(info.parameter_count > 0 && info.parameter_bytes >= info.parameter_count);
    check(info.mapped_bytes > 0);
}

static void test_metadata(crnn_model *model) {
    size_t count = crnn_model_metadata_count(model);
    const char *height, *old;
    for (size_t i = 0; i < count; i++) {
        const char *key = crnn_model_metadata_key(model, i);
        if (check(key != NULL)) check(crnn_model_metadata(model, key) != NULL);
    }
    check(crnn_model_metadata_key(model, count) == NULL);
    check(crnn_model_metadata_key(model, (size_t)-1) == NULL);
    check(crnn_model_metadata(model, "no such key") == NULL);
    check(crnn_model_metadata(model, NULL) == NULL);
    check((height = crnn_model_metadata(model, "crnn.image.height")) != NULL && atoi(height) > 0);

    expect(CRNN_OK, crnn_model_set_metadata(model, "test.key", "first \xc3\xa9"));
    check(crnn_model_metadata_count(model) == count + 1);
    check((old = crnn_model_metadata(model, "test.key")) != NULL && strcmp(old, "first \xc3\xa9") == 0);
    expect(CRNN_OK, crnn_model_set_metadata(model, "test.key", "second"));
    check(crnn_model_metadata_count(model) == count + 1);
    check(strcmp(crnn_model_metadata(model, "test.key"), "second") == 0);
    check(strcmp(old, "first \xc3\xa9") == 0);
    expect(CRNN_OK, crnn_model_set_metadata(model, "test.key", ""));
    check(crnn_model_metadata(model, "test.key") != NULL && crnn_model_metadata(model, "test.key")[0] == '\0');
    expect(CRNN_OK, crnn_model_set_metadata(model, "test.key", NULL));
    check(crnn_model_metadata(model, "test.key") == NULL);
    check(crnn_model_metadata_count(model) == count);
    expect(CRNN_INVALID_ARGUMENT, crnn_model_set_metadata(model, NULL, "value"));
}

static void test_save(crnn_model *model, const arguments *given) {
    char path[256];
    size_t byte_count = 0;
    char *bytes;
    crnn_model *saved = NULL;
    crnn_model_info info = {sizeof info, NULL, 0, 0, 0, 0};
    snprintf(path, sizeof path, "%s/saved.crnn", given->folder);
    expect(CRNN_OK, crnn_model_set_metadata(model, "test.saved", "yes"));
    expect(CRNN_OK, crnn_model_save(model, path));
    /* Again, over the existing file. */
    expect(CRNN_OK, crnn_model_save(model, path));
    expect(CRNN_OK, crnn_model_set_metadata(model, "test.saved", NULL));
    if (expect(CRNN_OK, crnn_model_open(path, NULL, &saved))) {
        expect(CRNN_OK, crnn_model_get_info(saved, &info));
        check(strcmp(info.format, "crnn") == 0);
        check(crnn_model_metadata(saved, "test.saved") && strcmp(crnn_model_metadata(saved, "test.saved"), "yes") == 0);
        check(crnn_model_input_count(saved) == crnn_model_input_count(model));
        crnn_model_release(saved);
    }
    if (check((bytes = read_file(path, &byte_count)) != NULL)) {
        if (expect(CRNN_OK, crnn_model_open_memory(bytes, byte_count, NULL, &saved))) crnn_model_release(saved);
        for (size_t part = 0; part < 16; part++)
            expect_failure(crnn_model_open_memory(bytes, byte_count * part / 16, NULL, &saved));
        bytes[byte_count / 2] ^= 0x40;
        bytes[80] ^= 0x40;
        expect(CRNN_INVALID_MODEL, crnn_model_open_memory(bytes, byte_count, NULL, &saved));
        free(bytes);
    }
    unlink(path);
    expect(CRNN_INVALID_ARGUMENT, crnn_model_save(model, NULL));
    expect(CRNN_FILE_ERROR, crnn_model_save(model, "/nowhere/at/all.crnn"));
    expect(CRNN_FILE_ERROR, crnn_model_save(model, given->folder));
}

/* Every function with a handle that is none of its kind. */
static void test_bad_handle(crnn_model *model) {
    crnn_tensor_spec spec;
    crnn_node_spec node;
    crnn_model_info info = {sizeof info, NULL, 0, 0, 0, 0};
    crnn_session *session;
    crnn_status statuses[7];
    check(crnn_model_input_count(model) == 0 && crnn_model_output_count(model) == 0);
    check(crnn_model_metadata_count(model) == 0 && crnn_model_node_count(model) == 0);
    check(crnn_model_metadata_key(model, 0) == NULL && crnn_model_metadata(model, "crnn.labels") == NULL);
    statuses[0] = crnn_model_input(model, 0, &spec);
    statuses[1] = crnn_model_output(model, 0, &spec);
    statuses[2] = crnn_model_node(model, 0, &node);
    statuses[3] = crnn_model_get_info(model, &info);
    statuses[4] = crnn_model_set_metadata(model, "key", "value");
    statuses[5] = crnn_model_save(model, "/nowhere/at/all.crnn");
    statuses[6] = crnn_session_create(model, NULL, &session);
    for (int i = 0; i < 7; i++)
        if (model) expect(CRNN_INVALID_HANDLE, statuses[i]);
        else expect_null_handle(statuses[i]);
    crnn_model_release(model);
}

void test_models(const arguments *given) {
    crnn_model *model = NULL;
    crnn_session *session = NULL;
    int local = 0;
    test_bad_files(given);
    test_options(given);
    if (expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) {
        test_description(model);
        test_metadata(model);
        test_save(model, given);
        if (expect(CRNN_OK, crnn_session_create(model, NULL, &session))) {
            test_bad_handle((crnn_model *)(void *)session);
            crnn_session_release(session);
        }
        /* That did not harm the model; its release ends it; the second one does nothing. */
        check(crnn_model_input_count(model) > 0);
        crnn_model_release(model);
        test_bad_handle(model);
    }
    test_bad_handle(NULL);
    test_bad_handle((crnn_model *)(uintptr_t)1);
    test_bad_handle((crnn_model *)UINTPTR_MAX);
    test_bad_handle((crnn_model *)(void *)&local);
}
