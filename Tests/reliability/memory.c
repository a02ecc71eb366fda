/* Opens and runs a model while all memory is refused from some request on, each time in a process of its own:
 *
 *     memory MODEL PLACES */
#define _POSIX_C_SOURCE 200809L
#include "heap.h"

#include <crnn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static crnn_status work(const char *path) {
    static float values[8 * 16];
    static const int64_t shape[] = {1, 1, 8, 16};
    crnn_tensor input = {NULL, shape, values, sizeof values, 4, CRNN_FLOAT32};
    crnn_tensor output = {NULL, NULL, NULL, 0, 0, (crnn_type)0};
    crnn_model *model = NULL;
    crnn_session *session = NULL;
    crnn_status status = crnn_model_open(path, NULL, &model);
    if (!status) status = crnn_session_create(model, NULL, &session);
    if (!status) status = crnn_session_run(session, &input, 1, &output, 1);
    crnn_session_release(session);
    crnn_model_release(model);
    return status;
}

/* Whether the work fails with CRNN_OUT_OF_MEMORY, leaves nothing, and succeeds afterwards. */
static int fails_well(const char *path, long first) {
    long before = heap_blocks();
    heap_refuse(first, LONG_MAX);
    crnn_status status = work(path);
    heap_accept();
    return status == CRNN_OUT_OF_MEMORY && heap_blocks() == before && work(path) == CRNN_OK;
}

int main(int argc, char **argv) {
    long places = argc > 2 ? atol(argv[2]) : 0, passed = 0;
    if (places < 1 || work(argv[1]) || work(argv[1])) return 2;
    long requests = heap_requests();
    if (work(argv[1])) return 2;
    requests = heap_requests() - requests;
    for (long i = 0; i < places; i++) {
        int status = 0;
        pid_t child = fork();
        if (!child) _exit(!fails_well(argv[1], requests / places * i));
        passed += child > 0 && waitpid(child, &status, 0) == child && status == 0;
    }
    printf("refused from %ld places on of %ld requests: %ld errors, nothing left behind\n", places, requests, passed);
    return passed != places;
}
