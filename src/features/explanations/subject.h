/* The subject of an explanation: a registered model, one that stays elsewhere, or a surrogate of the rows that were
 * sent; with what is told of it (subject.c), and its rows (subject_rows.c). */
#ifndef AIC_FEATURES_EXPLANATIONS_SUBJECT_H
#define AIC_FEATURES_EXPLANATIONS_SUBJECT_H

#include "features/explanations/orders.h"

typedef struct subject {
    predictor predictor;
    const model *shape; /* whose feature names the rows are read by: the model, or the names alone */
    bool is_surrogate;
    train_quality fidelity;
    size_t surrogate_rows;
    maybe_uuid model_id, system_id;
    text name, version, sha256; /* NO_TEXT of what is not registered */
    text_list outputs;          /* what the outputs are called */
    text_list protected_attributes;
} subject;

/* It lives as long as the task. */
error subject_find(task_run *t, const explain_order *order, bool is_csv, subject *out);
/* The place of an output by its name or number; -1 when none is named and all are meant. */
error subject_class(arena *a, const subject *s, text named, int64_t *out);
bool subject_protects(const subject *s, text feature);

/* All rows of the data, by the names of the subject's features. */
error subject_rows(task_run *t, const subject *s, const explain_order *order, bool is_csv, matrix *out);
/* What was sent as background, or is stored; rows = 0: nothing. */
error subject_background(task_run *t, const subject *s, const explain_order *order, matrix *out);
/* At most so many rows, evenly. */
matrix rows_evenly(arena *a, const matrix *rows, size_t most);

/* The numbers of a column that is no feature, for the score of permutation_importance: classes by their place. NaN:
 * missing. INVALID names a class that the model does not know. */
error subject_labels(task_run *t, const subject *s, const explain_order *order, bool is_csv, double **out,
                     size_t *count);

/* A person's own value, as people write it; NO_TEXT: missing. */
text subject_value(arena *a, const subject *s, size_t feature, double value);

#endif
