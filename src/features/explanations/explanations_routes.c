#include "features/explanations/explanations.h"
#include "features/explanations/orders.h"

static const char *const output_names[] = { "margin", "probability", NULL };
static const char *const surrogate_names[] = { "gbdt", "logistic", "linear", NULL };
static const char *const audience_names[] = { "SUBJECT", "REVIEWER", "REGULATOR", NULL };
static const char *const data_media[] = { "application/json", "text/csv", NULL };

const char *const explain_method_names[] = { "auto",        "tree-path", "tree-interventional", "linear", "kernel",
                                             "permutation", "lime",      "counterfactual",      "global", NULL };

/* ------------------------------------------------------------------ what goes in */

#define OPTION(member, ...) FIELD_AS(explain_order, counterfactual.member, #member, __VA_ARGS__)

/* The same of a JSON body and, for a body of text/csv, in the query. */
#define ORDER_FIELDS                                                                                                   \
    FIELD(explain_order, method, ONE_OF(explain_method_names), STANDARD("auto"),                                       \
          .doc = "auto: exact for trees and linear models, else kernel"),                                              \
        FIELD(explain_order, model_id, MAYBE_UUID, .doc = "A registered model"),                                       \
        FIELD(explain_order, target, A_TEXT, MAX(200),                                                                 \
              .doc = "Instead of a model: the column that a surrogate learns from the rows; the result says "          \
                     "surrogate: true, with its fidelity"),                                                            \
        FIELD(explain_order, kind, ONE_OF(surrogate_names), STANDARD("gbdt"), .doc = "Of the surrogate"),              \
        FIELD(explain_order, ignore, TEXTS, MAX(200), .most_items = EXPLAIN_MOST_COLUMNS,                              \
              .doc = "Columns that the surrogate must not use"),                                                       \
        FIELD(explain_order, system_id, MAYBE_UUID, .doc = "Whose task it is, for lists"),                             \
        FIELD(explain_order, dataset_id, MAYBE_UUID, .doc = "A stored data set instead of rows in the body"),          \
        FIELD(explain_order, background_dataset_id, MAYBE_UUID),                                                       \
        FIELD(explain_order, output, ONE_OF(output_names),                                                             \
              .doc = "Left out: margin for exact methods of trees, else probability"),                                 \
        FIELD(explain_order, class, A_TEXT, MAX(200), .doc = "Of several outputs only this one, by name or number"),   \
        FIELD(explain_order, interactions, A_BOOL, .doc = "tree-path: pairs of features as well"),                     \
        FIELD(explain_order, higher_is_favorable, MAYBE_BOOL,                                                          \
              .doc = "Does a higher output favour the person; true when left out. Says which reasons count against"),  \
        FIELD(explain_order, seed, AN_INTEGER, MIN(0), MAX(9007199254740991.0), STANDARD("1")),                        \
        FIELD(explain_order, coalitions, MAYBE_INTEGER, MIN(2), MAX(1000000), .doc = "kernel: most coalitions a row"), \
        FIELD(explain_order, tolerance, MAYBE_NUMBER, MIN(0), MAX(1),                                                  \
              .doc = "kernel: good enough, as a share of the output's range"),                                         \
        FIELD(explain_order, samples, MAYBE_INTEGER, MIN(100), MAX(100000), .doc = "lime; 5000"),                      \
        FIELD(explain_order, num_features, MAYBE_INTEGER, MIN(1), MAX(50), .doc = "lime: of the local model; 10"),     \
        FIELD(explain_order, protected_attributes, TEXTS, MAX(200), .most_items = 32,                                  \
              .doc = "Features whose share of the explanation is told; of a registered model its own when left out"),  \
        OPTION(count, AN_INTEGER, MIN(1), MAX(10), STANDARD("3"), .doc = "counterfactual: how many"),                  \
        OPTION(desired, A_TEXT, MAX(200),                                                                              \
               .doc = "counterfactual: the outcome wanted, by name or number; another than predicted"),                \
        OPTION(immutable, TEXTS, MAX(200), .most_items = EXPLAIN_MOST_COLUMNS,                                         \
               .doc = "counterfactual: never changed; the protected attributes when left out"),                        \
        OPTION(integer, TEXTS, MAX(200), .most_items = EXPLAIN_MOST_COLUMNS),                                          \
        OPTION(increasing, TEXTS, MAX(200), .most_items = EXPLAIN_MOST_COLUMNS,                                        \
               .doc = "counterfactual: only up, as age"),                                                              \
        OPTION(decreasing, TEXTS, MAX(200), .most_items = EXPLAIN_MOST_COLUMNS),                                       \
        OPTION(one_hot, TEXTS, MAX(4000), .most_items = 50,                                                            \
               .doc = "counterfactual: columns of which one is 1: \"red,green,blue\"")

