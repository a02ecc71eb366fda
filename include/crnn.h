/*
 * crnn: a runtime for convolutional recurrent neural networks
 * (convolution -> LSTM/GRU/RNN -> CTC).
 *
 *     crnn_model *model;
 *     crnn_session *session;
 *     crnn_reading *reading;
 *     crnn_image image = { sizeof image, pixels, width, height, stride, CRNN_PIXEL_GRAY };
 *
 *     if (crnn_model_open("reader.onnx", NULL, &model) != CRNN_OK ||
 *         crnn_session_create(model, NULL, &session) != CRNN_OK ||
 *         crnn_session_read_image(session, &image, NULL, &reading) != CRNN_OK) {
 *         fprintf(stderr, "%s\n", crnn_last_error());
 *         return 1;
 *     }
 *     printf("%s (%.2f)\n", reading->text, reading->confidence);
 *     crnn_reading_free(reading);
 *     crnn_session_release(session);
 *     crnn_model_release(model);
 *
 * Errors. A function that can fail returns a crnn_status; CRNN_OK is 0. The
 * text of this thread's last failure, which names the file, node or argument
 * and what was expected, is crnn_last_error().
 *
 * Threads. A crnn_model, a crnn_language_model, a crnn_lexicon and a
 * crnn_decoder are immutable and may be used by any number of threads at once.
 * A crnn_session and a crnn_decoder_stream belong to one thread at a time; a
 * second thread that calls it meanwhile gets CRNN_BUSY. Every other function
 * may be called from any thread.
 *
 * Ownership. What a function hands out through a `**` parameter is the
 * caller's, to be given back with the matching `_release` or `_free`, each of
 * which accepts NULL. Strings and arrays reached through a handle belong to
 * the handle. What the caller passes in is copied or used only during the
 * call, unless the comment says otherwise. A handle that was released already
 * is recognised and refused with CRNN_INVALID_HANDLE.
 *
 * Growth. A struct that may grow begins with `size`, which the caller sets to
 * sizeof the struct; members beyond it take their defaults. Where an options
 * pointer may be NULL, every option takes its default. Zero always means
 * "default".
 *
 * Strings are UTF-8 and end with a NUL byte.
 */
#ifndef CRNN_H
#define CRNN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CRNN_API __attribute__((visibility("default")))
#else
#define CRNN_API
#endif

/* ---- Version ------------------------------------------------------------ */

#define CRNN_VERSION_MAJOR 0
#define CRNN_VERSION_MINOR 1
#define CRNN_VERSION_PATCH 0
/** Grows with every function or member added; never changes the meaning of
 *  what was there. */
#define CRNN_ABI_VERSION 1

/** Version of the loaded library, "major.minor.patch". A static string. */
CRNN_API const char *crnn_version(void);

/** CRNN_ABI_VERSION of the loaded library. A program runs with any library
 *  whose value is at least the one that it was compiled with. */
CRNN_API int32_t crnn_abi_version(void);

/** The instruction set that the kernels use on this processor: "avx512",
 *  "avx2" or "baseline". A static string. The environment variable
 *  CRNN_INSTRUCTION_SET, read once, chooses a lesser one. */
CRNN_API const char *crnn_instruction_set(void);

/* ---- Errors and messages ------------------------------------------------ */

typedef enum crnn_status {
    CRNN_OK = 0,
    /** A NULL, an index or option out of range, an unknown name. */
    CRNN_INVALID_ARGUMENT = 1,
    /** A handle that is not, or no longer, a live one of its kind. */
    CRNN_INVALID_HANDLE = 2,
    /** A file that is missing, unreadable or not writable. */
    CRNN_FILE_ERROR = 3,
    /** Not a model, a truncated or damaged one, or an inconsistent graph. */
    CRNN_INVALID_MODEL = 4,
    /** A well-formed model that needs an operator, an operator's form, an
     *  element type or a file version which this library does not have. */
    CRNN_UNSUPPORTED = 5,
    /** An input whose element type or rank is not what the model takes, or
     *  whose size does not fit the network (an image too narrow, say). */
    CRNN_INVALID_INPUT = 6,
    /** Memory ran out. */
    CRNN_OUT_OF_MEMORY = 7,
    /** A limit set by the caller was reached. */
    CRNN_LIMIT_EXCEEDED = 8,
    /** The session or stream is at work in another thread. */
    CRNN_BUSY = 9,
    /** The model carries no or wrong metadata for what was asked of it. */
    CRNN_INVALID_METADATA = 10
} crnn_status;

