/* Rows of a file for a program that predicts: every column is a feature, words become codes of their column. Several
 * files (the rows, the background) share one frame, so that a word has the same code in both. */
#ifndef AIC_PROGRAMS_ROW_FRAME_H
#define AIC_PROGRAMS_ROW_FRAME_H

#include "engine/aic_engine.h"
#include "programs/command_options.h"

typedef struct row_frame row_frame;

/* Columns named in ignore are left out. */
row_frame *row_frame_new(arena *a, text_list ignore);
/* The next file. Its columns are those of the first, in any order; others are ignored. */
row_sink row_frame_sink(row_frame *f);
/* The rows of that file; a matrix of its own. BAD_REQUEST when there was no header. */
error row_frame_rows(row_frame *f, matrix *out);
/* Names and categories, once all files are read; also as names alone. */
const model_feature *row_frame_features(row_frame *f, const text **names, size_t *count);

/* Passes on the header and the rows of a range; `seen` is how many there were. With a label it keeps that column's
 * texts of these rows, NO_TEXT where one is missing. */
typedef struct row_filter {
    row_sink sink;
    row_range range;
    uint64_t seen;
    arena *arena; /* for what follows */
    text label;   /* NO_TEXT: none */
    size_t label_place;
    text *labels;
    size_t label_count, label_capacity;
} row_filter;
row_sink row_filter_sink(row_filter *f);

/* A seeded sample of at most `most` rows of those that a sink of rows gave, in their order (Knuth's selection
 * sampling). */
matrix row_sample(arena *a, const matrix *rows, size_t most, uint64_t seed);

#endif
