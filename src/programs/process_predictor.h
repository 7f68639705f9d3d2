/* Any program as a model: a process that is kept running reads rows and writes scores.
 *
 *     -> age,job,income\n            once: the header, as the data has it
 *     -> 39,"clerk, junior",1200\n   a row a line, CSV (RFC 4180); an empty field is missing
 *     <- 0.73\n                      a line for each row, in their order: a score, or several with commas
 *
 * A script that reads a line, writes a line and flushes is all it takes. Rows come in batches of any size, and the
 * process is never waited for while it waits for us: both directions are served at once. Its standard error is ours.
 * The end of its input says that it may end.
 *
 * What goes wrong is an error that names the row: the process ended, a line is no number or has another number of
 * scores than the first one, more lines than rows, or nothing happened for `patience` seconds. */
#ifndef AIC_PROGRAMS_PROCESS_PREDICTOR_H
#define AIC_PROGRAMS_PROCESS_PREDICTOR_H

#include "engine/aic_engine.h"

enum { PROCESS_PATIENCE = 60 };

typedef struct process_columns {
    const model_feature *features; /* of a category feature the codes are indices into its texts */
    const text *names;             /* the same names, for the predictor */
    size_t count;
} process_columns;

/* Starts `sh -c command` and asks it for `first`'s score, which tells how many outputs there are. The process is
 * stopped when the arena is dropped. */
error process_predictor_start(arena *a, const char *command, process_columns columns, const matrix *first, int patience,
                              predictor *out);

#endif