/** The name of a status, "CRNN_OK" for instance. A static string; never NULL. */
CRNN_API const char *crnn_status_name(crnn_status status);

/** The message of this thread's last failed call, "" before the first. Valid
 *  until the thread's next failing call. */
CRNN_API const char *crnn_last_error(void);

typedef enum crnn_log_level {
    CRNN_LOG_WARNING = 1,
    CRNN_LOG_INFO = 2
} crnn_log_level;

/** Takes one message. May be called from any thread that calls the library;
 *  must not call the library itself. */
typedef void (*crnn_log_callback)(crnn_log_level level, const char *message, void *user_data);

/** Sends the library's messages, of `level` and more urgent, to `callback`;
 *  NULL, the default, silences them. The library never writes to stdout or
 *  stderr itself. */
CRNN_API void crnn_set_log_callback(crnn_log_callback callback, crnn_log_level level, void *user_data);

/* ---- Tensors ------------------------------------------------------------ */

/** Element types, numbered as in ONNX. */
typedef enum crnn_type {
    CRNN_FLOAT32 = 1,
    CRNN_UINT8 = 2,
    CRNN_INT8 = 3,
    CRNN_UINT16 = 4,
    CRNN_INT16 = 5,
    CRNN_INT32 = 6,
    CRNN_INT64 = 7,
    CRNN_BOOL = 9,
    CRNN_FLOAT16 = 10,
    CRNN_FLOAT64 = 11,
    CRNN_UINT32 = 12,
    CRNN_UINT64 = 13,
    CRNN_BFLOAT16 = 16
} crnn_type;

/** The size of an element in bytes; 0 for a value that is no type. */
CRNN_API size_t crnn_type_size(crnn_type type);

/** What a model's input or output is declared to be. Pointers belong to the
 *  model. */
typedef struct crnn_tensor_spec {
    const char *name;
    /** `rank` dimensions; -1 where the model leaves one open. NULL and rank -1
     *  when the model does not declare a shape. */
    const int64_t *shape;
    int32_t rank;
    /** 0 when the model does not declare one. */
    crnn_type type;
} crnn_tensor_spec;

/** A dense tensor in row-major order. */
typedef struct crnn_tensor {
    /** The input's or output's name; NULL means "by position". */
    const char *name;
    /** `rank` dimensions. */
    const int64_t *shape;
    void *data;
    size_t byte_count;
    int32_t rank;
    crnn_type type;
} crnn_tensor;

/* ---- Models ------------------------------------------------------------- */

typedef struct crnn_model crnn_model;

typedef struct crnn_model_options {
    size_t size;
    /** 1: read a file into memory instead of mapping it. A mapped file must
     *  not be changed or truncated while the model lives. */
    int32_t copy_file;
    /** The most nodes in the model's graph and the graphs inside it;
     *  CRNN_LIMIT_EXCEEDED beyond. Default: 100,000. */
    int32_t node_limit;
    /** The most bytes that the model's weights, what making them ready takes,
     *  and a file that is copied may take of memory at any time, mapped files
     *  not counted. No single tensor may have more elements.
     *  CRNN_LIMIT_EXCEEDED beyond. Default: 4 GiB. */
    int64_t memory_limit;
} crnn_model_options;

/** Opens an ONNX or native (.crnn) model; which of them is told by content.
 *  External data of an ONNX file is looked for in the file's own folder.
 *  CRNN_FILE_ERROR, CRNN_INVALID_MODEL, CRNN_UNSUPPORTED (the message lists
 *  every unsupported node), CRNN_OUT_OF_MEMORY, CRNN_LIMIT_EXCEEDED. */
CRNN_API crnn_status crnn_model_open(const char *path, const crnn_model_options *options, crnn_model **model);

/** The same from memory. The bytes are copied. */
CRNN_API crnn_status crnn_model_open_memory(const void *bytes, size_t byte_count, const crnn_model_options *options,
                                            crnn_model **model);

/** Gives the handle back. Sessions of the model go on working, and keep what was
 *  reached through the handle alive. */
