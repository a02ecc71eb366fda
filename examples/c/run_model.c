/*
 * Runs any model once and shows what comes out.
 *
 *     run_model MODEL [INPUT=SHAPE...]
 *
 * A SHAPE is "1x3x32x100" or, for a scalar, "scalar"; it is needed for inputs
 * that leave dimensions open. Inputs of type float32 are filled with a ramp
 * from 0 to 1, others with zeros. Exits with 0, 1 when something failed, 2 when
 * called wrongly.
 */
#include <crnn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAXIMUM_RANK 16

static int fail(const char *name)
{
    fprintf(stderr, "run_model: %s: %s\n", name, crnn_last_error());
    return 1;
}

/* Reads "1x3x32" into `shape`; returns the rank, or -1. */
static int parse_shape(const char *text, int64_t *shape)
{
    int rank = 0;

    if (strcmp(text, "scalar") == 0) return 0;
    for (;;) {
        char *end;
        long long dimension = strtoll(text, &end, 10);
        if (end == text || dimension < 0 || rank == MAXIMUM_RANK) return -1;
        shape[rank++] = dimension;
        if (*end == '\0') return rank;
        if (*end != 'x') return -1;
        text = end + 1;
    }
}

/* The text after "name=" among the arguments, NULL when there is none. */
static const char *argument_for(const char *name, int argc, char **argv)
{
    size_t length = strlen(name);
    int i;

    for (i = 2; i < argc; i++) {
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=') return argv[i] + length + 1;
    }
    return NULL;
}

/* Makes input number `index`. Returns 0, 1 or 2, as `main` does. */
static int make_input(const crnn_model *model, size_t index, int argc, char **argv, crnn_tensor *tensor,
                      int64_t *shape)
{
    crnn_tensor_spec spec;
    const char *given;
    size_t count = 1;
    size_t i;
    int axis;
    int is_open;

    if (crnn_model_input(model, index, &spec) != CRNN_OK) return fail(argv[1]);
    given = argument_for(spec.name, argc, argv);
    tensor->rank = spec.rank;
    is_open = spec.rank < 0 || spec.rank > MAXIMUM_RANK;
    for (axis = 0; !is_open && axis < spec.rank; axis++) {
        shape[axis] = spec.shape[axis];
        if (shape[axis] < 0) is_open = !given;
    }
    if (given) {
        tensor->rank = parse_shape(given, shape);
        if (tensor->rank < 0) {
            fprintf(stderr, "run_model: %s=%s: expected a shape like 1x3x32x100\n", spec.name, given);
            return 2;
        }
    } else if (is_open) {
        fprintf(stderr, "run_model: input '%s' needs a shape: %s=1x3x32x100, for instance\n", spec.name, spec.name);
        return 2;
    }

    for (axis = 0; axis < tensor->rank; axis++) {
        if (shape[axis] > 0 && count > SIZE_MAX / 16 / (size_t)shape[axis]) {
            fprintf(stderr, "run_model: input '%s' is too large\n", spec.name);
            return 1;
        }
        count *= (size_t)shape[axis];
    }
    tensor->name = spec.name;
    tensor->type = spec.type;
    tensor->shape = shape;
    tensor->byte_count = count * crnn_type_size(spec.type);
    tensor->data = calloc(tensor->byte_count + 1, 1);
    if (!tensor->data) {
        fprintf(stderr, "run_model: out of memory\n");
        return 1;
    }
    if (spec.type == CRNN_FLOAT32) {
        for (i = 0; i < count; i++) ((float *)tensor->data)[i] = (float)i / (float)count;
    }
    return 0;
}

static void print_output(const crnn_tensor *output)
{
    size_t count = crnn_type_size(output->type) ? output->byte_count / crnn_type_size(output->type) : 0;
    size_t i;
    int axis;

    printf("%s [", output->name);
    for (axis = 0; axis < output->rank; axis++) printf("%s%" PRId64, axis ? ", " : "", output->shape[axis]);
    printf("]");
    for (i = 0; i < count && i < 8; i++) {
        if (output->type == CRNN_FLOAT32) printf(" %g", ((const float *)output->data)[i]);
        else if (output->type == CRNN_INT64) printf(" %" PRId64, ((const int64_t *)output->data)[i]);
        else if (output->type == CRNN_INT32) printf(" %" PRId32, ((const int32_t *)output->data)[i]);
    }
    printf("%s\n", count > 8 ? " ..." : "");
}

int main(int argc, char **argv)
{
    crnn_model *model = NULL;
    crnn_session *session = NULL;
    crnn_tensor *inputs = NULL;
    crnn_tensor *outputs = NULL;
    int64_t (*shapes)[MAXIMUM_RANK] = NULL;
    size_t input_count = 0;
    size_t output_count;
    size_t i;
    int result = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: run_model MODEL [INPUT=SHAPE...]\n");
        return 2;
    }
    if (crnn_model_open(argv[1], NULL, &model) != CRNN_OK) return fail("cannot open the model");
    input_count = crnn_model_input_count(model);
    output_count = crnn_model_output_count(model);
    inputs = calloc(input_count + 1, sizeof *inputs);
    shapes = calloc(input_count + 1, sizeof *shapes);
    outputs = calloc(output_count + 1, sizeof *outputs);
    if (!inputs || !shapes || !outputs) {
        fprintf(stderr, "run_model: out of memory\n");
        result = 1;
    }
    for (i = 0; i < input_count && !result; i++) result = make_input(model, i, argc, argv, &inputs[i], shapes[i]);
    for (i = 0; i < output_count && !result; i++) {
        crnn_tensor_spec spec;
        if (crnn_model_output(model, i, &spec) != CRNN_OK) result = fail(argv[1]);
        else outputs[i].name = spec.name;
    }
    if (!result && crnn_session_create(model, NULL, &session) != CRNN_OK) result = fail(argv[1]);
    /* Outputs without memory of ours: the session lends its own. */
    if (!result && crnn_session_run(session, inputs, input_count, outputs, output_count) != CRNN_OK)
        result = fail(argv[1]);
    for (i = 0; i < output_count && !result; i++) print_output(&outputs[i]);

    for (i = 0; inputs && i < input_count; i++) free(inputs[i].data);
    free(inputs);
    free(shapes);
    free(outputs);
    crnn_session_release(session);
    crnn_model_release(model);
    return result;
}
