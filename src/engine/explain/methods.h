/* What the methods of explain() share: the explanation in the making and the checks that all of them need. */
#ifndef AIC_ENGINE_EXPLAIN_METHODS_H
#define AIC_ENGINE_EXPLAIN_METHODS_H

#include "engine/explain/workers.h"

/* The explanation while its parts are still written; all outputs, also when only one was asked for. */
typedef struct draft {
    arena *arena;
    const predictor *predictor;
    const matrix *rows;
    const explain_options *options;
    explanation *result;
    double *base;            /* [outputs] */
    double *values;          /* [row][feature][output] */
    double *predictions;     /* [row][output] */
    double *interactions;    /* NULL unless asked for */
    double *standard_errors; /* the rest: NULL until a method that has them makes them */
    double *local_r2;
    double *intercepts;
    text *notes;
    size_t note_count;
} draft;

error explain_trees(draft *d);
error explain_linear(draft *d);
error explain_kernel(draft *d);
error explain_permutation(draft *d);
error explain_lime(draft *d);

/* INVALID with the field and, where another method would do, its name. */
error explain_check(arena *a, const predictor *p, const matrix *rows, const explain_options *options);

void draft_note(draft *d, text note);
double *draft_numbers(draft *d, size_t per_row); /* zeroed, [row][per_row] */

/* How many features' names: p->feature_names, the model's, or "f0", … */
const text *predictor_feature_names(arena *a, const predictor *p);
/* Is this feature a category: the options say, else the model; NULL: none is. */
const bool *predictor_categories(arena *a, const predictor *p, const bool *said);

/* Predicts any number of rows in blocks, over threads where the predictor allows it. */
error predict_rows(arena *a, const predictor *p, const matrix *rows, model_output output, int threads,
                   const explain_watch *watch, double *out);
/* The mean prediction over a background, [outputs], and (unless NULL) the range of its predictions. */
error predict_mean(arena *a, const predictor *p, const matrix *rows, model_output output, double *mean, double *range);
/* As many threads as a predictor stands. */
int predictor_threads(const predictor *p, int wanted);

#endif