const field explain_order_fields[] = {
    ORDER_FIELDS, OPTION(ranges, ANY_JSON, .doc = "counterfactual: {column: [least, most]}"),
    FIELD(explain_order, rows, ANY_JSON,
          .doc = "[from, to], from 0 and without `to`: which of the data's rows; all when left out"),
    FIELD(explain_order, background, ANY_JSON,
          .doc =
              "What a feature's value is compared with: a list of rows, or an object of columns; the data itself when "
              "left out and needed"),
    FIELDS_END
};

static const field csv_fields[] = { ORDER_FIELDS, FIELD(explain_order, rows, A_TEXT, MAX(40), .doc = "from:to"),
                                    FIELDS_END };

#define TRAIN_FIELDS                                                                                                   \
    FIELD(train_order, kind, ONE_OF(surrogate_names), STANDARD("gbdt")),                                               \
        FIELD(train_order, name, A_TEXT, MIN(1), MAX(200),                                                             \
              .doc = "Of the model that is registered; the target when left out"),                                     \
        FIELD(train_order, version, A_TEXT, MIN(1), MAX(60), .doc = "Left out: the time of the training"),             \
        FIELD(train_order, positive, A_TEXT, MAX(200),                                                                 \
              .doc = "Of two values the one called class 1; the greater when left out"),                               \
        FIELD(train_order, description, A_TEXT, MAX(4000)),                                                            \
        FIELD(train_order, training_data_description, A_TEXT, MAX(4000)), FIELD(train_order, system_id, MAYBE_UUID),   \
        FIELD(train_order, dataset_id, MAYBE_UUID, .doc = "A stored data set instead of rows in the body"),            \
        FIELD(train_order, ignore, TEXTS, MAX(200), .most_items = EXPLAIN_MOST_COLUMNS,                                \
              .doc = "Columns that are no features"),                                                                  \
        FIELD(train_order, protected_attributes, TEXTS, MAX(200), .most_items = 32,                                    \
              .doc = "Columns of protected groups, whose figures are told; they stay features unless they are in "     \
                     "`ignore`"),                                                                                      \
        FIELD(train_order, trees, AN_INTEGER, MIN(1), MAX(1000), STANDARD("100")),                                     \
        FIELD(train_order, depth, AN_INTEGER, MIN(1), MAX(10), STANDARD("6")),                                         \
        FIELD(train_order, rate, MAYBE_NUMBER, MIN(0.0001), MAX(1)),                                                   \
        FIELD(train_order, subsample, MAYBE_NUMBER, MIN(0.01), MAX(1)),                                                \
        FIELD(train_order, column_share, MAYBE_NUMBER, MIN(0.01), MAX(1)),                                             \
        FIELD(train_order, min_child_weight, MAYBE_NUMBER, MIN(0), MAX(1000000)),                                      \
        FIELD(train_order, l1, MAYBE_NUMBER, MIN(0), MAX(1000000)),                                                    \
        FIELD(train_order, l2, MAYBE_NUMBER, MIN(0), MAX(1000000)),                                                    \
        FIELD(train_order, early_stopping, AN_INTEGER, MIN(0), MAX(1000), STANDARD("10")),                             \
        FIELD(train_order, folds, AN_INTEGER, MIN(0), MAX(20), STANDARD("5"), .doc = "Of cross-validation; 0: none"),  \
        FIELD(train_order, held_out, MAYBE_NUMBER, MIN(0), MAX(0.9)),                                                  \
        FIELD(train_order, balanced, A_BOOL, .doc = "Class weights inverse to their frequency"),                       \
        FIELD(train_order, seed, AN_INTEGER, MIN(0), MAX(9007199254740991.0), STANDARD("1"))

#define TARGET_DOC A_TEXT, MIN(1), MAX(200), .doc = "The column to learn"

const field train_order_fields[] = { FIELD(train_order, target, TARGET_DOC, REQUIRED), TRAIN_FIELDS, FIELDS_END };
/* Of text/csv; a JSON body says it all itself. */
static const field train_csv_fields[] = { FIELD(train_order, target, TARGET_DOC), TRAIN_FIELDS, FIELDS_END };

static const field wanted_fields[] = {
    FIELD(explanation_wanted, task_id, A_UUID, REQUIRED, .doc = "Of an explanation that has succeeded"),
    FIELD(explanation_wanted, row, AN_INTEGER, MIN(0), MAX(EXPLAIN_MOST_ROWS), STANDARD("0"),
          .doc = "Of its rows; the first is 0"),
    FIELD(explanation_wanted, decision_id, MAYBE_UUID, .doc = "The decision that it explains"), FIELDS_END
};

