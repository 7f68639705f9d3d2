/* libaic_engine: the computing core of the AIC Platform. Memory only: no files, no sockets, no database, no globals.
 *
 * The way through this header, which is also the way of the data:
 *
 *     fairness_request request = fairness_request_standard();        // 1. say what to audit
 *     request.protected_columns = ...; request.label = ...; request.prediction = ...;
 *     table_plan plan;
 *     TRY(fairness_plan(a, &request, &plan));                        // 2. which columns that needs
 *     table_builder *builder = table_builder_new(a, plan);
 *     TRY(csv_read(a, document, table_builder_sink(builder), (table_limits){ 0 }));
 *     const table *data;
 *     TRY(table_builder_finish(builder, &data));                     // 3. rows become columns
 *     fairness_report *report;
 *     TRY(fairness_analyze(a, data, &request, &report));             // 4. everything is computed here
 *     TRY(fairness_report_gate(a, report, gates, gate_count));       // 5. optional: a pipeline's own conditions
 *     fairness_report_json(&writer, report);                         // 6. the shape of `aic analyze --json`
 *
 * Everything returned lives in the arena that was given. An engine call never changes its input; the same input,
 * request and seed give the same report, byte for byte, in whatever order the rows come.
 *
 * A value that the data cannot give is NaN in these structs (test with isnan), null in JSON, and has a note that says
 * why. Rates, differences and ratios are plain numbers (0.8, not 80), never rounded.
 *
 * The positive class of every rate is the FAVORABLE outcome: true_positive_rate is P(decided favorably | truly
 * favorable). */
#ifndef AIC_ENGINE_H
#define AIC_ENGINE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "base/table_reader.h"
#include "base/text.h"

#ifndef AIC_ENGINE_API
#define AIC_ENGINE_API __attribute__((visibility("default")))
#endif

enum {
    FAIRNESS_MOST_GROUPS = 64,         /* values of one protected column */
    FAIRNESS_MOST_INTERSECTIONS = 512, /* observed combinations */
    FAIRNESS_MOST_PROTECTED = 32,      /* protected columns in one request */
    FAIRNESS_MOST_CROSSED = 3,         /* protected columns whose combinations are looked at */
    FAIRNESS_MOST_REPLICATES = 10000,  /* of the bootstrap */
    FAIRNESS_MOST_PAIRED = 64,         /* up to so many groups all pairs are listed; above it a note says so */
};

/* The version of the project that the engine was built from, "0.1.0". */
AIC_ENGINE_API const char *engine_version(void);

/* For callers of libaic_engine.so, which exports no other function of base. */
AIC_ENGINE_API arena *engine_arena_new(void);
AIC_ENGINE_API void engine_arena_drop(arena *a); /* NULL is fine */

/* ==================================================================== table
 * Columns in memory. Categories are stored as codes into the column's own list of values (1, 2 or 4 bytes a row,
 * whatever the number of values needs); numbers as doubles. Columns that nobody asked for are never stored. */

typedef enum { COLUMN_CATEGORY, COLUMN_NUMBER } column_kind;

typedef struct column_wish {
    text name; /* as in the header of the data */
    column_kind kind;
    size_t most_values;  /* COLUMN_CATEGORY: more different values are an error; 0: no limit */
    const char *pointer; /* JSON pointer for errors: "/protected/0" */
} column_wish;

typedef struct table_plan {
    const column_wish *wishes;
    size_t count;
} table_plan;

/* Value 0 of a category's codes is "missing"; code k > 0 is values[k - 1]. Values are in the order in which the data
 * first showed them. Numbers of JSON are written as ECMAScript writes them (1.0 is "1"), booleans "true" and "false";
 * texts of CSV are kept as they are. A missing number is NaN. */
typedef struct table_column {
    text name;
    column_kind kind;
    const text *values;
    size_t value_count;
    size_t missing;        /* rows without a value */
    unsigned code_width;   /* bytes of one code: 1, 2 or 4 */
    const void *codes;     /* COLUMN_CATEGORY */
    const double *numbers; /* COLUMN_NUMBER */
} table_column;

typedef struct table {
    size_t rows;
    const table_column *columns; /* in the order of the plan */
    size_t column_count;
} table;

