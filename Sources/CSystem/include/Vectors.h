// Vectors as wide as the instruction set that the including module is compiled for. Each function is an instruction
// or two. (The operators of Swift's SIMD types expand into operations on every lane, which the optimiser does not
// always put together again.)
#pragma once
#include <stdint.h>

#if defined(__AVX512F__)
#define VECTOR_LANES 16
#elif defined(__AVX2__)
#define VECTOR_LANES 8
#else
#define VECTOR_LANES 4
#endif

typedef float vector_float __attribute__((ext_vector_type(VECTOR_LANES)));
typedef int32_t vector_int __attribute__((ext_vector_type(VECTOR_LANES)));
typedef struct __attribute__((packed)) vector_unaligned {
  vector_float value;
} vector_unaligned;

#define VECTOR_FUNCTION static inline __attribute__((always_inline))

VECTOR_FUNCTION vector_float vector_load(const float *p) { return ((const vector_unaligned *)p)->value; }
VECTOR_FUNCTION void vector_store(vector_float v, float *p) { ((vector_unaligned *)p)->value = v; }
/// Into the second-level cache; no address faults.
VECTOR_FUNCTION void vector_prefetch(const float *p) { __builtin_prefetch(p, 0, 2); }
/// The same address, of which the optimiser knows nothing: it is kept in a register rather than computed again.
VECTOR_FUNCTION const float *vector_opaque(const float *p) {
  __asm__("" : "+r"(p));
  return p;
}
VECTOR_FUNCTION vector_float vector_splat(float x) { return (vector_float)x; }
VECTOR_FUNCTION vector_float vector_add(vector_float a, vector_float b) { return a + b; }
VECTOR_FUNCTION vector_float vector_subtract(vector_float a, vector_float b) { return a - b; }
VECTOR_FUNCTION vector_float vector_multiply(vector_float a, vector_float b) { return a * b; }
VECTOR_FUNCTION vector_float vector_divide(vector_float a, vector_float b) { return a / b; }
VECTOR_FUNCTION vector_float vector_square_root(vector_float x) { return __builtin_elementwise_sqrt(x); }

/// a · b + c, rounded once where the processor can.
VECTOR_FUNCTION vector_float vector_multiply_add(vector_float c, vector_float a, vector_float b) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return __builtin_elementwise_fma(a, b, c);
#else
  return c + a * b;
#endif
}

// Comparisons: all bits of a lane, or none.
VECTOR_FUNCTION vector_int vector_less(vector_float a, vector_float b) { return a < b; }
VECTOR_FUNCTION vector_int vector_less_or_equal(vector_float a, vector_float b) { return a <= b; }
VECTOR_FUNCTION vector_int vector_equal(vector_float a, vector_float b) { return a == b; }
VECTOR_FUNCTION vector_float vector_select(vector_int mask, vector_float yes, vector_float no) {
  return (vector_float)((mask & (vector_int)yes) | (~mask & (vector_int)no));
}

/// x, but at least, or at most, the bound; NaN stays NaN. One instruction: its second operand is the result for NaN.
VECTOR_FUNCTION vector_float vector_at_least(vector_float bound, vector_float x) { return bound > x ? bound : x; }
VECTOR_FUNCTION vector_float vector_at_most(vector_float bound, vector_float x) { return bound < x ? bound : x; }

VECTOR_FUNCTION vector_int vector_bits(vector_float x) { return (vector_int)x; }
VECTOR_FUNCTION vector_float vector_from_bits(vector_int x) { return (vector_float)x; }
VECTOR_FUNCTION vector_int vector_splat_int(int32_t x) { return (vector_int)x; }
VECTOR_FUNCTION vector_int vector_add_int(vector_int a, vector_int b) {
  typedef uint32_t bits __attribute__((ext_vector_type(VECTOR_LANES)));
  return (vector_int)((bits)a + (bits)b);
}
VECTOR_FUNCTION vector_int vector_subtract_int(vector_int a, vector_int b) {
  typedef uint32_t bits __attribute__((ext_vector_type(VECTOR_LANES)));
  return (vector_int)((bits)a - (bits)b);
}
VECTOR_FUNCTION vector_int vector_and(vector_int a, vector_int b) { return a & b; }
VECTOR_FUNCTION vector_int vector_or(vector_int a, vector_int b) { return a | b; }
VECTOR_FUNCTION vector_int vector_xor(vector_int a, vector_int b) { return a ^ b; }
VECTOR_FUNCTION vector_int vector_shift_left(vector_int a, int32_t count) {
  typedef uint32_t bits __attribute__((ext_vector_type(VECTOR_LANES)));
  return (vector_int)((bits)a << (uint32_t)count);
}
/// Keeps the sign.
VECTOR_FUNCTION vector_int vector_shift_right(vector_int a, int32_t count) { return a >> count; }

// For integral n. `vector_power_of_two` is given what a normal number holds, -126 to 127; `vector_scale`, for x near
// 1, what two such numbers do: it may end in infinity, denormals or 0.
#if VECTOR_LANES == 16
VECTOR_FUNCTION vector_float vector_scale(vector_float x, vector_float n) {
  typedef float native __attribute__((vector_size(64)));
  return (vector_float)__builtin_ia32_scalefps512_mask((native)x, (native)n, (native)x, 0xffff, 4);
}
VECTOR_FUNCTION vector_float vector_power_of_two(vector_float n) { return vector_scale(vector_splat(1), n); }
#else
VECTOR_FUNCTION vector_int vector_whole(vector_float n) {
  // Added to 1.5 · 2²³ it is in the low bits. NaN gives some number.
  return vector_subtract_int((vector_int)(n + vector_splat(12582912)), vector_splat_int(0x4b400000));
}
VECTOR_FUNCTION vector_float vector_exponent(vector_int n) {
  return (vector_float)vector_shift_left(vector_add_int(n, vector_splat_int(127)), 23);
}
VECTOR_FUNCTION vector_float vector_power_of_two(vector_float n) { return vector_exponent(vector_whole(n)); }
VECTOR_FUNCTION vector_float vector_scale(vector_float x, vector_float n) {
  vector_int whole = vector_whole(n), half = vector_shift_right(whole, 1);
  return x * vector_exponent(half) * vector_exponent(vector_subtract_int(whole, half));
}
#endif