static const field attached_fields[] = { FIELD(explanation_wanted, task_id, A_UUID, REQUIRED,
                                               .doc = "Of an explanation that has succeeded"),
                                         FIELD(explanation_wanted, row, AN_INTEGER, MIN(0), MAX(EXPLAIN_MOST_ROWS),
                                               STANDARD("0"), .doc = "Of its rows; the first is 0"),
                                         FIELDS_END };

static const field query_fields[] = { PAGE_FIELDS(explanations_query), FIELD(explanations_query, model_id, MAYBE_UUID),
                                      FIELD(explanations_query, decision_id, MAYBE_UUID), FIELDS_END };

typedef struct audience_query {
    text audience;
} audience_query;

static const field audience_fields[] = {
    FIELD(audience_query, audience, ONE_OF(audience_names), STANDARD("SUBJECT"), .doc = "Who will read it"), FIELDS_END
};

/* ------------------------------------------------------------------ what comes back */

#define KEPT_FIELDS(type)                                                                                              \
    FIELD(type, id, A_UUID), FIELD(type, model_id, MAYBE_UUID), FIELD(type, model_name, A_TEXT, NULLABLE),             \
        FIELD(type, model_version, A_TEXT, NULLABLE), FIELD(type, system_id, MAYBE_UUID),                              \
        FIELD(type, system_name, A_TEXT, NULLABLE), FIELD(type, decision_id, MAYBE_UUID),                              \
        FIELD(type, decision_external_id, A_TEXT, NULLABLE), FIELD(type, task_id, A_UUID),                             \
        FIELD_AS(type, row_number, "row", AN_INTEGER), FIELD(type, method, A_TEXT),                                    \
        FIELD(type, created_by_name, A_TEXT, NULLABLE), FIELD(type, created_at, AN_INSTANT)

static const field item_fields[] = { KEPT_FIELDS(explanation_item), FIELDS_END };
static const field row_fields[] = {
    KEPT_FIELDS(explanation_row),
    FIELD(explanation_row, result, ANY_JSON,
          .doc = "{method, output, features, base_values, values, predictions, reasons, …} of this row"),
    FIELD(explanation_row, result_sha256, A_TEXT), FIELD(explanation_row, ledger_entry_id, A_UUID), FIELDS_END
};

static const field reason_fields[] = { FIELD(told_reason, sentence, A_TEXT),
                                       FIELD(told_reason, feature, A_TEXT, .doc = "As a person calls it"),
                                       FIELD(told_reason, value, A_TEXT, NULLABLE),
                                       FIELD(told_reason, contribution, A_NUMBER),
                                       FIELD(told_reason, is_against, A_BOOL, .doc = "Counted against the person"),
                                       FIELD(told_reason, is_protected, A_BOOL),
                                       FIELDS_END };

static const field narrative_fields[] = {
    FIELD(decision_narrative, decision_id, A_UUID),
    FIELD(decision_narrative, explanation_id, MAYBE_UUID, .doc = "null: none is attached"),
    FIELD(decision_narrative, audience, ONE_OF(audience_names)),
    FIELD(decision_narrative, headline, A_TEXT),
    FIELD(decision_narrative, decision, A_TEXT, .doc = "What was decided, and when"),
    FIELD(decision_narrative, role_of_the_machine, A_TEXT),
    FIELD(decision_narrative, reasons, LIST_OF(told_reason, reason_fields), .doc = "The five that weighed most"),
    FIELD(decision_narrative, would_have_changed, A_TEXT, NULLABLE, .doc = "When it is known"),
    FIELD(decision_narrative, data_sources, A_TEXT),
    FIELD(decision_narrative, right_to_contest, A_TEXT),
    FIELD(decision_narrative, contact, A_TEXT),
    FIELD(decision_narrative, flags, TEXTS, .doc = "What a reader must know"),
    FIELD(decision_narrative, missing, TEXTS, .doc = "What is owed and not on record"),
    FIELD(decision_narrative, reading_grade, A_NUMBER, NULLABLE, .doc = "School years that the text asks for"),
    FIELD(decision_narrative, completeness, AN_INTEGER,
          .doc = "100 with contributions, 60 with inputs only, 30 otherwise"),
    FIELD(decision_narrative, method, A_TEXT, NULLABLE),
    FIELD(decision_narrative, model_name, A_TEXT, NULLABLE),
    FIELD(decision_narrative, result_sha256, A_TEXT, NULLABLE),
    FIELD_AS(decision_narrative, text_whole, "text", A_TEXT, .doc = "All of it, to be read"),
    FIELDS_END
};

/* ------------------------------------------------------------------ handlers */

static error post_explain(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    return explain_queue(rq, NULL);
}

static error post_shap(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    return explain_queue(rq, "shap");
}

static error post_lime(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    return explain_queue(rq, "lime");
}

static error post_counterfactual(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    return explain_queue(rq, "counterfactual");
}

