/* Calls every function of crnn.h, with good arguments and with bad ones.
 *
 *     test_api MODEL [IMAGE.pgm TEXT]
 *
 * MODEL is a recogniser; IMAGE.pgm a gray line image that it must read as TEXT.
 * Ends with the line "N passed, M failed"; exits with 1 when a check failed and
 * with 2 when it could not start. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

int checks_passed, checks_failed;

char *read_file(const char *path, size_t *byte_count) {
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    long size;
    if (!file) return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && (bytes = malloc((size_t)size + 1))) {
        rewind(file);
        *byte_count = fread(bytes, 1, (size_t)size, file);
        bytes[*byte_count] = '\0';
    }
    fclose(file);
    return bytes;
}

int make_ramp(const crnn_model *model, int64_t width, ramp *input) {
    crnn_tensor_spec spec;
    size_t count = 1;
    float *values;
    if (crnn_model_input(model, 0, &spec) != CRNN_OK || spec.rank < 1 || spec.rank > 16 || spec.type != CRNN_FLOAT32)
        return 0;
    for (int i = 0; i < spec.rank; i++) {
        input->shape[i] = spec.shape[i] >= 0 ? spec.shape[i] : i == 0 ? 1 : width;
        count *= (size_t)input->shape[i];
    }
    if (!(values = malloc(count * sizeof *values + 1))) return 0;
    for (size_t i = 0; i < count; i++) values[i] = (float)(i % 61) / 61 - 0.5f;
    input->tensor = (crnn_tensor){spec.name, input->shape, values, count * sizeof *values, spec.rank, CRNN_FLOAT32};
    return 1;
}

void free_ramp(ramp *input) { free(input->tensor.data); }

int main(int argc, char **argv) {
    char folder[] = "/tmp/crnn-test-XXXXXX";
    arguments given = {NULL, NULL, NULL, folder};
    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: %s MODEL [IMAGE.pgm TEXT]\n", argv[0]);
        return 2;
    }
    if (!mkdtemp(folder)) {
        perror(folder);
        return 2;
    }
    given.model = argv[1];
    given.image = argc > 2 ? argv[2] : NULL;
    given.text = argc > 2 ? argv[3] : NULL;

    test_library();
    test_models(&given);
    test_sessions(&given);
    test_allocations(&given);
    test_faults(&given);
    test_disk(&given);
    test_floating_point(&given);
    test_fork(&given);
    test_older_programs(&given);
    test_profile(&given);
    test_reading(&given);
    test_ctc();
    test_transcripts();
    test_decoders(&given);
    test_language_models(&given);

    if (!check(rmdir(folder) == 0)) fprintf(stderr, "%s is not empty\n", folder);
    printf("%d passed, %d failed\n", checks_passed, checks_failed);
    return checks_failed != 0;
}