typedef struct table_builder table_builder;

AIC_ENGINE_API table_builder *table_builder_new(arena *a, table_plan plan);
/* Where a reader sends the rows. The header call refuses a plan whose column is absent (INVALID, naming the column and
 * the nearest name there is) or present twice; a row call refuses a text where a number is wanted, and one value too
 * many in a limited category, naming row and column. */
AIC_ENGINE_API row_sink table_builder_sink(table_builder *builder);
/* BAD_REQUEST when no header ever came. A header without rows gives a table of no rows. */
AIC_ENGINE_API error table_builder_finish(table_builder *builder, const table **out);

AIC_ENGINE_API const table_column *table_column_named(const table *t, text name); /* NULL when there is none */
static inline uint32_t table_code(const table_column *c, size_t row)
{
    if (c->code_width == 1) return ((const uint8_t *)c->codes)[row];
    return c->code_width == 2 ? ((const uint16_t *)c->codes)[row] : ((const uint32_t *)c->codes)[row];
}

/* ==================================================================== request */

typedef enum {
    USE_CASE_NONE,
    USE_CASE_HIRING,
    USE_CASE_FINANCE,
    USE_CASE_HEALTHCARE,
    USE_CASE_GOVERNMENT,
    USE_CASE_INSURANCE,
    USE_CASE_RETAIL,
    USE_CASE_OTHER,
    USE_CASES
} use_case;

AIC_ENGINE_API const char *use_case_name(use_case u); /* "hiring"; "" for none */
AIC_ENGINE_API bool use_case_parse(text t, use_case *out);

/* Where the verdicts change. A ratio passes at or above its bound; a difference, ε or index at or below it. */
typedef struct fairness_policy {
    const char *version; /* "2026-1": which edition of the rules these numbers are */
    double impact_ratio_pass, impact_ratio_review;
    double parity_difference_pass, parity_difference_review;
    double odds_difference_pass, odds_difference_review;
    double false_positive_gap_pass; /* the use case's own limit; above it at least REVIEW */
    double significance;            /* 0.05 */
    double association_negligible, association_small, association_medium; /* Cramér's V: 0.1, 0.3, 0.5 */
    double epsilon_pass, epsilon_review;
    double theil_pass, theil_review;       /* on the part between groups */
    double atkinson_pass, atkinson_review; /* on the groups' means */
    double calibration_gap_pass, calibration_gap_review;
    uint64_t least_class_rows; /* truly favorable (or unfavorable) rows that a group needs for its rate to count: 10 */
    uint64_t least_epsilon_rows; /* rows that an eligible group needs for ε: 10 */
} fairness_policy;

AIC_ENGINE_API fairness_policy fairness_policy_standard(use_case u);

/* The group to compare with, for one protected column. For the intersection, column is "a & b" and group "x & y". */
typedef struct fairness_reference {
    text column, group;
} fairness_reference;

typedef struct fairness_request {
    const text *protected_columns;
    size_t protected_count;
    text label;            /* the truth; NO_TEXT: not given */
    text prediction;       /* the decision; or else ... */
    text score;            /* ... score >= threshold is class 1. With both, the score is for calibration only. */
    double threshold;      /* 0.5 */
    const text *favorable; /* the value or values that are good for the person; none: "1" (or "true") */
    size_t favorable_count;
    const fairness_reference *references;
    size_t reference_count;
    bool intersect;
    uint32_t bootstrap_replicates; /* 1000; 0: no bootstrap intervals */
    uint64_t seed;                 /* 1 */
    uint64_t min_group_size;       /* 30 */
    use_case use_case;
    fairness_policy policy; /* a caller who sets use_case takes fairness_policy_standard(use_case) and may then edit */
} fairness_request;

AIC_ENGINE_API fairness_request fairness_request_standard(void);
AIC_ENGINE_API void fairness_request_use_case(fairness_request *request, use_case u); /* sets the policy as well */
/* Checks the request in itself (INVALID with a pointer) and says which columns it needs. */
AIC_ENGINE_API error fairness_plan(arena *a, const fairness_request *request, table_plan *out);

/* ==================================================================== report */

