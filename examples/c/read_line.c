/*
 * Reads line images to text.
 *
 *     read_line MODEL IMAGE.png...
 *
 * Prints a line for each image: its file, the confidence and its text, with
 * tabs between. Exits with 0 when all were read, 1 when something failed (the
 * other images are read all the same), 2 when called wrongly.
 */
#include <crnn.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decodes a PNG file to 8-bit gray or, if it has colours or is transparent,
 * RGBA. Returns 0, after a message, when it cannot. The pixels are freed with
 * `free`. */
static int load_png(const char *path, crnn_image *image)
{
    png_image png;
    png_bytep pixels;

    memset(&png, 0, sizeof png);
    png.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&png, path)) {
        fprintf(stderr, "read_line: %s: %s\n", path, png.message);
        return 0;
    }
    png.format = png.format & (PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA) ? PNG_FORMAT_RGBA : PNG_FORMAT_GRAY;
    /* The library reads up to 2^30 pixels, so a size_t holds what follows. */
    if (png.width > 1000000 || png.height > 1000000 || (size_t)png.width * png.height > (size_t)1 << 30) {
        fprintf(stderr, "read_line: %s: %lu x %lu pixels are too many\n", path, (unsigned long)png.width,
                (unsigned long)png.height);
        png_image_free(&png);
        return 0;
    }
    pixels = malloc((size_t)png.width * png.height * PNG_IMAGE_PIXEL_SIZE(png.format));
    if (!pixels) {
        fprintf(stderr, "read_line: %s: out of memory\n", path);
        png_image_free(&png);
        return 0;
    }
    if (!png_image_finish_read(&png, NULL, pixels, 0, NULL)) {
        fprintf(stderr, "read_line: %s: %s\n", path, png.message);
        free(pixels);
        return 0;
    }

    memset(image, 0, sizeof *image);
    image->size = sizeof *image;
    image->pixels = pixels;
    image->width = (int32_t)png.width;
    image->height = (int32_t)png.height;
    image->format = png.format == PNG_FORMAT_GRAY ? CRNN_PIXEL_GRAY : CRNN_PIXEL_RGBA;
    return 1;
}

/* Reads one image and prints what it says. Returns 0, after a message, on failure. */
static int read_line(crnn_session *session, const char *path)
{
    crnn_image image;
    crnn_reading *reading;
    crnn_status status;

    if (!load_png(path, &image)) return 0;
    status = crnn_session_read_image(session, &image, NULL, &reading);
    free((void *)image.pixels);
    if (status != CRNN_OK) {
        fprintf(stderr, "read_line: %s: %s\n", path, crnn_last_error());
        return 0;
    }
    printf("%s\t%.4f\t%s\n", path, reading->confidence, reading->text);
    crnn_reading_free(reading);
    return 1;
}

int main(int argc, char **argv)
{
    crnn_model *model;
    crnn_session *session;
    int result = 0;
    int i;

    if (argc < 3) {
        fprintf(stderr, "usage: read_line MODEL IMAGE.png...\n");
        return 2;
    }
    if (crnn_model_open(argv[1], NULL, &model) != CRNN_OK) {
        fprintf(stderr, "read_line: %s\n", crnn_last_error());
        return 1;
    }
    if (crnn_session_create(model, NULL, &session) != CRNN_OK) {
        fprintf(stderr, "read_line: %s\n", crnn_last_error());
        crnn_model_release(model);
        return 1;
    }
    for (i = 2; i < argc; i++) {
        if (!read_line(session, argv[i])) result = 1;
    }
    crnn_session_release(session);
    crnn_model_release(model);
    return result;
}
