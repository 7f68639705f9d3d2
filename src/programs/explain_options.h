/* The command line of `aic explain`. */
#ifndef AIC_PROGRAMS_EXPLAIN_OPTIONS_H
#define AIC_PROGRAMS_EXPLAIN_OPTIONS_H

#include "programs/model_input.h"

/* What --method names: the engine's methods in their order, then these. */
enum { EXPLAIN_BY_DEFAULT = -1, EXPLAIN_COUNTERFACTUAL = METHOD_LIME + 1, EXPLAIN_IMPORTANCE };

typedef struct explain_command {
    model_input input;
    int method; /* an explain_method, or one of the two above */
    int output; /* 0: margin, 1: probability */
    text class_name;
    bool interactions, as_json, as_csv, help;
    uint64_t threads, coalitions, samples, most_features;
    double tolerance;
    /* of counterfactuals */
    uint64_t count, most_changes;
    double threshold;
    text_list fixed, only_up, only_down;
    /* of permutation importance */
    int score; /* a model_score; -1: by the kind of the model */
    uint64_t repeats;
} explain_command;

error explain_command_read(arena *a, int argc, char **argv, explain_command *out);
/* Which output --class names, once the input is open; -1 when it is not given. */
error explain_choose_class(arena *a, const explain_command *c, int64_t *out);
extern const char explain_usage[];

#endif
