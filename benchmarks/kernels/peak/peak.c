#include "peak.h"

typedef float float4 __attribute__((ext_vector_type(4)));
typedef float float8 __attribute__((ext_vector_type(8)));
typedef float float16 __attribute__((ext_vector_type(16)));

// The empty statement keeps the compiler from folding the chains.
#define CHAIN(T, x) \
  x = STEP(T, x);   \
  __asm__ volatile("" : CONSTRAINT(x));
#define BODY(T, K)                                                                        \
  T a = 1.0f, b = 1e-6f, s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0, s8 = 0, s9 = 0;   \
  for (int64_t i = 0; i < rounds; i++) {                                                  \
    CHAIN(T, s0) CHAIN(T, s1) CHAIN(T, s2) CHAIN(T, s3) CHAIN(T, s4)                       \
    CHAIN(T, s5) CHAIN(T, s6) CHAIN(T, s7) CHAIN(T, s8) CHAIN(T, s9)                       \
  }                                                                                       \
  return (double)rounds * 10 * 2 * K;

#define STEP(T, x) __builtin_elementwise_fma(x, a, b)
#define CONSTRAINT(x) "+v"(x)
__attribute__((target("avx512f"))) static double peak512(int64_t rounds) { BODY(float16, 16) }
#undef CONSTRAINT
#define CONSTRAINT(x) "+x"(x)
__attribute__((target("avx2,fma"))) static double peak256(int64_t rounds) { BODY(float8, 8) }
#undef STEP
#define STEP(T, x) (x * a + b)
static double peak128(int64_t rounds) { BODY(float4, 4) }

double peak_operations(int32_t instruction_set, int64_t rounds) {
  switch (instruction_set) {
    case 2: return peak512(rounds);
    case 1: return peak256(rounds);
    default: return peak128(rounds);
  }
}
