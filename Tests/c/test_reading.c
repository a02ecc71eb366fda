/* Reading images: pixel formats, strides, bad images, models without metadata. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdlib.h>
#include <string.h>

/* The pixels of a binary gray PNM file ("P5", 255), or a picture of stripes when there is no file. */
static unsigned char *load_gray(const char *path, int *width, int *height) {
    size_t byte_count = 0, area;
    int maximum = 0, start = 0;
    unsigned char *pixels;
    char *bytes = path ? read_file(path, &byte_count) : NULL;
    *width = 160;
    *height = 40;
    if (path && (!bytes || sscanf(bytes, "P5 %d %d %d%n", width, height, &maximum, &start) != 3 || maximum != 255)) {
        free(bytes);
        return NULL;
    }
    area = (size_t)*width * (size_t)*height;
    if ((pixels = malloc(area)) != NULL) {
        for (size_t i = 0; i < area; i++) pixels[i] = i % (size_t)*width / 7 % 2 ? 255 : 0;
        if (bytes && byte_count >= (size_t)start + 1 + area) memcpy(pixels, bytes + start + 1, area);
    }
    free(bytes);
    return pixels;
}

static void check_reading(const crnn_reading *reading, int width) {
    size_t length = 0;
    int32_t end = 0;
    check(reading->text != NULL && reading->frame_count > 0);
    check(reading->confidence >= 0 && reading->confidence <= 1);
    for (size_t i = 0; i < reading->character_count; i++) {
        const crnn_character *character = &reading->characters[i];
        if (!check(character->text != NULL)) return;
        check(strncmp(reading->text + length, character->text, strlen(character->text)) == 0);
        length += strlen(character->text);
        check(character->confidence >= 0 && character->confidence <= 1);
        check(character->first_frame >= end && character->frame_count >= 1);
        end = character->first_frame + character->frame_count;
        check(character->x >= 0 && character->width > 0 && character->x + character->width <= (float)width * 1.0001f);
    }
    check(strlen(reading->text) == length && end <= reading->frame_count);
}

/* The same picture in every format and with padded and bottom-up rows reads the same. */
static void test_formats(crnn_session *session, const unsigned char *gray, int width, int height, const char *text) {
    static const struct {
        crnn_pixel_format format;
        int channels;
    } formats[] = {{CRNN_PIXEL_GRAY, 1}, {CRNN_PIXEL_RGB, 3}, {CRNN_PIXEL_BGR, 3}, {CRNN_PIXEL_RGBA, 4}};
    crnn_image image = {sizeof image, gray, width, height, 0, CRNN_PIXEL_GRAY, 0};
    crnn_reading *first = NULL, *reading = NULL;
    unsigned char *pixels = malloc((size_t)height * ((size_t)width * 4 + 12));
    if (!check(pixels != NULL) || !expect(CRNN_OK, crnn_session_read_image(session, &image, NULL, &first))) {
        free(pixels);
        return;
    }
    check_reading(first, width);
    if (text && !check(strcmp(first->text, text) == 0)) fprintf(stderr, "read \"%s\"\n", first->text);
    for (int kind = 0; kind < 8; kind++) {
        int channels = formats[kind / 2].channels, bottom_up = kind % 2;
        ptrdiff_t stride = (ptrdiff_t)width * channels + 12;
        for (int y = 0; y < height; y++) {
            unsigned char *row = pixels + stride * (bottom_up ? height - 1 - y : y);
            for (int x = 0; x < width; x++) {
                memset(row + x * channels, gray[(size_t)y * (size_t)width + (size_t)x], (size_t)channels);
                if (channels == 4) row[x * 4 + 3] = 255;
            }
        }
        image.format = formats[kind / 2].format;
        image.pixels = bottom_up ? pixels + stride * (height - 1) : pixels;
        image.stride = bottom_up ? -stride : stride;
        if (!expect(CRNN_OK, crnn_session_read_image(session, &image, NULL, &reading))) continue;
        check(strcmp(reading->text, first->text) == 0);
        check(reading->confidence == first->confidence && reading->frame_count == first->frame_count);
        crnn_reading_free(reading);
    }
    crnn_reading_free(first);
    free(pixels);
}