/// The greater of each pair, NaN if either is; and the lesser.
#define VECTOR_EXTREMUM(T, I, a, b, OP)                                   \
  I mask = ((a)OP(b)) | ((a) != (a));                                     \
  return (T)((mask & (I)(a)) | (~mask & (I)(b)));
VECTOR_FUNCTION vector_float vector_larger(vector_float a, vector_float b) {
  VECTOR_EXTREMUM(vector_float, vector_int, a, b, >)
}
VECTOR_FUNCTION vector_float vector_smaller(vector_float a, vector_float b) {
  VECTOR_EXTREMUM(vector_float, vector_int, a, b, <)
}

// Across the lanes, by halves.
typedef float vector_float4 __attribute__((ext_vector_type(4)));
VECTOR_FUNCTION float vector_lane_larger(float a, float b) { return a > b || a != a ? a : b; }
VECTOR_FUNCTION float vector_lane_smaller(float a, float b) { return a < b || a != a ? a : b; }
VECTOR_FUNCTION float vector_lane_sum(float a, float b) { return a + b; }
#if VECTOR_LANES == 16
#define VECTOR_QUARTER(v, COMBINE) COMBINE(COMBINE(v.lo.lo, v.hi.lo), COMBINE(v.lo.hi, v.hi.hi))
#elif VECTOR_LANES == 8
#define VECTOR_QUARTER(v, COMBINE) COMBINE(v.lo, v.hi)
#else
#define VECTOR_QUARTER(v, COMBINE) v
#endif
VECTOR_FUNCTION vector_float4 vector_quarter_sum(vector_float4 a, vector_float4 b) { return a + b; }
VECTOR_FUNCTION vector_float4 vector_quarter_larger(vector_float4 a, vector_float4 b) {
  typedef int32_t mask4 __attribute__((ext_vector_type(4)));
  VECTOR_EXTREMUM(vector_float4, mask4, a, b, >)
}
VECTOR_FUNCTION vector_float4 vector_quarter_smaller(vector_float4 a, vector_float4 b) {
  typedef int32_t mask4 __attribute__((ext_vector_type(4)));
  VECTOR_EXTREMUM(vector_float4, mask4, a, b, <)
}
#define VECTOR_REDUCE(v, NAME)                                                 \
  vector_float4 q = VECTOR_QUARTER(v, vector_quarter_##NAME);                  \
  return vector_lane_##NAME(vector_lane_##NAME(q.x, q.z), vector_lane_##NAME(q.y, q.w));
VECTOR_FUNCTION float vector_sum(vector_float v) { VECTOR_REDUCE(v, sum) }
VECTOR_FUNCTION float vector_largest(vector_float v) { VECTOR_REDUCE(v, larger) }
VECTOR_FUNCTION float vector_smallest(vector_float v) { VECTOR_REDUCE(v, smaller) }

// The first `count` lanes, fewer than all: loads leave the others at `padding`; no other memory is touched.
#if VECTOR_LANES == 16
typedef float vector_gcc_float __attribute__((vector_size(64)));
VECTOR_FUNCTION vector_float vector_load_partial(const float *p, intptr_t count, float padding) {
  return (vector_float)__builtin_ia32_loadups512_mask(
    p, (vector_gcc_float)vector_splat(padding), (unsigned short)((1u << count) - 1));
}
VECTOR_FUNCTION void vector_store_partial(vector_float v, float *p, intptr_t count) {
  __builtin_ia32_storeups512_mask(p, (vector_gcc_float)v, (unsigned short)((1u << count) - 1));
}
#elif VECTOR_LANES == 8
typedef float vector_gcc_float __attribute__((vector_size(32)));
typedef int32_t vector_gcc_int __attribute__((vector_size(32)));
VECTOR_FUNCTION vector_int vector_first(intptr_t count) {
  vector_int index = {0, 1, 2, 3, 4, 5, 6, 7};
  return index < (vector_int)(int32_t)count;
}
VECTOR_FUNCTION vector_float vector_load_partial(const float *p, intptr_t count, float padding) {
  vector_int mask = vector_first(count);
  vector_float v = (vector_float)__builtin_ia32_maskloadps256((const vector_gcc_float *)p, (vector_gcc_int)mask);
  return vector_select(mask, v, vector_splat(padding));
}
VECTOR_FUNCTION void vector_store_partial(vector_float v, float *p, intptr_t count) {
  __builtin_ia32_maskstoreps256((vector_gcc_float *)p, (vector_gcc_int)vector_first(count), (vector_gcc_float)v);
}
#else
VECTOR_FUNCTION vector_float vector_load_partial(const float *p, intptr_t count, float padding) {
  vector_float v = vector_splat(padding);
  if (count > 0) v.x = p[0];
  if (count > 1) v.y = p[1];
  if (count > 2) v.z = p[2];
  return v;
}
VECTOR_FUNCTION void vector_store_partial(vector_float v, float *p, intptr_t count) {
  if (count > 0) p[0] = v.x;
  if (count > 1) p[1] = v.y;
  if (count > 2) p[2] = v.z;
}
#endif