static error post_global(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    return explain_queue(rq, "global");
}

static error post_train(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    return train_queue(rq);
}

static error get_explanations(request *rq, const void *body, void *reply)
{
    (void)body;
    return explanations_list(rq->scope, rq->query, reply);
}

static error get_explanation(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    return explanations_read(rq->scope, path->id, reply);
}

static error post_explanation(request *rq, const void *body, void *reply)
{
    explanation_row *out = reply;
    TRY(explanations_keep(rq->scope, body, out));
    return created(rq, "/explanations/", out->id);
}

static error post_decision_explanation(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    explanation_wanted wanted = *(const explanation_wanted *)body;
    explanation_row *out = reply;
    wanted.decision_id = (maybe_uuid){ true, path->id };
    TRY(explanations_keep(rq->scope, &wanted, out));
    return created(rq, "/explanations/", out->id);
}

static error get_decision_explanation(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    const audience_query *query = rq->query;
    return explanations_narrate(rq->scope, path->id, query->audience, reply);
}

/* ------------------------------------------------------------------ the table */

#define LIMITS                                                                                                         \
    "The rows come as JSON (`data`: a list of rows, or `columns`: a list for each column), as text/csv with "          \
    "everything "                                                                                                      \
    "else in the query, or are a stored data set. At most 10,000 rows, 500 columns and 10 MB; methods that sample "    \
    "(kernel, permutation, lime, counterfactual) explain at most 100 rows at once. The answer is a task; its result "  \
    "has "                                                                                                             \
    "the shape of `aic explain --json`, with surrogate, model_id, model_sha256, engine_version and reasons in plain "  \
    "words."

#define EXPLAIN(address, says, handler)                                                                                \
    {                                                                                                                  \
        POST, address, says, CAPABILITY("run_analysis"), TENANT, QUERY(explain_order, csv_fields),                     \
            BODY(explain_order, explain_order_fields), TASK_REPLY,                                                     \
            .raw_body = true, .media = data_media, .task = "EXPLAIN", .audit = "explanation_asked",                    \
            .rate = RATE_EXPLAIN, .tag = "explain", .description = LIMITS, .handle = (handler)                         \
    }

const route explanations_routes[] = {
    EXPLAIN("/explain", "Explain what a model says of rows", post_explain),
    EXPLAIN("/explain/shap", "Shapley values: exact for trees and linear models, else sampled", post_shap),
    EXPLAIN("/explain/lime", "A simple model around each row", post_lime),
    EXPLAIN("/explain/counterfactual", "What would have changed the outcome", post_counterfactual),
    EXPLAIN("/explain/global", "What the model goes by over all rows: importance, dependence, summary", post_global),
    { POST, "/models/train", "Train a model and register it", CAPABILITY("manage_models"), TENANT,
      QUERY(train_order, train_csv_fields), BODY(train_order, train_order_fields), TASK_REPLY, .raw_body = true,
      .media = data_media, .task = "TRAIN", .audit = "training_asked", .rate = RATE_EXPLAIN,
      .description =
          "The rows come as POST /explain takes them. The task's result names the model, which is registered in "
          "DEVELOPMENT at the moment in which the task succeeds, with its quality on rows that it has not seen.",
      .handle = post_train },
    { GET, "/explanations", "List the explanations that are kept", SIGNED_IN, TENANT,
      QUERY(explanations_query, query_fields), LIST_REPLY(item_fields, explanation_item), .key_reads = true,
      .rate = RATE_READ, .handle = get_explanations },
    { POST, "/explanations", "Keep the explanation of one row", CAPABILITY("run_analysis"), TENANT,
      BODY(explanation_wanted, wanted_fields), REPLY(explanation_row, row_fields), .status = 201,
      .audit = "explanation_kept", .rate = RATE_WRITE, .idempotent = true, .handle = post_explanation },
    { GET, "/explanations/{id}", "Read an explanation that is kept", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(explanation_row, row_fields), .key_reads = true, .rate = RATE_READ, .handle = get_explanation },
    { POST, "/decisions/{id}/explanation", "Attach the explanation of a row to the decision about it",
      CAPABILITY("run_analysis"), TENANT, PATH(id_path, id_path_fields), BODY(explanation_wanted, attached_fields),
      REPLY(explanation_row, row_fields), .status = 201, .audit = "explanation_attached", .rate = RATE_WRITE,
      .description = "What is attached last is what the affected person is shown.",
      .handle = post_decision_explanation },
    { GET, "/decisions/{id}/explanation", "Tell somebody why it was decided so", SIGNED_IN, TENANT,
      PATH(id_path, id_path_fields), QUERY(audience_query, audience_fields),
      REPLY(decision_narrative, narrative_fields), .key_reads = true, .rate = RATE_READ,
      .handle = get_decision_explanation },
    ROUTES_END
};