typedef enum { VERDICT_PASS, VERDICT_INSUFFICIENT_DATA, VERDICT_REVIEW, VERDICT_FAIL } verdict; /* from best to worst */
AIC_ENGINE_API const char *verdict_name(verdict v);                                             /* "PASS" */

/* 95 %. Both ends NaN: not given. */
typedef struct confidence_interval {
    double low, high;
} confidence_interval;

/* Something said to a person. The code is stable and keys the catalogue of texts and advice; subject names what it is
 * about ("race", "race/Asian", a column), so that the reader need not parse the message. */
typedef struct remark {
    const char *code; /* "IMPACT_RATIO_BELOW_REVIEW" */
    text subject;
    text measure; /* "true_positive_rate, precision": the fields concerned; NO_TEXT when none */
    double value; /* NaN when the remark has no number */
    double bound; /* the threshold concerned; NaN when none */
    text message; /* English */
} remark;

typedef struct remark_list {
    const remark *items;
    size_t count;
} remark_list;

/* ---- one group */

/* Rates of a group, each with a Wilson interval. Without a label only RATE_SELECTION is known. */
typedef enum {
    RATE_SELECTION,      /* decided favorably / all */
    RATE_BASE,           /* truly favorable / all */
    RATE_TRUE_POSITIVE,  /* decided favorably among the truly favorable */
    RATE_FALSE_POSITIVE, /* decided favorably among the truly unfavorable */
    RATE_TRUE_NEGATIVE,
    RATE_FALSE_NEGATIVE,
    RATE_PRECISION, /* truly favorable among those decided favorably */
    RATE_FALSE_DISCOVERY,
    RATE_ACCURACY,
    RATE_ERROR,
    GROUP_RATES
} group_rate;
AIC_ENGINE_API const char *group_rate_name(group_rate r); /* the key in JSON: "true_positive_rate" */

enum { CALIBRATION_BINS = 10 };

typedef struct reliability_bin {
    double low, high; /* of the score; the last bin holds 1 as well */
    uint64_t count;
    double mean_score, mean_label; /* NaN in an empty bin */
} reliability_bin;

/* Of the score against class 1 of the label (class 1 is the favorable one, unless "0" is the favorable value). */
typedef struct calibration {
    double brier;
    double expected_calibration_error, maximum_calibration_error; /* 10 equal-width bins */
    double auc;                                                   /* ties count half; NaN with one class only */
    /* Of logit P(label) = intercept + slope * logit(score), scores held within [1e-6, 1 - 1e-6]; a perfect model has
     * 0 and 1. In a group of more than 10,000 rows, scores within 1/256 of a logit are gathered at their mean first,
     * which leaves five digits. */
    double intercept, slope;
    reliability_bin bins[CALIBRATION_BINS];
} calibration;

/* A group against the reference group of its attribute (group minus reference, group over reference): AIF360's
 * definitions. */
typedef enum {
    CONTRAST_DISPARATE_IMPACT, /* selection rate over the reference's */
    CONTRAST_STATISTICAL_PARITY_DIFFERENCE,
    CONTRAST_EQUAL_OPPORTUNITY_DIFFERENCE, /* true positive rates */
    CONTRAST_AVERAGE_ODDS_DIFFERENCE,
    CONTRAST_AVERAGE_ABS_ODDS_DIFFERENCE,
    CONTRAST_PREDICTIVE_PARITY_DIFFERENCE, /* precision */
    CONTRAST_ERROR_RATE_DIFFERENCE,
    CONTRAST_FALSE_DISCOVERY_RATE_DIFFERENCE,
    GROUP_CONTRASTS
} group_contrast;
AIC_ENGINE_API const char *group_contrast_name(group_contrast c);

/* p values are two-sided; p_value_holm is adjusted over the comparisons of the list it stands in. */
typedef struct significance_test {
    double statistic; /* z; Fisher: the sample odds ratio */
    double p_value, p_value_holm;
} significance_test;

typedef struct comparison {
    double value[GROUP_CONTRASTS];
    confidence_interval interval[GROUP_CONTRASTS]; /* bootstrap percentile */
    significance_test two_proportion_z;            /* pooled */
    significance_test fisher_exact;
    double risk_ratio, odds_ratio; /* the same as impact and sample odds ratio, here with Wald log intervals */
    confidence_interval risk_ratio_interval, odds_ratio_interval;
    double cohens_h;
    double detectable_gap; /* smallest difference of rates that these two counts show with 80 % power at 5 % */
} comparison;