CRNN_API void crnn_model_release(crnn_model *model);

/** Writes the model, with its metadata, in the native format. The file
 *  appears whole or not at all; an existing one is replaced. */
CRNN_API crnn_status crnn_model_save(const crnn_model *model, const char *path);

/** Number of inputs and outputs; 0 for an invalid handle. */
CRNN_API size_t crnn_model_input_count(const crnn_model *model);
CRNN_API size_t crnn_model_output_count(const crnn_model *model);

/** Describes one of them. */
CRNN_API crnn_status crnn_model_input(const crnn_model *model, size_t index, crnn_tensor_spec *spec);
CRNN_API crnn_status crnn_model_output(const crnn_model *model, size_t index, crnn_tensor_spec *spec);

/** Metadata: the model file's key-value pairs. Those that drive a recogniser
 *  begin with "crnn."; docs/metadata.md lists them. */
CRNN_API size_t crnn_model_metadata_count(const crnn_model *model);
/** Key number `index`, NULL when out of range. */
CRNN_API const char *crnn_model_metadata_key(const crnn_model *model, size_t index);
/** The value of a key, NULL when there is none. Valid while the model lives,
 *  even after the key was set anew. */
CRNN_API const char *crnn_model_metadata(const crnn_model *model, const char *key);
/** Sets a key; a NULL value removes it. Sessions read the "crnn." keys when
 *  they are created. */
CRNN_API crnn_status crnn_model_set_metadata(crnn_model *model, const char *key, const char *value);

/** One node of the model's graph as the library runs it, after folding and
 *  fusion. */
typedef struct crnn_node_spec {
    const char *name;
    const char *operator_type;
    const char *domain;
    int64_t opset;
} crnn_node_spec;

CRNN_API size_t crnn_model_node_count(const crnn_model *model);
CRNN_API crnn_status crnn_model_node(const crnn_model *model, size_t index, crnn_node_spec *spec);

typedef struct crnn_model_info {
    /** Set by the caller. */
    size_t size;
    /** "onnx" or "crnn". A static string. */
    const char *format;
    /** Elements of the constant tensors as the library holds them, the padding
     *  of packed weights included. */
    uint64_t parameter_count;
    /** Their bytes. */
    uint64_t parameter_bytes;
    /** Bytes of memory that the model holds, mapped files not counted. */
    uint64_t memory_bytes;
    /** Bytes of files that it keeps mapped. */
    uint64_t mapped_bytes;
} crnn_model_info;

CRNN_API crnn_status crnn_model_get_info(const crnn_model *model, crnn_model_info *info);

/* ---- Sessions ----------------------------------------------------------- */

typedef struct crnn_session crnn_session;

typedef struct crnn_session_options {
    size_t size;
    /** Threads that a run may use, the calling one included. Default: 1.
     *  -1: as many as the processors that this process may run on. Results do
     *  not depend on it. */
    int32_t threads;
    /** Plans kept, one per combination of input shapes; the least recently
     *  used one goes first. Default: 16. */
    int32_t plan_capacity;
    /** The most iterations that a Loop or Scan in the model may make in one
     *  go; CRNN_LIMIT_EXCEEDED beyond. Default: 100,000. */
    int64_t loop_limit;
    /** Not 0: convolutions are summed term by term, which is slower; results
     *  then agree with the definition to some 1e-6 of their scale rather than
     *  1e-5. Default: 0. */
    int32_t exact;
    /** 1: runs time their steps, for crnn_session_profile. */
    int32_t profile;
    /** The most bytes of tensors that the session may hold at any time: scratch
     *  memory, results, and what its plans keep. No single tensor may have more
     *  elements, also where it is but a view that takes no memory.
     *  CRNN_LIMIT_EXCEEDED beyond. Default: 4 GiB. */
    int64_t memory_limit;
} crnn_session_options;

/** Creates a session, which keeps the model alive by itself. */
CRNN_API crnn_status crnn_session_create(const crnn_model *model, const crnn_session_options *options,
                                         crnn_session **session);

CRNN_API void crnn_session_release(crnn_session *session);

