/* Eight doubles at once, in the width of registers that the file is compiled for. `lane_mask` says of each lane yes or
 * no. */
#ifndef AIC_ENGINE_TREES_LANES_H
#define AIC_ENGINE_TREES_LANES_H

#include "engine/trees/compiled.h"

#include <string.h>

typedef double lanes __attribute__((vector_size(64)));
#define EVERYWHERE static inline __attribute__((always_inline))

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
typedef __mmask8 lane_mask;
EVERYWHERE lane_mask lane_mask_of(uint8_t bits)
{
    return bits;
}
EVERYWHERE lanes lanes_select(lane_mask m, double yes, double no)
{
    return (lanes)_mm512_mask_blend_pd(m, _mm512_set1_pd(no), _mm512_set1_pd(yes));
}
EVERYWHERE lanes lanes_choose(lane_mask m, lanes yes, lanes no)
{
    return (lanes)_mm512_mask_blend_pd(m, (__m512d)no, (__m512d)yes);
}
#else
/* The mask is the sign of each lane; GCC makes blends, or and/andnot, of this. */
typedef long long lane_mask __attribute__((vector_size(64)));
EVERYWHERE lane_mask lane_mask_of(uint8_t bits)
{
    const lane_mask each = { 1, 2, 4, 8, 16, 32, 64, 128 };
    lane_mask all = { bits, bits, bits, bits, bits, bits, bits, bits };
    return (all & each) == each;
}
EVERYWHERE lanes lanes_choose(lane_mask m, lanes yes, lanes no)
{
    return (lanes)((m & (lane_mask)yes) | (~m & (lane_mask)no));
}
EVERYWHERE lanes lanes_select(lane_mask m, double yes, double no)
{
    lanes y = { yes, yes, yes, yes, yes, yes, yes, yes }, n = { no, no, no, no, no, no, no, no };
    return lanes_choose(m, y, n);
}
#endif

EVERYWHERE lanes lanes_load(const double *from)
{
    lanes out;
    memcpy(&out, from, sizeof out);
    return out;
}
EVERYWHERE void lanes_store(double *to, lanes v)
{
    memcpy(to, &v, sizeof v);
}

/* Bits 8 · group … of a block's word. */
EVERYWHERE uint8_t group_bits(uint64_t word, size_t group)
{
    return (uint8_t)(word >> (8 * group));
}

#endif
