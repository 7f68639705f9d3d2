/* The parts of training, for its own files: data as columns of numbers, who is in which part, the learners, the
 * figures. */
#ifndef AIC_TRAINING_TRAINING_PARTS_H
#define AIC_TRAINING_TRAINING_PARTS_H

#include "training/training.h"

#include "engine/stats/random.h"

typedef enum { TASK_REGRESSION, TASK_TWO_CLASSES, TASK_CLASSES } train_task;

enum {
    TRAIN_MOST_TREES = 1000,
    TRAIN_MOST_DEPTH = 10,
    TRAIN_MOST_FOLDS = 20,
    TRAIN_MOST_CATEGORIES = 1000, /* different texts of one column: beyond it is a name or a number of a person */
    TRAIN_MOST_CLASSES = 100,
    TRAIN_MOST_WEIGHTS = 2000, /* of a linear model: its matrix is the square of that */
    TRAIN_LEAST_ROWS = 10
};

/* Rows with a label only. */
typedef struct train_data {
    matrix rows;           /* a category is its index in its feature's list; NaN is missing */
    const double *labels;  /* the number, or the index of the class */
    const double *weights; /* of the caller, the column and reweighing together; without those of `balanced` */
    const model_feature *features;
    train_task task;
    const text *classes;
    size_t class_count;
    size_t dropped_rows;
    text label;
    const cell *protected_cells; /* [row][protected column] */
    text_list notes;
} train_data;

/* train_table.c */
error train_table_finish(arena *a, train_table *t, const train_options *options, const train_data **out);

/* Which rows of the data. */
typedef struct row_set {
    const uint32_t *items;
    size_t count;
} row_set;

/* partition.c: each row of `all` goes to one of `parts`, by shuffling each class by itself and dealing it out in turn.
 */
void partition_folds(arena *a, const train_data *d, row_set all, size_t parts, random_stream *r, row_set *out);
/* The first share of each class to `first`, at least one row of it, the others to `rest`. */
void partition_share(arena *a, const train_data *d, row_set all, double share, random_stream *r, row_set *first,
                     row_set *rest);
row_set partition_without(arena *a, row_set all, row_set part);
row_set partition_all(arena *a, size_t rows);

/* What a learner is given: rows to learn from and rows to stop by (none: learns to the end). */
typedef struct lesson {
    const train_data *data;
    row_set learn, stop;
    const double *weights; /* [row of data], with class weights */
    const train_options *options;
    double done, share; /* for the watch: this lesson is `share` of the whole, of which `done` is behind */
} lesson;

typedef struct learned {
    const model *model; /* in memory; its texts are of the data */
    uint32_t trees_used;
    text_list notes;
} learned;

error gbdt_learn(arena *a, const lesson *l, learned *out);   /* gbdt.c: by libxgboost */
error linear_learn(arena *a, const lesson *l, learned *out); /* linear.c: logistic and linear */

/* quality.c: of predictions[row of the set][output]. */
train_quality quality_of(arena *a, const train_data *d, row_set rows, const double *predictions);
/* The mean loss that is watched for early stopping: log loss, or the squared error. */
double quality_loss(const train_data *d, row_set rows, const double *weights, const double *predictions);
void quality_of_folds(const train_quality *folds, size_t count, train_quality *mean, train_quality *deviation);
matrix rows_of_set(arena *a, const train_data *d, row_set rows);

#endif