/** Runs the network.
 *
 *  inputs   every input of the model, in any order, by name, or all in the
 *           model's order with NULL names; data is read during the call only.
 *  outputs  `name` chooses an output (NULL: the one at this position).
 *           When `data` is NULL, the library sets shape, rank, type, data and
 *           byte_count; they point into the session and are valid until its
 *           next run or its release. When `data` is set, `byte_count` is its
 *           capacity and the result is written there.
 *
 *  Shapes come from the actual inputs; any dimension that the model leaves
 *  open may differ from run to run.
 *
 *  Arithmetic rounds to nearest and raises no signal (IEEE 754's defaults),
 *  whatever the calling thread has set, and what it has set stays. Sums of
 *  products (convolutions, matrix products, recurrent layers) take denormals
 *  for zeros. */
CRNN_API crnn_status crnn_session_run(crnn_session *session, const crnn_tensor *inputs, size_t input_count,
                                      crnn_tensor *outputs, size_t output_count);

typedef struct crnn_session_info {
    /** Set by the caller. */
    size_t size;
    /** Bytes of scratch memory that the session holds. */
    uint64_t memory_bytes;
    /** Plans in its cache, and how many were built since it was created. */
    uint64_t plan_count;
    uint64_t plans_built;
    /** Threads that a run uses. */
    int32_t threads;
    int32_t reserved;
} crnn_session_info;

CRNN_API crnn_status crnn_session_get_info(const crnn_session *session, crnn_session_info *info);

/** One step of the session's runs: an algorithm at work for a node, all its calls
 *  added up, whatever the inputs' shapes. Strings are valid while the session
 *  lives. */
typedef struct crnn_profile_entry {
    /** Set by the caller. */
    size_t size;
    /** The algorithm: "Conv depthwise" for instance. "Plan" is the time that
     *  making plans for new shapes took. */
    const char *step;
    /** The node's name and operator; "" for a step that belongs to none. A node
     *  may have stood for several in the model's file. */
    const char *node;
    const char *operator_type;
    uint64_t calls;
    /** Time, floating-point operations (0 where they were not counted) and bytes
     *  of the operands read and written, of all calls together. */
    uint64_t nanoseconds;
    uint64_t flops;
    uint64_t bytes;
} crnn_profile_entry;

/** Entries in the profile of a session that was created with `profile`, in the
 *  order in which they first ran; 0 for others, and for an invalid handle. */
CRNN_API size_t crnn_session_profile_count(const crnn_session *session);
CRNN_API crnn_status crnn_session_profile(const crnn_session *session, size_t index, crnn_profile_entry *entry);
/** Sets all figures to 0, after warming up for instance. Entries stay. */
CRNN_API crnn_status crnn_session_profile_reset(crnn_session *session);

/* ---- Reading images ----------------------------------------------------- */

typedef enum crnn_pixel_format {
    /** One byte a pixel. */
    CRNN_PIXEL_GRAY = 1,
    /** Three bytes a pixel, in this order. */
    CRNN_PIXEL_RGB = 2,
    CRNN_PIXEL_BGR = 3,
    /** Four bytes a pixel; drawn on white by its alpha. */
    CRNN_PIXEL_RGBA = 4
} crnn_pixel_format;

/** An image in memory, 8 bits a channel. */
typedef struct crnn_image {
    size_t size;
    /** First byte of the top row; used during the call only. */
    const uint8_t *pixels;
    int32_t width;
    int32_t height;
    /** Bytes from one row to the next; negative for bottom-up images, 0 for
     *  rows without padding. */
    ptrdiff_t stride;
    crnn_pixel_format format;
    int32_t reserved;
} crnn_image;

/** One recognised label. */
typedef struct crnn_character {
    /** Its text, one or more characters. */
    const char *text;
    /** Class index in the network's output. */
    int32_t label;
    /** Probability of the label, the highest among its frames, 0 to 1. */
    float confidence;
    /** Frames (network output steps) in which it was read. */
    int32_t first_frame;
    int32_t frame_count;
    /** The same span along the width of the caller's image, in pixels; 0 for
     *  probabilities without an image. */
    float x;
    float width;
} crnn_character;

