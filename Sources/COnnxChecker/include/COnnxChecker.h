// What Debian's libonnx and libprotobuf say of a model. Linked by the command-line tool and the tests only.
// Nothing here throws or aborts; every string is UTF-8, ends with a NUL byte and is freed with `onnx_checker_free`.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What libonnx's checker and its shape inference have to say of the file, one finding a line; "" when nothing.
/// Findings are advice: libonnx 1.12 knows operator sets up to 17 and IR versions up to 8. A newer IR version is
/// clamped and checked all the same; for a newer operator set the one finding is
/// "not checked: opset 18 is newer than libonnx knows (17)". The work is done in a child process, since libonnx itself
/// may crash on damaged files; that is a finding, too. NULL only when memory or processes run out.
char *onnx_checker_findings(const char *path);

/// What libprotobuf reads from a model: every field that matters, one a line, subgraphs included; a tensor's elements
/// are given by a hash of their little-endian bytes. `folder` is where external data is looked for; NULL: nowhere.
/// NULL when libprotobuf refuses the bytes or memory runs out. It checks nothing beyond the encoding.
char *onnx_checker_dump(const void *bytes, size_t byte_count, const char *folder);

/// Frees a string of the above; NULL is allowed.
void onnx_checker_free(char *text);

#ifdef __cplusplus
}
#endif
