/* What an EXPLAIN task finds, written as its result (explain_run.c calls; explain_ways.c and explain_json.c do). */
#ifndef AIC_FEATURES_EXPLANATIONS_FINDINGS_H
#define AIC_FEATURES_EXPLANATIONS_FINDINGS_H

#include "features/explanations/subject.h"

enum {
    REASONS_OF_A_ROW = 5,
    USUAL_ROWS = 1000,            /* whose medians are usual, … */
    USUAL_LEAST = 20,             /* … if there are so many */
    ROWS_WITH_REASONS = 200,      /* in words; figures are there for all */
    SUMMARY_LEAST_ROWS = 10,      /* from here on a picture of all rows is worth something */
    BACKGROUND_STANDARD = 100,    /* rows of the data that stand for the population when no background is sent, … */
    BACKGROUND_EXACT_MOST = 1000, /* … and for the exact method, whose cost hardly grows with them */
    GLOBAL_ROWS = 2000,           /* explained for a picture of the whole by an exact method, … */
    GLOBAL_SAMPLED_ROWS = 50,     /* … and by a sampled one */
    GLOBAL_FEATURES = 8,          /* whose dependence is shown: those that weigh most */
    DEPENDENCE_ROWS = 500,
    IMPORTANCE_REPEATS = 10
};

typedef struct explaining {
    task_run *task;
    explain_order order;
    bool is_csv;
    subject subject;
    matrix all, rows, background; /* rows: those that are explained, the first of which is `first` of all */
    size_t first;
    double from, to; /* of the task's progress, of the step under way */
    const char *doing;
} explaining;

/* Progress of one step, for the engine's watches. */
explain_watch step_watch(explaining *x, double from, double to, const char *doing);

error explain_with(explaining *x, explain_method method, const matrix *rows, explanation **out);
/* auto: the exact method of this kind of model, else kernel. */
error method_of_order(explaining *x, explain_method *out);

/* Members of the result. */
void write_subject(json_writer *w, const explaining *x);
error write_explanation(json_writer *w, const explaining *x, const explanation *e);
error write_summary(json_writer *w, const explaining *x, const explanation *e, const matrix *rows);
error write_counterfactuals(json_writer *w, explaining *x);
error write_global(json_writer *w, explaining *x);

#endif