/** A word of a reading or a hypothesis: a run of tokens without a space. */
typedef struct crnn_word {
    /** Its bytes in the text. */
    int32_t text_start;
    int32_t text_size;
    /** Its tokens in the hypothesis, or characters in the reading. */
    int32_t first_token;
    int32_t token_count;
    /** Probability of the hypothesis among the texts that differ from it in one
     *  of these tokens at most. Of a greedy reading: the product of its
     *  characters' confidences. */
    float confidence;
} crnn_word;

/** What was read. One block of memory, freed by crnn_reading_free. */
typedef struct crnn_reading {
    const char *text;
    /** Their texts lie one after the other, with a NUL after each. */
    const crnn_character *characters;
    size_t character_count;
    /** Mean of the characters' confidences; for an empty text the mean
     *  probability of the blank. */
    float confidence;
    /** Frames that the network produced. */
    int32_t frame_count;
    /** Empty without labels. */
    const crnn_word *words;
    size_t word_count;
} crnn_reading;

/** A beam search: crnn_decoder_create. */
typedef struct crnn_decoder crnn_decoder;

typedef struct crnn_read_options {
    size_t size;
    /** A beam search instead of greedy decoding; NULL for none. Labels, blank
     *  and kind of score are the model's. Confidences are then those of
     *  crnn_hypothesis. */
    const crnn_decoder *decoder;
} crnn_read_options;

/** Reads a line image to text: conversion and scaling as the model's metadata
 *  says, the network, CTC decoding.
 *  CRNN_INVALID_METADATA when the model does not describe its images and
 *  labels; CRNN_INVALID_INPUT when the image does not fit the network. */
CRNN_API crnn_status crnn_session_read_image(crnn_session *session, const crnn_image *image,
                                             const crnn_read_options *options, crnn_reading **reading);

CRNN_API void crnn_reading_free(crnn_reading *reading);

/* ---- CTC ---------------------------------------------------------------- */

typedef enum crnn_score_kind {
    CRNN_LOG_PROBABILITIES = 1,
    CRNN_PROBABILITIES = 2,
    /** Unnormalised scores. */
    CRNN_LOGITS = 3
} crnn_score_kind;

typedef struct crnn_ctc_options {
    size_t size;
    /** Text of every class but the blank, in class order; NULL gives an empty
     *  text and labels by number only. */
    const char *const *labels;
    size_t label_count;
    /** Class of the blank. Default: 0. */
    int32_t blank;
    /** Default: CRNN_LOG_PROBABILITIES. */
    crnn_score_kind kind;
} crnn_ctc_options;

/** Greedy (best path) CTC decoding, Graves et al. 2006: the most probable class
 *  of every frame, repeats merged, blanks dropped.
 *  scores: [frame_count, class_count], row-major float32. With equal scores the
 *  lowest class wins. NaN is refused with CRNN_INVALID_INPUT. */
CRNN_API crnn_status crnn_ctc_greedy(const float *scores, size_t frame_count, size_t class_count,
                                     const crnn_ctc_options *options, crnn_reading **reading);

/** Losses of a batch of sequences, -ln P(targets | scores) (Graves et al. 2006),
 *  and, unless `gradient` is NULL, their gradients with respect to the scores
 *  before the log-softmax: exp(lp) minus the probability of being at the class.
 *
 *  scores          [frame_count, batch_size, class_count], row-major.
 *  targets         classes without blanks, all sequences' one after the other.
 *  input_lengths   frames of each sequence; NULL means all.
 *  target_lengths  targets of each sequence; their sum is target_count.
 *  losses          [batch_size]. Infinite where the targets take more frames
 *                  than there are; the gradient is zero there.
 *  gradient        of the scores' shape; zero beyond a sequence's frames.
 *  options         blank and kind; labels are not looked at. */
CRNN_API crnn_status crnn_ctc_loss(const float *scores, size_t frame_count, size_t batch_size, size_t class_count,
                                   const int32_t *targets, size_t target_count, const int32_t *input_lengths,
                                   const int32_t *target_lengths, const crnn_ctc_options *options, float *losses,
                                   float *gradient);

/** ln P(tokens | scores), the sum over all paths; -infinity when no path fits.
 *  scores: [frame_count, class_count]. */
CRNN_API crnn_status crnn_ctc_score(const float *scores, size_t frame_count, size_t class_count, const int32_t *tokens,
                                    size_t token_count, const crnn_ctc_options *options, double *log_probability);

