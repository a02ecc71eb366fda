/* Children of a process whose other threads are at work in the library. */
#define _GNU_SOURCE
#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 40, BYTES = 1 << 16 };

typedef struct meddling {
    const char *path;
    const crnn_tensor *input;
    int ends;
} meddling;

static int result_of(crnn_model *model, const crnn_tensor *input, char *bytes, size_t *byte_count) {
    crnn_session_options options = {.size = sizeof options, .threads = 2};
    crnn_session *session = NULL;
    crnn_tensor output = {NULL, NULL, bytes, BYTES, 0, (crnn_type)0};
    int succeeds = crnn_session_create(model, &options, &session) == CRNN_OK
                   && crnn_session_run(session, input, 1, &output, 1) == CRNN_OK;
    *byte_count = output.byte_count;
    crnn_session_release(session);
    return succeeds;
}

/* Opens models, makes pools of threads, and has weights transformed. */
static void *meddle(void *argument) {
    meddling *given = argument;
    char bytes[BYTES];
    size_t byte_count;
    while (!__atomic_load_n(&given->ends, __ATOMIC_RELAXED)) {
        crnn_model *model = NULL;
        if (crnn_model_open(given->path, NULL, &model) != CRNN_OK) return NULL;
        for (int run = 0; run < 3; run++) result_of(model, given->input, bytes, &byte_count);
        crnn_model_release(model);
    }
    return given;
}

void test_fork(const arguments *given) {
    /* QEMU's user mode does not survive forks beside other threads. */
    if (getenv("EMULATOR")) return;
    crnn_model *model = NULL;
    ramp input;
    pthread_t threads[2];
    meddling work;
    static char expected[BYTES], bytes[BYTES];
    size_t size = 0, child_size = 0;
    void *ended;
    if (!expect(CRNN_OK, crnn_model_open(given->model, NULL, &model))) return;
    if (check(make_ramp(model, 96, &input))) {
        check(result_of(model, &input.tensor, expected, &size));
        work = (meddling){given->model, &input.tensor, 0};
        for (int i = 0; i < 2; i++) check(pthread_create(&threads[i], NULL, meddle, &work) == 0);
        for (int child = 0; child < CHILDREN; child++) {
            int status = 0;
            pid_t process;
            usleep(1000);
            process = fork();
            if (process == 0) {
                /* A child that waits for ever ends by the alarm. */
                alarm(60);
                _exit(result_of(model, &input.tensor, bytes, &child_size) && child_size == size
                              && memcmp(bytes, expected, size) == 0
                          ? 0 : 1);
            }
            if (check(process > 0)) check(waitpid(process, &status, 0) == process && status == 0);
        }
        __atomic_store_n(&work.ends, 1, __ATOMIC_RELAXED);
        for (int i = 0; i < 2; i++) {
            pthread_join(threads[i], &ended);
            check(ended != NULL);
        }
        check(result_of(model, &input.tensor, bytes, &child_size) && memcmp(bytes, expected, size) == 0);
        free_ramp(&input);
    }
    crnn_model_release(model);
}
