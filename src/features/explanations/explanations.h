/* Explanations: why a model said what it said of somebody, and what is kept of that.
 *
 * POST /explain and its sisters check what can be checked while reading (sizes, names, that the model is there) and
 * answer with a task (EXPLAIN); the body itself is the task's data, so that the request holds nothing and the worker
 * reads the very bytes that were sent. The model is the registered one. Only where rows with a `target` come instead is
 * a surrogate trained on them, and the result says so (`surrogate`, `fidelity`): it tells how the data behaves, not how
 * a model that nobody showed us decides.
 *
 * A result is forgotten like any task's. POST /explanations keeps what it says of one row for good, and attached to a
 * decision that is what the affected person is shown (narrative.c, domain 3.14), with its ledger entry
 * (EXPLANATION_ATTACHED). */
#ifndef AIC_FEATURES_EXPLANATIONS_H
#define AIC_FEATURES_EXPLANATIONS_H

#include "explanations.sql.h"
#include "features/app.h"
#include "features/models/models.h"
#include "jobs/jobs.h"

enum {
    EXPLAIN_MOST_ROWS = 10000,    /* ⚙ of the data, and of a background in the request */
    EXPLAIN_MOST_COLUMNS = 500,   /* ⚙ */
    EXPLAIN_MOST_SAMPLED = 100,   /* ⚙ rows that a method that samples explains at once */
    EXPLAIN_MOST_VALUES = 2000000 /* ⚙ numbers in one result */
};

extern const char *const explain_method_names[];

typedef struct counterfactual_order {
    int64_t count;
    text desired; /* a class; NO_TEXT: another one than the prediction's */
    text_list immutable, integer, increasing, decreasing;
    text ranges;       /* JSON: {column: [least, most]} */
    text_list one_hot; /* names of linked columns, as "a,b,c" */
} counterfactual_order;

/* What is asked for, beside the rows. */
typedef struct explain_order {
    text method, target, kind, output, class, rows, background;
    maybe_uuid model_id, system_id, dataset_id, background_dataset_id;
    bool interactions;
    maybe_bool higher_is_favorable;
    int64_t seed;
    maybe_integer coalitions, samples, num_features;
    maybe_number tolerance;
    text_list protected_attributes, ignore;
    counterfactual_order counterfactual;
} explain_order;

typedef struct train_order {
    text name, version, target, kind, positive, description, training_data_description;
    maybe_uuid system_id, dataset_id;
    text_list protected_attributes, ignore;
    int64_t trees, depth, early_stopping, folds, seed;
    maybe_number rate, subsample, column_share, min_child_weight, l1, l2, held_out;
    bool balanced;
} train_order;

/* ------------------------------------------------------------------ what is kept */

typedef struct explanation_wanted {
    uuid task_id;
    int64_t row;
    maybe_uuid decision_id;
} explanation_wanted;

typedef struct explanations_query {
    page_query page;
    maybe_uuid model_id, decision_id;
} explanations_query;

error explanations_list(scope *db, const explanations_query *query, page_reply *out);
error explanations_read(scope *db, uuid id, explanation_row *out); /* NOT_FOUND also for another organization's */
/* NOT_FOUND: no such task or decision; CONFLICT: the task has no result (yet), or it is of another model than decided.
 */
error explanations_keep(scope *db, const explanation_wanted *in, explanation_row *out);

/* ------------------------------------------------------------------ told to people */

typedef struct told_reason {
    text sentence, feature, value;
    double contribution;
    bool is_against; /* the person */
    bool is_protected;
} told_reason;

typedef struct decision_narrative {
    uuid decision_id;
    maybe_uuid explanation_id;
    text audience, headline, decision, role_of_the_machine, would_have_changed, data_sources, right_to_contest, contact,
        text_whole;
    item_list reasons;    /* told_reason */
    text_list flags;      /* what a reader must know: a protected attribute among the reasons, a surrogate */
    text_list missing;    /* what is owed and not on record */
    int64_t completeness; /* 100 with contributions, 60 with inputs only, 30 otherwise */
    double reading_grade; /* school years that the text asks for */
    text method, model_name, result_sha256;
} decision_narrative;

error explanations_narrate(scope *db, uuid decision_id, text audience, decision_narrative *out);

/* For the demo: a small table, trained at once; and an explanation that the next worker makes. */
error explanations_train_now(scope *db, const train_order *order, text csv, model_row *out);
error explanations_ask(scope *db, const explain_order *order, text csv, uuid *task);

extern const route explanations_routes[];
extern const task_kind explain_task, train_task;

/* ------------------------------------------------------------------ within this room */

extern const field explain_order_fields[], train_order_fields[];

#endif
