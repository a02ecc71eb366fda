// Parts of the runtime of Embedded Swift that do more here than there.
#ifdef CRNN_EMBEDDED
#include <stdlib.h>

/// Frees an object whose initialiser throws. The runtime's own, which this overrides, leaks it.
void swift_deallocPartialClassInstance(void *object, void *metadata, size_t byte_count, size_t alignment_mask) {
  (void)metadata, (void)byte_count, (void)alignment_mask;
  free(object);
}
#endif
