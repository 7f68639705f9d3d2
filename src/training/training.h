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
    text label;         /* column to learn; two values or texts: a classifier; several texts: classes; numbers: regression */
    text positive;      /* of two values the one called class 1; NO_TEXT: the greater, by number or by bytes */
    const text *ignore; /* columns that are no features */
    size_t ignore_count;
    uint32_t trees, depth; /* 100, 6; at most 1000 and 10 */
    double rate;           /* 0.3 */
    double subsample, column_share, min_child_weight, l1, l2; /* 1, 1, 1, 0, 1 */
    uint32_t early_stopping; /* rounds without improvement of the held-out loss; 10; 0: off */
    uint32_t folds;          /* of cross-validation for the quality; 5; 0: none */
    double held_out;         /* share for early stopping and quality; 0.2 */
    bool balanced;           /* class weights inverse to their frequency */
    const double *weights;   /* [row], e.g. of reweighing; NULL: 1 */
    uint64_t seed;
    explain_watch watch;
} train_options;
train_options train_options_standard(train_kind kind);

/* Of held-out rows, and over the folds mean and standard deviation. NaN where a kind has none. */
typedef struct train_quality {
    double accuracy, log_loss, auc, brier, rmse, r2;
} train_quality;

typedef struct train_result {
    const model *model;
    text artefact;                         /* what model_read reads: our own format, with names and categories */
    train_quality held_out, mean, deviation;
    size_t rows, dropped_rows;             /* without a label */
    uint32_t trees_used;                   /* after early stopping */
    text data_sha256;                      /* of the columns as used */
    text_list notes;
} train_result;

/* Texts become categories, numbers stay numbers; a column of both is an error naming the row. */
typedef struct train_table train_table;
train_table *train_table_new(arena *a, const train_options *options);
row_sink train_table_sink(train_table *t);
error train_model(arena *a, train_table *t, const train_options *options, train_result **out);
/* {"kind", "label", "rows", "held_out": {...}, "cross_validation": {...}, "features", "model_sha256", "data_sha256", …} */
void train_result_json(json_writer *w, const train_result *r, const train_options *options);

/* A surrogate of a black box: trees fitted to what the predictor says of the rows. Fidelity: the share of its variance (R²)
 * on held-out rows that the surrogate tells, and how often both decide alike (threshold 0.5; NaN for regression). */
typedef struct surrogate {
    const model *model;
    double r2, agreement;
    size_t rows;
} surrogate;
error train_surrogate(arena *a, const predictor *p, const matrix *rows, const train_options *options, surrogate **out);

#endif
