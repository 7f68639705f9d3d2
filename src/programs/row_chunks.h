/* A table in pieces of a few thousand rows, as a model's matrix each, so that a file of any length is predicted within
 * the same memory. */
#ifndef AIC_PROGRAMS_ROW_CHUNKS_H
#define AIC_PROGRAMS_ROW_CHUNKS_H

#include "engine/aic_engine.h"

typedef struct row_chunks row_chunks;
/* work is given each piece, in order, and an arena that lasts until it returns. */
typedef error (*chunk_work)(void *context, arena *a, const matrix *rows);

row_chunks *row_chunks_new(arena *a, const model *m, chunk_work work, void *context);
row_sink row_chunks_sink(row_chunks *c);
error row_chunks_finish(row_chunks *c);

#endif