typedef struct group_result {
    text name; /* "(missing)" for rows without a value; "a & b" in an intersection */
    bool is_missing;
    bool is_small;    /* fewer rows than min_group_size */
    bool is_eligible; /* takes part in the verdict: neither small nor missing */
    bool is_reference;
    uint64_t count;
    uint64_t selected;       /* decided favorably */
    uint64_t tp, fp, tn, fn; /* with has_label only */
    double rate[GROUP_RATES];
    confidence_interval interval[GROUP_RATES];   /* Wilson */
    const calibration *calibration;              /* NULL without label and score */
    const comparison *against_reference;         /* NULL for the reference itself */
    double weight_favorable, weight_unfavorable; /* reweighing weight of rows by their label; NaN: no such rows */
    double expected_selection_rate; /* intersection: what the single attributes predict, Π s / s^(k-1); else NaN */
} group_result;

/* ---- one attribute */

/* Scalars of an attribute. Ranges and ratios are Fairlearn's, over all groups that have the rate; those against the
 * reference are the most extreme group's. ε, inequality and the rest as in the comment. */
typedef enum {
    MEASURE_DISPARATE_IMPACT,               /* lowest over the groups other than the reference */
    MEASURE_STATISTICAL_PARITY_DIFFERENCE,  /* the one farthest from 0, with its sign; so are the other contrasts */
    MEASURE_DEMOGRAPHIC_PARITY_DIFFERENCE,  /* max - min of selection rates */
    MEASURE_DEMOGRAPHIC_PARITY_RATIO,       /* min / max of selection rates */
    MEASURE_EQUALIZED_ODDS_DIFFERENCE,      /* larger of the ranges of true and false positive rates */
    MEASURE_EQUALIZED_ODDS_RATIO,           /* smaller of their min / max */
    MEASURE_EQUAL_OPPORTUNITY_DIFFERENCE,   /* range of true positive rates (Fairlearn; AIF360's is per group) */
    MEASURE_FALSE_POSITIVE_RATE_DIFFERENCE, /* range of false positive rates */
    MEASURE_AVERAGE_ODDS_DIFFERENCE,
    MEASURE_AVERAGE_ABS_ODDS_DIFFERENCE,
    MEASURE_PREDICTIVE_PARITY_DIFFERENCE,
    MEASURE_ERROR_RATE_DIFFERENCE,
    MEASURE_FALSE_DISCOVERY_RATE_DIFFERENCE,
    MEASURE_EPSILON,            /* differential fairness, both outcomes, Dirichlet 1: (k + 1) / (n + 2) */
    MEASURE_EPSILON_UNSMOOTHED, /* NaN when an outcome has probability 0 in a group */
    MEASURE_BIAS_AMPLIFICATION, /* ε of the decisions - ε of the labels, both smoothed */
    MEASURE_CRAMERS_V,
    MEASURE_THEIL_INDEX, /* of the benefit 1 + decision - label: 0 wrongly denied, 1 right, 2 wrongly granted */
    MEASURE_BETWEEN_GROUP_THEIL_INDEX,
    MEASURE_GENERALIZED_ENTROPY_INDEX, /* alpha 2 */
    MEASURE_BETWEEN_GROUP_GENERALIZED_ENTROPY_INDEX,
    MEASURE_COEFFICIENT_OF_VARIATION,     /* sqrt(2 * GE(2)) */
    MEASURE_ATKINSON_INDEX,               /* epsilon 0.5 */
    MEASURE_BETWEEN_GROUP_ATKINSON_INDEX, /* of the groups' means, epsilon 0.5 */
    MEASURE_GINI_INDEX,
    MEASURE_EXPECTED_CALIBRATION_ERROR_DIFFERENCE, /* range over groups */
    MEASURES
} fairness_measure;
AIC_ENGINE_API const char *fairness_measure_name(fairness_measure m);
AIC_ENGINE_API bool fairness_measure_parse(text t, fairness_measure *out); /* also "epsilon_smoothed" */

