/* Lexicons and language models. */
#include "check.h"

#include <math.h>
#include <string.h>

static void test_contents(const crnn_lexicon *lexicon) {
    static const char *const words[] = {"b", "a", "abc", "caf\xc3\xa9"};
    static const char *const others[] = {"", "ab", "abcd", "caf", "caf\xc3", "d"};
    crnn_lexicon_info info = {.size = sizeof info};
    int32_t result = 7;
    for (int i = 0; i < 4; i++)
        if (expect(CRNN_OK, crnn_lexicon_contains(lexicon, words[i], &result))) check(result == 1);
    for (int i = 0; i < 6; i++)
        if (expect(CRNN_OK, crnn_lexicon_contains(lexicon, others[i], &result))) check(result == 0);
    if (expect(CRNN_OK, crnn_lexicon_get_info(lexicon, &info))) check(info.word_count == 4 && info.byte_count > 0);
}

static void test_lexicons(const char *folder) {
    static const char list[] = "b\na\r\nabc\n\ncaf\xc3\xa9\na";
    static const char bad[] = "a\nb\xff\n";
    const crnn_model_options copying = {.size = sizeof copying, .copy_file = 1};
    crnn_lexicon *lexicon = NULL, *read = NULL;
    char path[4096];
    int32_t result = 0;
    snprintf(path, sizeof path, "%s/words.crnnlex", folder);
    if (!expect(CRNN_OK, crnn_lexicon_create(list, sizeof list - 1, &lexicon))) return;
    test_contents(lexicon);
    expect(CRNN_INVALID_ARGUMENT, crnn_lexicon_contains(lexicon, NULL, &result));
    expect(CRNN_INVALID_ARGUMENT, crnn_lexicon_contains(lexicon, "a", NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_lexicon_get_info(lexicon, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_lexicon_save(lexicon, NULL));
    expect(CRNN_FILE_ERROR, crnn_lexicon_save(lexicon, "/nowhere/words.crnnlex"));
    if (expect(CRNN_OK, crnn_lexicon_save(lexicon, path))) {
        for (int copy = 0; copy < 2; copy++)
            if (expect(CRNN_OK, crnn_lexicon_open(path, copy ? &copying : NULL, &read))) {
                test_contents(read);
                crnn_lexicon_release(read);
            }
        remove(path);
    }
    crnn_lexicon_release(lexicon);
    expect(CRNN_INVALID_HANDLE, crnn_lexicon_contains(lexicon, "a", &result));
    expect_null_handle(crnn_lexicon_contains(NULL, "a", &result));
    crnn_lexicon_release(NULL);

    expect(CRNN_INVALID_INPUT, crnn_lexicon_create(bad, sizeof bad - 1, &lexicon));
    check(strstr(crnn_last_error(), "line 2") != NULL && lexicon == NULL);
    expect(CRNN_INVALID_INPUT, crnn_lexicon_create("\n\n", 2, &lexicon));
    expect(CRNN_INVALID_ARGUMENT, crnn_lexicon_create(NULL, 1, &lexicon));
    expect(CRNN_INVALID_ARGUMENT, crnn_lexicon_create(list, (size_t)-1, &lexicon));
    expect(CRNN_INVALID_ARGUMENT, crnn_lexicon_create(list, 1, NULL));
    expect(CRNN_FILE_ERROR, crnn_lexicon_open(path, NULL, &lexicon));
    expect(CRNN_INVALID_ARGUMENT, crnn_lexicon_open(NULL, NULL, &lexicon));
    expect(CRNN_INVALID_ARGUMENT, crnn_lexicon_open(path, NULL, NULL));
}

static void test_language_model(const crnn_language_model *model) {
    crnn_language_model_info info = {.size = sizeof info};
    double whole = 0, open = 0, part = 0;
    if (expect(CRNN_OK, crnn_language_model_get_info(model, &info)))
        check(info.order == 3 && info.word_count == 13 && !info.is_character_model && info.ngram_count == 171);
    if (expect(CRNN_OK, crnn_language_model_score(model, "the cat sat", 1, 1, &whole)))
        check(fabs(whole + 19.3172) < 1e-3);
    /* Each word adds its part; an empty text adds none. */
    expect(CRNN_OK, crnn_language_model_score(model, " the cat\tsat\n", 1, 0, &open));
    expect(CRNN_OK, crnn_language_model_score(model, "the cat", 1, 0, &part));
    check(whole < open && open < part && part < 0);
    if (expect(CRNN_OK, crnn_language_model_score(model, "", 0, 0, &part))) check(part == 0);
    expect(CRNN_INVALID_INPUT, crnn_language_model_score(model, "\xff", 1, 1, &whole));
    expect(CRNN_INVALID_ARGUMENT, crnn_language_model_score(model, NULL, 1, 1, &whole));
    expect(CRNN_INVALID_ARGUMENT, crnn_language_model_score(model, "a", 1, 1, NULL));
    expect(CRNN_INVALID_ARGUMENT, crnn_language_model_get_info(model, NULL));
}

void test_language_models(const arguments *given) {
    static const char path[] = FIXTURES "/language_models/words.crnnlm";
    const crnn_model_options copying = {.size = sizeof copying, .copy_file = 1};
    crnn_language_model *model = NULL;
    crnn_language_model_info info = {.size = sizeof info};
    double value;
    test_lexicons(given->folder);
    for (int copy = 0; copy < 2; copy++)
        if (expect(CRNN_OK, crnn_language_model_open(path, copy ? &copying : NULL, &model))) {
            test_language_model(model);
            crnn_language_model_release(model);
            expect(CRNN_INVALID_HANDLE, crnn_language_model_score(model, "a", 1, 1, &value));
        }
    expect(CRNN_FILE_ERROR, crnn_language_model_open("/nowhere/words.crnnlm", NULL, &model));
    expect(CRNN_INVALID_MODEL, crnn_language_model_open(given->model, NULL, &model));
    check(strstr(crnn_last_error(), given->model) != NULL && model == NULL);
    expect(CRNN_INVALID_ARGUMENT, crnn_language_model_open(NULL, NULL, &model));
    expect(CRNN_INVALID_ARGUMENT, crnn_language_model_open(given->model, NULL, NULL));
    expect_null_handle(crnn_language_model_get_info(NULL, &info));
    expect_null_handle(crnn_language_model_score(NULL, "a", 1, 1, &value));
    crnn_language_model_release(NULL);
}
