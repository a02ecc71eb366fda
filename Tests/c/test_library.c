/* Version, statuses, messages, log, element types. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <pthread.h>
#include <string.h>

static void *message_of_a_new_thread(void *empty) {
    crnn_model *model;
    *(int *)empty = crnn_last_error()[0] == '\0';
    *(int *)empty &= crnn_model_open("/nowhere/of-the-other-thread.onnx", NULL, &model) == CRNN_FILE_ERROR;
    return NULL;
}

static void test_messages(void) {
    crnn_model *model;
    pthread_t thread;
    int separate = 0;
    check(strcmp(crnn_last_error(), "") == 0);
    expect(CRNN_FILE_ERROR, crnn_model_open("/nowhere/of-this-thread.onnx", NULL, &model));
    check(strstr(crnn_last_error(), "/nowhere/of-this-thread.onnx") != NULL);
    if (check(pthread_create(&thread, NULL, message_of_a_new_thread, &separate) == 0)) {
        pthread_join(thread, NULL);
        check(separate);
    }
    check(strstr(crnn_last_error(), "/nowhere/of-this-thread.onnx") != NULL);
}

static void count_message(crnn_log_level level, const char *message, void *user_data) {
    if (level >= CRNN_LOG_WARNING && level <= CRNN_LOG_INFO && message && message[0]) ++*(int *)user_data;
}

void test_library(void) {
    static const char *const names[] = {
        "CRNN_OK", "CRNN_INVALID_ARGUMENT", "CRNN_INVALID_HANDLE", "CRNN_FILE_ERROR", "CRNN_INVALID_MODEL",
        "CRNN_UNSUPPORTED", "CRNN_INVALID_INPUT", "CRNN_OUT_OF_MEMORY", "CRNN_LIMIT_EXCEEDED", "CRNN_BUSY",
        "CRNN_INVALID_METADATA",
    };
    static const struct {
        crnn_type type;
        size_t size;
    } types[] = {
        {CRNN_FLOAT32, 4}, {CRNN_UINT8, 1}, {CRNN_INT8, 1}, {CRNN_UINT16, 2}, {CRNN_INT16, 2}, {CRNN_INT32, 4},
        {CRNN_INT64, 8}, {CRNN_BOOL, 1}, {CRNN_FLOAT16, 2}, {CRNN_FLOAT64, 8}, {CRNN_UINT32, 4}, {CRNN_UINT64, 8},
        {CRNN_BFLOAT16, 2}, {(crnn_type)0, 0}, {(crnn_type)8, 0}, {(crnn_type)14, 0}, {(crnn_type)999, 0},
        {(crnn_type)-1, 0},
    };
    char version[32];
    const char *set = crnn_instruction_set();
    int messages = 0;

    snprintf(version, sizeof version, "%d.%d.%d", CRNN_VERSION_MAJOR, CRNN_VERSION_MINOR, CRNN_VERSION_PATCH);
    check(strcmp(crnn_version(), version) == 0);
    check(crnn_abi_version() >= CRNN_ABI_VERSION);
    check(strcmp(set, "avx512") == 0 || strcmp(set, "avx2") == 0 || strcmp(set, "baseline") == 0);

    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        check(strcmp(crnn_status_name((crnn_status)i), names[i]) == 0);
    check(crnn_status_name((crnn_status)999) != NULL);
    check(crnn_status_name((crnn_status)-1) != NULL);

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) check(crnn_type_size(types[i].type) == types[i].size);

    test_messages();
    crnn_set_log_callback(count_message, CRNN_LOG_INFO, &messages);
    crnn_set_log_callback(NULL, CRNN_LOG_WARNING, NULL);
    check(messages == 0);
}