typedef struct measures {
    double value[MEASURES];
    /* Bootstrap percentile. An extreme against the reference has the interval of the group whose value it is. None for
     * unsmoothed ε, Cramér's V, inequality and calibration. */
    confidence_interval interval[MEASURES];
} measures;

typedef struct contingency_test {
    double statistic; /* χ² without continuity correction; G */
    uint64_t dof;
    double p_value;
} contingency_test;

/* Of group × outcome. */
typedef struct contingency {
    contingency_test chi_square, g_test;
    bool has_small_expected_count; /* one below 5: rely on Fisher's p value */
    double fisher_p_value;         /* 2 × 2: exact; larger: Monte Carlo, computed only when has_small_expected_count */
    double fisher_odds_ratio;      /* 2 × 2 only: second group against reference */
    uint32_t fisher_replicates;    /* of the Monte Carlo; 0: exact or not computed */
    double cramers_v;
    const char *strength; /* "negligible", "small", "medium", "large"; NULL when V is NaN */
} contingency;

typedef struct group_pair {
    size_t first, second; /* indices of groups; first is the larger rate's */
    double difference;    /* selection rate of first - of second */
    double ratio;         /* selection rate of second / of first: at most 1 */
    significance_test two_proportion_z;
    double cohens_h;
} group_pair;

/* A pair of groups and an outcome whose probabilities are farther apart than ε allows. */
typedef struct epsilon_violation {
    size_t first, second; /* indices of groups; first has the larger probability */
    bool favorable;       /* which outcome */
    double ratio;         /* smoothed probability of first / of second */
} epsilon_violation;

/* The verdict of one rule (domain: 3.1 to 3.8), over the eligible groups. */
typedef struct finding {
    const char *operation; /* "disparate_impact", "statistical_parity", "equalized_odds", ... */
    verdict verdict;
    double value;        /* the number judged; NaN when there is none */
    double pass, review; /* its bounds */
    const char *measure; /* what the number is: "demographic_parity_ratio" */
} finding;

enum { FINDINGS = 9 };

/* AIF360's two-group figures: all other groups together against the reference (their rate minus the reference's). */
typedef struct reference_vs_rest {
    double value[GROUP_CONTRASTS];
    double between_group_theil_index, between_group_generalized_entropy_index; /* of these two groups */
    double bias_amplification; /* Dirichlet 1/2, as AIF360's differential_fairness_bias_amplification */
} reference_vs_rest;

typedef struct inequality {
    double mean;       /* of the benefit */
    double entropy[3]; /* GE(0) mean log deviation, GE(1) Theil, GE(2) */
    double between[3]; /* the same with each benefit replaced by its group's mean */
    double atkinson_half, atkinson_one;
    double gini, coefficient_of_variation;
    double quintile_share[5]; /* lowest fifth first */
    double top_bottom_ratio;  /* top fifth's share over the bottom fifth's */
} inequality;

typedef struct attribute_report {
    text name;           /* "race"; "race & sex" */
    const text *columns; /* the columns it is made of */
    size_t column_count;
    const group_result *groups; /* by name (bytes); "(missing)" last */
    size_t group_count;
    size_t reference; /* index */
    size_t eligible_count;
    measures all;      /* over all groups: what "metrics" shows and gates judge */
    measures eligible; /* over the eligible groups: what verdicts judge */
    /* Fairlearn counts an undefined rate as 0; its three figures with that convention: differences from `all` only
     * where a group has no truly favorable or no truly unfavorable rows. */
    double fairlearn_equalized_odds_difference, fairlearn_equalized_odds_ratio, fairlearn_equal_opportunity_difference;
    contingency tests;          /* over all groups */
    contingency eligible_tests; /* over the eligible groups */
    const group_pair *pairs;    /* of groups with a selection rate; Holm over all of them */
    size_t pair_count;
    const epsilon_violation *epsilon_violations; /* farthest apart first */
    size_t epsilon_violation_count;
    const reference_vs_rest *reference_vs_rest; /* NULL when there is no other group */
    const inequality *inequality;               /* NULL without label */
    bool has_worst;                             /* rates of eligible groups differ */
    size_t worst, best;                         /* eligible groups with the lowest and the highest selection rate */
    uint64_t shortfall;    /* further favorable decisions that would bring the worst to impact_ratio_pass of the best */
    double detectable_gap; /* worst against best, as in comparison */
    finding findings[FINDINGS];
    size_t finding_count;
    verdict verdict;
    remark_list reasons; /* why the verdict is what it is */
    remark_list notes;   /* what else a reader must know, and why a value is null */
} attribute_report;

