/* Rows over threads. Chunks of rows are handed out one after the other; whoever is free takes the next, so that what a
 * row gives never depends on how many threads there are. The calling thread works too, and it alone tells the watch. */
#ifndef AIC_ENGINE_EXPLAIN_WORKERS_H
#define AIC_ENGINE_EXPLAIN_WORKERS_H

#include "engine/explain/explain.h"

typedef struct row_work {
    size_t rows, chunk; /* chunk: rows at once, at least 1 */
    int threads;
    const explain_watch *watch;
    double from, to; /* the part of the whole that this work is, for the watch */
    void *context;
    /* Does rows first .. first + count - 1. The arena is the chunk's own and dropped after it. */
    error (*run)(void *context, arena *a, size_t first, size_t count);
} row_work;

/* The first error that stopped it; its text is in `a`, unless it is the watch's own, which is passed up as it came. */
error row_work_do(arena *a, const row_work *work);

error watch_tick(const explain_watch *watch, double fraction);

/* How many rows of so many bytes a block of bounded memory holds, from 1 to most. */
size_t rows_within(size_t bytes, size_t row_bytes, size_t most);

#endif
