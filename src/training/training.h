/* Training: gradient-boosted trees by libxgboost; logistic and linear models by our own Newton steps. Seeded and
 * reproducible: the same table, options and seed give the same model, byte for byte, on the same machine's library.
 *
 * In a room of its own, since it alone needs libxgboost: the engine stays a small library. */
#ifndef AIC_TRAINING_TRAINING_H
#define AIC_TRAINING_TRAINING_H

#include "engine/aic_engine.h"

typedef enum { TRAIN_GBDT, TRAIN_LOGISTIC, TRAIN_LINEAR } train_kind;

typedef struct train_options {
    train_kind kind;
    text label;    /* column to learn; two values or texts: a classifier; several texts: classes; numbers: regression */
    text positive; /* of two values the one called class 1; NO_TEXT: the greater, by number or by bytes */
    const text *ignore; /* columns that are no features */
    size_t ignore_count;
    uint32_t trees, depth;                                    /* 100, 6; at most 1000 and 10 */
    double rate;                                              /* 0.3 */
    double subsample, column_share, min_child_weight, l1, l2; /* 1, 1, 1, 0, 1 */
    uint32_t early_stopping; /* rounds without improvement of the held-out loss; 10; 0: off */
    uint32_t folds;          /* of cross-validation for the quality; 5; 0: none */
    double held_out;         /* share for early stopping and quality; 0.2 */
    bool balanced;           /* class weights inverse to their frequency */
    const double *weights;   /* [row] in the order of the table, rows without a label included; NULL: 1 */
    text weight_column;      /* a column of weights (no feature); NO_TEXT: none. Multiplies `weights`. */
    text reweigh;            /* a protected column: rows are weighted so that it and the label are independent (Kamiran
                                and Calders 2012); NO_TEXT: not */
    const text *protected_columns; /* their groups' metrics of the held-out rows are reported; they stay features unless
                                      they are ignored as well */
    size_t protected_count;
    const text *favorable; /* of the label, for these metrics; none: class 1 */
    size_t favorable_count;
    uint64_t seed;
    int threads; /* of the library; 1. The same number gives the same model. */
    explain_watch watch;
} train_options;
train_options train_options_standard(train_kind kind);

/* Three parts, drawn by the seed and stratified by class: the held-out rows, which nothing but the quality sees; of the
 * others a share for early stopping; the rest is learned. The quality is thus that of the very model that is handed
 * out. Each fold of the cross-validation repeats the whole procedure.
 *
 * Of held-out rows, and over the folds mean and standard deviation. NaN where a kind has none. */
typedef struct train_quality {
    double accuracy, log_loss, auc, brier, rmse, r2;
} train_quality;

typedef struct train_result {
    const model *model;
    text artefact; /* what model_read reads: our own format, with names and categories */
    train_quality held_out, mean, deviation;
    size_t rows, dropped_rows; /* without a label */
    uint32_t trees_used;       /* after early stopping */
    text data_sha256;          /* of the columns as used */
    const fairness_report
        *fairness; /* of the held-out rows; NULL when no protected column is named, or for regression */
    text_list notes;
} train_result;

/* Texts become categories, numbers (and true and false, as 1 and 0) stay numbers; a column of both is an error naming
 * the row. Trees split categories into sets; linear models learn one weight for each. Either way a column stays one
 * feature, so that an explanation speaks of the column that people know and not of its values one by one. */
typedef struct train_table train_table;
train_table *train_table_new(arena *a, const train_options *options);
row_sink train_table_sink(train_table *t);
error train_model(arena *a, train_table *t, const train_options *options, train_result **out);
/* {"kind", "label", "rows", "held_out": {...}, "cross_validation": {...}, "features", "model_sha256", "data_sha256", …}
 */
void train_result_json(json_writer *w, const train_result *r, const train_options *options);

/* A surrogate of a black box: trees fitted to what the predictor says of the rows. Fidelity: the share of its variance
 * (R²) on held-out rows that the surrogate tells, and how often both decide alike (threshold 0.5; NaN for regression).
 */
typedef struct surrogate {
    const model *model;
    double r2, agreement;
    size_t rows;
} surrogate;
error train_surrogate(arena *a, const predictor *p, const matrix *rows, const train_options *options, surrogate **out);

#endif