/* ---- gates: conditions of a pipeline, independent of verdicts
 *
 * "metric op number", or "attribute.metric op number"; op is >= > <= < == or !=. A metric without an attribute must
 * hold in every protected attribute (not the intersection; "intersectional.metric" names that), and the value shown is
 * the worst one. A metric that the data cannot give fails its gate and says why. */
typedef enum { GATE_AT_LEAST, GATE_MORE, GATE_AT_MOST, GATE_LESS, GATE_EQUAL, GATE_NOT_EQUAL } gate_operator;

typedef struct gate {
    text expression; /* as written */
    text attribute;  /* NO_TEXT: every attribute */
    fairness_measure measure;
    gate_operator op;
    double bound;
} gate;

typedef struct gate_result {
    gate gate;
    text attribute; /* whose value is shown */
    double value;
    bool passed;
    text reason; /* why it failed, a sentence; NO_TEXT when it passed */
} gate_result;

/* INVALID naming what was not understood: no operator, unknown metric (with the nearest), not a number. */
AIC_ENGINE_API error gate_parse(arena *a, text expression, gate *out);

/* ---- the whole */

typedef enum { DECIDED_BY_PREDICTION, DECIDED_BY_SCORE, DECIDED_BY_LABEL } decision_source;

typedef struct fairness_report {
    verdict verdict; /* worst attribute; an intersection worsens it when REVIEW or FAIL */
    remark_list reasons, notes, warnings;
    text headline;         /* one sentence for a person: verdict, worst group, its rate and interval against the best */
    uint64_t rows;         /* read */
    uint64_t dropped_rows; /* of these: without label or decision; the rest was analyzed */
    text favorable;        /* "0"; several joined by ", " */
    text label_favorable, label_unfavorable; /* values of the label, when it has one each; else "favorable", ... */
    bool has_label;                          /* there is a label and, apart from it, a decision: error rates exist */
    bool has_score;
    decision_source decided_by; /* without prediction and score the label itself is audited, as a decision */
    fairness_request request;   /* as used, defaults filled in */
    const attribute_report *attributes;
    size_t attribute_count;
    const attribute_report *intersectional; /* NULL when not asked for */
    const gate_result *gates;
    size_t gate_count;
    bool passed; /* every gate; true when there is none */
} fairness_report;

/* INVALID for: a label or decision that is not binary while `favorable` names no value of it, an unknown reference
 * group, a score outside [0, 1] together with a label, too many combinations. A table without usable rows is not an
 * error: its verdict is INSUFFICIENT_DATA. */
AIC_ENGINE_API error fairness_analyze(arena *a, const table *data, const fairness_request *request,
                                      fairness_report **out);
/* Evaluates the gates and stores the results in the report. INVALID for an attribute that the report lacks. */
AIC_ENGINE_API error fairness_report_gate(arena *a, fairness_report *report, const gate *gates, size_t count);

/* One JSON object, the shape of contract `aic analyze --json`: the caller may wrap it. */
AIC_ENGINE_API void fairness_report_json(json_writer *w, const fairness_report *report);
/* The members of that object without its braces, for a caller who adds members of its own (analysis_id, ...). */
AIC_ENGINE_API void fairness_report_json_members(json_writer *w, const fairness_report *report);
/* The object as one NUL-terminated text, for callers of libaic_engine.so. */
AIC_ENGINE_API const char *fairness_report_text(arena *a, const fairness_report *report);

/* ==================================================================== models and their explanations
 * Each room's header is its manual. */
#include "engine/explain/counterfactual.h"
#include "engine/explain/explain.h"
#include "engine/explain/global.h"
#include "engine/explain/reasons.h"
#include "engine/model/model.h"
#include "engine/trees/forest.h"

#endif
