// Names compare by their code points, as ONNX compares them: Embedded Swift asks these four functions about canonical
// equivalence, and they know of none. That also leaves 30 KB of tables out of the library. An ordinary build's
// runtime has its own.
#ifdef CRNN_EMBEDDED
#include <stdint.h>

uint16_t _swift_stdlib_getNormData(uint32_t scalar) { return 0; }
uint32_t _swift_stdlib_getComposition(uint32_t x, uint32_t y) { return UINT32_MAX; }
uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar) { return 0; }
const uint8_t *const _swift_stdlib_nfd_decompositions = 0;
#endif
