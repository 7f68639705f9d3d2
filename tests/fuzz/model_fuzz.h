/* What every reader of models must keep, whatever the bytes: memory within a multiple of their number, and of an
 * accepted model that it is sound, predicts, and comes back from our own format as it was. */
#ifndef AIC_TESTS_MODEL_FUZZ_H
#define AIC_TESTS_MODEL_FUZZ_H

#include "fuzz.h"

#include "engine/model/build.h"

enum { TIMES_THE_INPUT = 96, ALWAYS_ALLOWED = 4 << 20 };

static inline void model_fuzz_use(arena *a, const model *m)
{
    static const double some[] = { 0.5, NAN, -1, 1e30, 0, 3, -INFINITY, 1e-36 };
    MUST(!model_check(a, m));
    double *values = ARENA_ARRAY(a, 2 * m->feature_count, double), *out = ARENA_ARRAY(a, 2 * m->output_count, double);
    for (size_t i = 0; i < 2 * m->feature_count; i++) values[i] = some[i % 8];
    matrix rows = { .values = values, .rows = 2, .columns = m->feature_count };
    model_predict(m, &rows, OUTPUT_MARGIN, out);
    model_predict(m, &rows, OUTPUT_PROBABILITY, out);
    const model *again;
    text written = model_write(a, m);
    MUST(!model_read(a, written, model_limits_standard(), &again));
    MUST(text_equal(written, model_write(a, again)));
    json_t *told;
    MUST(!json_read(a, text_of(model_text(a, m)), &told));
}

static inline int model_fuzz(const uint8_t *data, size_t size)
{
    arena *kept = arena_new(), *scratch = arena_new(), *use = arena_new();
    const model *m = NULL;
    error refused = model_read_in(kept, scratch, text_from(data, size), model_limits_standard(), &m);
    MUST(arena_bytes(kept) + arena_bytes(scratch) <= TIMES_THE_INPUT * size + ALWAYS_ALLOWED);
    if (!refused)
        model_fuzz_use(use, m);
    else
        MUST(refused->kind == INVALID && *refused->message && text_valid_utf8(text_of(refused->message)));
    arena_drop(use);
    arena_drop(scratch);
    arena_drop(kept);
    return 0;
}

#endif
