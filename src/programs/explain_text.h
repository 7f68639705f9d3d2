/* Explanations for a person at a terminal: one row as a waterfall, many rows as a summary. */
#ifndef AIC_PROGRAMS_EXPLAIN_TEXT_H
#define AIC_PROGRAMS_EXPLAIN_TEXT_H

#include "programs/model_input.h"

#include <stdio.h>

typedef struct explain_view {
    const explanation *explanation;
    const model_input *input;
    bool colored;
} explain_view;

void explain_text_row(arena *a, FILE *out, const explain_view *v, size_t row);
error explain_text_summary(arena *a, FILE *out, const explain_view *v);

/* A value as the data has it: the word of a category, the number, or "(missing)". */
text explain_value_text(arena *a, const model_feature *f, double value);
/* The name of output o of the explanation; NO_TEXT when there is only one. */
text explain_output_name(arena *a, const explain_view *v, size_t output);

#endif