/** Where a token of a transcript lies. */
typedef struct crnn_ctc_span {
    int32_t token;
    int32_t first_frame;
    int32_t frame_count;
    /** Mean log-probability of the token over its frames. */
    float score;
} crnn_ctc_span;

/** Forced alignment: the most probable path that spells the tokens (Viterbi).
 *  scores: [frame_count, class_count]; spans: room for token_count of them;
 *  log_probability: of the path, or NULL. CRNN_INVALID_INPUT when the tokens
 *  take more frames than there are, or their probability is 0. */
CRNN_API crnn_status crnn_ctc_align(const float *scores, size_t frame_count, size_t class_count, const int32_t *tokens,
                                    size_t token_count, const crnn_ctc_options *options, crnn_ctc_span *spans,
                                    double *log_probability);

/* ---- Language models and lexicons --------------------------------------- */

/** An n-gram back-off model of words or characters, from a .crnnlm file, which
 *  `crnn-convert` makes from an ARPA file. Immutable: any number of threads may
 *  use one. */
typedef struct crnn_language_model crnn_language_model;

/** Opens a language model. It is used where it lies in the mapped file, whose
 *  content is checked first; options are as for models. CRNN_FILE_ERROR,
 *  CRNN_INVALID_MODEL, CRNN_UNSUPPORTED, CRNN_OUT_OF_MEMORY, CRNN_LIMIT_EXCEEDED. */
CRNN_API crnn_status crnn_language_model_open(const char *path, const crnn_model_options *options,
                                              crnn_language_model **language_model);

/** Gives the handle back. Decoders that use the model keep it alive. */
CRNN_API void crnn_language_model_release(crnn_language_model *language_model);

typedef struct crnn_language_model_info {
    /** Set by the caller. */
    size_t size;
    /** The longest n-grams' length. */
    int32_t order;
    /** 1 when its words are single characters, 0 otherwise. */
    int32_t is_character_model;
    /** Words, "<unk>", "<s>" and "</s>" included. */
    uint64_t word_count;
    /** n-grams of all lengths. */
    uint64_t ngram_count;
    /** Bytes of the file. */
    uint64_t byte_count;
} crnn_language_model_info;

CRNN_API crnn_status crnn_language_model_get_info(const crnn_language_model *language_model,
                                                  crnn_language_model_info *info);

/** ln of the probability that the model gives a text: of its words, which ASCII
 *  white space parts, or in a character model of its code points. Words that
 *  the model does not know count as "<unk>".
 *
 *  begin  1: the text begins a sentence. 0: nothing is known of what came
 *         before it.
 *  end    1: it ends a sentence.
 *
 *  CRNN_INVALID_INPUT when the text is not UTF-8. */
CRNN_API crnn_status crnn_language_model_score(const crnn_language_model *language_model, const char *text,
                                               int32_t begin, int32_t end, double *log_probability);

/** A set of words. Immutable: any number of threads may use one. */
typedef struct crnn_lexicon crnn_lexicon;

/** Opens a .crnnlex file, which is used where it lies, or reads a word list: a
 *  UTF-8 text with a word a line. Its content tells which it is;
 *  options are as for models. CRNN_FILE_ERROR, CRNN_INVALID_MODEL,
 *  CRNN_UNSUPPORTED, CRNN_INVALID_INPUT for a bad word list, CRNN_OUT_OF_MEMORY. */
CRNN_API crnn_status crnn_lexicon_open(const char *path, const crnn_model_options *options, crnn_lexicon **lexicon);

/** A lexicon of a word list in memory: UTF-8, a word a line. Empty lines and
 *  repeated words do not count. CRNN_INVALID_INPUT when there is no word, or a
 *  line is not UTF-8; CRNN_LIMIT_EXCEEDED for more than 1 GiB of words. */
CRNN_API crnn_status crnn_lexicon_create(const char *words, size_t byte_count, crnn_lexicon **lexicon);

/** Gives the handle back. Decoders that use the lexicon keep it alive. */
CRNN_API void crnn_lexicon_release(crnn_lexicon *lexicon);

/** Writes a .crnnlex file. It appears whole or not at all; an existing one is
 *  replaced. */
CRNN_API crnn_status crnn_lexicon_save(const crnn_lexicon *lexicon, const char *path);

