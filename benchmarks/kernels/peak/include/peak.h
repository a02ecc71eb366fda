// The arithmetic peak of one core: independent chains of multiply-adds in registers.
#pragma once
#include <stdint.h>

/// Runs `rounds` rounds on the instruction set 0 (SSE2), 1 (AVX2 with FMA) or 2 (AVX-512); returns the number of
/// floating-point operations done.
double peak_operations(int32_t instruction_set, int64_t rounds);
