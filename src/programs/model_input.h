/* What explain and predict work on: a model of a file or a command, and rows of files. */
#ifndef AIC_PROGRAMS_MODEL_INPUT_H
#define AIC_PROGRAMS_MODEL_INPUT_H

#include "programs/command_options.h"
#include "programs/row_frame.h"

typedef struct model_input {
    /* given */
    const char *model_path, *command, *data_path,
        *background_path; /* one of model_path and command; background NULL: none */
    row_range range;      /* of the rows */
    text_list ignore;     /* columns that a command is not sent */
    int patience;         /* seconds that a command may take for a row */
    bool wants_sample;    /* no background_path: sample one from the data, at most `sample` rows */
    size_t sample;
    uint64_t seed;
    text label; /* a column of the data whose texts are kept; NO_TEXT: none */
    /* found */
    const model *model; /* NULL for a command; a caller who has read it already says so here */
    predictor predictor;
    const model_feature *features;
    size_t feature_count;
    matrix rows, background;
    const text *labels; /* [row]; NULL: no label was asked for */
    uint64_t data_rows; /* in the whole file */
    const char *at;     /* the file an error is about; NULL: none */
} model_input;

error model_input_open(arena *a, model_input *in);
/* A model of a file; *at as above. */
error model_file_read(arena *a, const char *path, const model **out);

#endif