typedef struct crnn_lexicon_info {
    /** Set by the caller. */
    size_t size;
    /** Different words. */
    uint64_t word_count;
    /** Bytes that they take, in memory and in a file. */
    uint64_t byte_count;
} crnn_lexicon_info;

CRNN_API crnn_status crnn_lexicon_get_info(const crnn_lexicon *lexicon, crnn_lexicon_info *info);

/** Whether a word is in the lexicon: `result` becomes 1 or 0. */
CRNN_API crnn_status crnn_lexicon_contains(const crnn_lexicon *lexicon, const char *word, int32_t *result);

/* ---- Beam search -------------------------------------------------------- */

typedef enum crnn_text_unit {
    /** Unicode code points. */
    CRNN_CHARACTERS = 1,
    /** Runs of bytes other than ASCII white space. */
    CRNN_WORDS = 2
} crnn_text_unit;

/** A phrase that a search is to favour. */
typedef struct crnn_hotword {
    const char *text;
    /** Added to a text's score each time the phrase occurs there; below 0 to
     *  disfavour it. */
    float boost;
    /** 0: it counts as whole words, with spaces or an end of the text around it.
     *  1: it counts wherever it occurs. */
    int32_t anywhere;
} crnn_hotword;

/** A language model of the program's own: ln P(word | state) and, in
 *  `next_state`, the state after the word.
 *
 *  state  what the model made of the words before; 0 where a text begins.
 *  word   UTF-8; NULL asks for the end of the sentence.
 *
 *  What is above 0 counts as 0, NaN as minus infinity. It is called often, also
 *  for texts that are given up, in the thread that uses the decoder; it must
 *  always give the same for the same, and not call the library. */
typedef float (*crnn_score_callback)(uint64_t state, const char *word, uint64_t *next_state, void *user_data);

typedef struct crnn_beam_options {
    size_t size;
    /** Prefixes kept after each frame. Default: 100. */
    int32_t width;
    /** Classes looked at in a frame, the most probable ones. Default: 0, all. */
    int32_t token_count;
    /** Classes whose log-probability is below this are not looked at in a
     *  frame. Default: 0, which stands for no such limit. */
    float token_min_log_probability;

    /** Weight of the language model's ln P. Default: 0, which leaves it out. */
    float alpha;
    /** Added for each word, or character of a character model, that the
     *  language model scores. */
    float beta;
    /** Added to ln P of words that the language model does not know. */
    float unknown_score;
    /** NULL for none. The decoder keeps it alive by itself. */
    const crnn_language_model *language_model;
    /** Asked instead of a language model; NULL for none. What it needs must
     *  outlive the decoder. */
    crnn_score_callback scorer;
    void *scorer_data;
    /** What the callback scores. Default: CRNN_WORDS. */
    crnn_text_unit scorer_unit;
    /** 1: the language model takes a text for one that a sentence began before,
     *  and for one that does not end its sentence. */
    int32_t continues_sentence;
    int32_t unfinished_sentence;

    /** Taken off for each word that is not in the lexicon. Default: 0, which
     *  stands for infinity: only words of the lexicon are found. */
    float lexicon_penalty;
    /** NULL for none. The decoder keeps it alive by itself. */
    const crnn_lexicon *lexicon;

    const crnn_hotword *hotwords;
    size_t hotword_count;
} crnn_beam_options;

/** Creates a CTC prefix beam search (Graves 2012; Hannun et al. 2014), which
 *  finds the most probable texts rather than the most probable path; docs/ctc.md
 *  says what it maximises. Immutable: any number of threads may use one.
 *
 *  options  labels, blank and kind, as for crnn_ctc_greedy. Words, phrases and
 *           language models need labels; labels must be different, and UTF-8.
 *           A label that is a space, or begins with one, ends a word.
 *  beam     all else. */
CRNN_API crnn_status crnn_decoder_create(const crnn_ctc_options *options, const crnn_beam_options *beam,
                                         crnn_decoder **decoder);

/** Gives the handle back. Streams of the decoder go on working. */
CRNN_API void crnn_decoder_release(crnn_decoder *decoder);