static void test_bad_images(crnn_session *session, const unsigned char *gray, int width, int height) {
    const crnn_image good = {sizeof good, gray, width, height, 0, CRNN_PIXEL_GRAY, 0};
    crnn_image images[14];
    crnn_read_options options = {.size = sizeof options};
    crnn_reading *reading = NULL;
    for (int i = 0; i < 14; i++) images[i] = good;
    images[0].pixels = NULL;
    images[1].width = 0;
    images[2].width = -1;
    images[3].width = INT32_MAX;
    images[4].height = 0;
    images[5].height = INT32_MIN;
    images[6].height = INT32_MAX;
    images[7].stride = width - 1;
    images[8].stride = 1 - width;
    images[9].stride = PTRDIFF_MAX;
    images[10].stride = PTRDIFF_MIN;
    images[11].format = (crnn_pixel_format)0;
    images[12].format = (crnn_pixel_format)5;
    images[13].size = 0;
    for (int i = 0; i < 14; i++)
        expect(CRNN_INVALID_ARGUMENT, crnn_session_read_image(session, &images[i], NULL, &reading));
    expect(CRNN_INVALID_ARGUMENT, crnn_session_read_image(session, NULL, NULL, &reading));
    expect(CRNN_INVALID_ARGUMENT, crnn_session_read_image(session, &good, NULL, NULL));
    if (expect(CRNN_OK, crnn_session_read_image(session, &good, &options, &reading))) crnn_reading_free(reading);
    /* Without `reserved`, which a caller of an older header would not have. */
    images[0] = good;
    images[0].size = offsetof(crnn_image, reserved);
    if (expect(CRNN_OK, crnn_session_read_image(session, &images[0], NULL, &reading))) crnn_reading_free(reading);
    /* Too narrow for most networks: read or refused, but with the right status. */
    images[0].size = sizeof images[0];
    images[0].width = 1;
    images[0].stride = width;
    switch (crnn_session_read_image(session, &images[0], NULL, &reading)) {
    case CRNN_OK: crnn_reading_free(reading); break;
    case CRNN_INVALID_INPUT: check(crnn_last_error()[0] != '\0'); break;
    default: check(!"an image of one column is neither read nor CRNN_INVALID_INPUT");
    }
    crnn_reading_free(NULL);
}

/* Sessions read the metadata when they are created. */
static void test_bad_metadata(crnn_model *model, const crnn_image *image) {
    static const char *const changes[][2] = {
        {"crnn.image.height", "tall"}, {"crnn.image.channels", "cmyk"}, {"crnn.labels", NULL},
        {"crnn.output.kind", "guess"}, {"crnn.blank", "1000000"}, {"crnn.kind", "audio"}, {"crnn.image.scale", "1,2"},
    };
    crnn_session *session = NULL;
    crnn_reading *reading = NULL;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *key = changes[i][0], *value = crnn_model_metadata(model, key);
        expect(CRNN_OK, crnn_model_set_metadata(model, key, changes[i][1]));
        if (expect(CRNN_OK, crnn_session_create(model, NULL, &session))) {
            expect(CRNN_INVALID_METADATA, crnn_session_read_image(session, image, NULL, &reading));
            if (!check(strstr(crnn_last_error(), key) != NULL)) fprintf(stderr, "the message names no %s\n", key);
            crnn_session_release(session);
        }
        expect(CRNN_OK, crnn_model_set_metadata(model, key, value));
    }
}

void test_reading(const arguments *given) {
    crnn_model *model = NULL;
    crnn_session *session = NULL;
    int width = 0, height = 0;
    unsigned char *gray = load_gray(given->image, &width, &height);
    if (!check(gray != NULL)) return;
    if (expect(CRNN_OK, crnn_model_open(given->model, NULL, &model)) &&
        expect(CRNN_OK, crnn_session_create(model, NULL, &session))) {
        const crnn_image image = {sizeof image, gray, width, height, 0, CRNN_PIXEL_GRAY, 0};
        test_formats(session, gray, width, height, given->text);
        test_bad_images(session, gray, width, height);
        test_bad_metadata(model, &image);
    }
    crnn_session_release(session);
    crnn_model_release(model);
    free(gray);
}