/** A text that a search found. */
typedef struct crnn_hypothesis {
    /** UTF-8; empty without labels. */
    const char *text;
    /** Its classes, and where each lies on the most probable path that spells
     *  them (crnn_ctc_align). */
    const crnn_ctc_span *tokens;
    /** For each token, the probability of the hypothesis among the texts that
     *  differ from it in this token at most: it is another one, or is not there. */
    const float *confidences;
    size_t token_count;
    /** None without labels. */
    const crnn_word *words;
    size_t word_count;
    /** What it was ranked by: the sum of acoustic, language and bonus. */
    double score;
    /** ln of the probability of all paths that spell it and stay in the beam. */
    double acoustic;
    /** alpha · ln P of the language model. */
    double language;
    /** What lexicon, hotwords and beta added. */
    double bonus;
    /** The text's probability, P(tokens | scores), 0 to 1. */
    float confidence;
    int32_t reserved;
} crnn_hypothesis;

typedef struct crnn_hypotheses {
    /** The best first. */
    const crnn_hypothesis *items;
    size_t count;
} crnn_hypotheses;

typedef struct crnn_decode_options {
    size_t size;
    /** Texts wanted of each sequence. Default: 1. */
    int32_t hypothesis_count;
    /** 1: frames come first in a batch, [frames, sequences, classes]. */
    int32_t time_major;
    /** Frames of each sequence; NULL means all. */
    const int32_t *lengths;
    /** Used instead of the decoder's own; NULL for those. */
    const crnn_hotword *hotwords;
    size_t hotword_count;
} crnn_decode_options;

/** Decodes a sequence or a batch.
 *
 *  scores   [frames, classes] for one sequence, [sequences, frames, classes] for
 *           a batch; of a floating-point type. A session's output as it is.
 *  results  room for one pointer a sequence. Each becomes the caller's:
 *           crnn_hypotheses_free. When the call fails they are NULL.
 *
 *  CRNN_INVALID_INPUT when a score is NaN or no probability. */
CRNN_API crnn_status crnn_decoder_decode(const crnn_decoder *decoder, const crnn_tensor *scores,
                                         const crnn_decode_options *options, crnn_hypotheses **results);

CRNN_API void crnn_hypotheses_free(crnn_hypotheses *hypotheses);

/** A search through frames that come bit by bit. A stream belongs to one thread
 *  at a time; a second thread that calls it meanwhile gets CRNN_BUSY. It keeps
 *  the frames, 4 bytes a score. */
typedef struct crnn_decoder_stream crnn_decoder_stream;

/** Creates a stream, which keeps the decoder alive by itself. Of the options,
 *  hotwords are looked at. */
CRNN_API crnn_status crnn_decoder_stream_create(const crnn_decoder *decoder, size_t class_count,
                                                const crnn_decode_options *options, crnn_decoder_stream **stream);

CRNN_API void crnn_decoder_stream_release(crnn_decoder_stream *stream);

/** Searches more frames: [frames, classes], of a floating-point type. When it
 *  fails with CRNN_INVALID_INPUT, none of them counts. */
CRNN_API crnn_status crnn_decoder_stream_push(crnn_decoder_stream *stream, const crnn_tensor *frames);

/** The best texts of the frames so far: bit for bit what crnn_decoder_decode
 *  gives for all of them. The result belongs to the stream and is valid until
 *  the next call of one of its functions. */
CRNN_API crnn_status crnn_decoder_stream_best(crnn_decoder_stream *stream, size_t hypothesis_count,
                                              const crnn_hypotheses **hypotheses);

/** What all texts in the beam begin with, which no frame to come changes: its
 *  classes and its text. They belong to the stream and are valid until the next
 *  call of one of its functions. Any of the last three may be NULL. */
CRNN_API crnn_status crnn_decoder_stream_stable(crnn_decoder_stream *stream, const char **text, const int32_t **tokens,
                                                size_t *token_count);

/* ---- Metrics ------------------------------------------------------------ */

/** The fewest units to insert, delete and replace that turn `reference` into
 *  `hypothesis`, both UTF-8 (Levenshtein 1966). Divided by the units of the
 *  reference it is the character or word error rate.
 *  reference_length: the units of the reference, or NULL. */
CRNN_API crnn_status crnn_edit_distance(const char *reference, const char *hypothesis, crnn_text_unit unit,
                                        size_t *distance, size_t *reference_length);

#ifdef __cplusplus
}
#endif

#endif
