#include "engine/fairness/outcomes.h"

#include "engine/table/suggest.h"

#include <math.h>
#include <stdlib.h>

enum { UNFAVORABLE, FAVORABLE, NO_VALUE };

/* One label or prediction column with the meaning of each of its codes. */
typedef struct outcome_column {
    const table_column *column; /* NULL: not given */
    const char *pointer;
    uint8_t *meaning; /* by code: UNFAVORABLE, FAVORABLE; NO_VALUE for code 0 */
    size_t favorable_values;
    bool is_zero_one; /* every value is 0, 1, true or false */
} outcome_column;

/* 1 for "1", "1.0", "true", "True"; 0 for their opposites; -1 for anything else. */
static int truth_of(arena *a, text value)
{
    text lower = text_lower_ascii(a, value);
    if (text_equal_string(lower, "true")) return 1;
    if (text_equal_string(lower, "false")) return 0;
    double number;
    if (!text_number(value, &number)) return -1;
    return number == 1 ? 1 : number == 0 ? 0 : -1;
}

/* Is a value of the data the value that the caller means? 1, 1.0 and true are one value, however they are written. */
static bool same_value(arena *a, text value, text meant)
{
    if (text_equal(value, meant)) return true;
    int truth = truth_of(a, meant);
    if (truth >= 0) return truth_of(a, value) == truth;
    double x, y;
    return text_number(value, &x) && text_number(meant, &y) && x == y;
}

static bool is_favorable(arena *a, const fairness_request *request, text value)
{
    if (request->favorable_count == 0) return truth_of(a, value) == 1;
    for (size_t i = 0; i < request->favorable_count; i++)
        if (same_value(a, value, request->favorable[i])) return true;
    return false;
}

static outcome_column read_column(arena *a, const table *data, text name, const char *pointer,
                                  const fairness_request *request)
{
    outcome_column c = { .pointer = pointer, .is_zero_one = true };
    if (!text_is(name)) return c;
    c.column = table_column_named(data, name);
    if (!c.column) return c;
    c.meaning = ARENA_ARRAY(a, c.column->value_count + 1, uint8_t);
    c.meaning[0] = NO_VALUE;
    for (size_t i = 0; i < c.column->value_count; i++) {
        text value = c.column->values[i];
        c.is_zero_one = c.is_zero_one && truth_of(a, value) >= 0;
        c.meaning[i + 1] = is_favorable(a, request, value) ? FAVORABLE : UNFAVORABLE;
        c.favorable_values += c.meaning[i + 1] == FAVORABLE;
    }
    return c;
}

/* ------------------------------------------------------------------ what cannot be understood */

static int by_bytes(const void *left, const void *right)
{
    return text_compare(*(const text *)left, *(const text *)right);
}

/* Sorted, so that the order of the rows does not change what is said. */
static text listing_of(arena *a, const table_column *c)
{
    text *sorted = arena_copy(a, c->values, c->value_count * sizeof(text));
    if (c->value_count > 1) qsort(sorted, c->value_count, sizeof *sorted, by_bytes);
    return suggest_listing(a, sorted, c->value_count, 5);
}

static error not_two_valued(arena *a, const outcome_column *c)
{
    text listed = listing_of(a, c->column);
    return fail(a, INVALID, c->pointer,
                "Column \"%.*s\" must hold 0 and 1 but holds %zu %s: %.*s. Say with \"favorable\" which of them is "
                "good for the person.",
                PRINT(c->column->name), c->column->value_count, c->column->value_count == 1 ? "value" : "values",
                PRINT(listed));
}

static error favorable_absent(arena *a, const outcome_column *c, const fairness_request *request)
{
    text meant = suggest_listing(a, request->favorable, request->favorable_count, 5);
    text listed = listing_of(a, c->column);
    return fail(a, INVALID, "/favorable",
                "The favorable value %.*s does not occur in column \"%.*s\", which holds %.*s.", PRINT(meant),
                PRINT(c->column->name), PRINT(listed));
}

/* Do all values of c occur in the other column, and does that one know the favorable one? Then c is merely constant. */
static bool explained_by(const outcome_column *c, const outcome_column *other)
{
    if (!other->column || other->favorable_values == 0) return false;
    for (size_t i = 0; i < c->column->value_count; i++) {
        bool found = false;
        for (size_t j = 0; j < other->column->value_count && !found; j++)
            found = text_equal(c->column->values[i], other->column->values[j]);
        if (!found) return false;
    }
    return true;
}

static bool zero_one_is_meant(arena *a, const fairness_request *request)
{
    for (size_t i = 0; i < request->favorable_count; i++)
        if (truth_of(a, request->favorable[i]) < 0) return false;
    return true;
}

static error check_column(arena *a, const outcome_column *c, const outcome_column *other,
                          const fairness_request *request, remark_builder *warnings)
{
    if (!c->column || c->column->value_count == 0) return OK;
    if (c->is_zero_one && zero_one_is_meant(a, request)) return OK;
    if (request->favorable_count == 0) return not_two_valued(a, c);
    if (c->favorable_values == 0 && !explained_by(c, other)) return favorable_absent(a, c, request);
    if (c->column->value_count > 2) {
        text listed = listing_of(a, c->column);
        remark_say(warnings, "MORE_THAN_TWO_OUTCOMES", c->column->name,
                   "Column \"%.*s\" holds %zu values (%.*s); all that are not named as favorable count as unfavorable.",
                   PRINT(c->column->name), c->column->value_count, PRINT(listed));
    }
    return OK;
}

/* ------------------------------------------------------------------ rows */

/* With a label, a score is a probability: it is set against what really happened. */
static error check_scores(arena *a, const table *data, const table_column *score)
{
    for (size_t i = 0; i < data->rows; i++) {
        double p = score->numbers[i];
        if (isnan(p) || (p >= 0 && p <= 1)) continue;
        char digits[32];
        digits[json_number_format(p, digits)] = 0;
        return fail(a, INVALID, "/score",
                    "Row %zu, column \"%.*s\": the score %s is outside 0 to 1. Scores that are compared with a label "
                    "must be probabilities; divide by the highest score there can be, or give a prediction column "
                    "instead.",
                    i + 1, PRINT(score->name), digits);
    }
    return OK;
}

static uint8_t meaning_at(const outcome_column *c, size_t row)
{
    return c->meaning[table_code(c->column, row)];
}

static uint8_t decision_at(double score, double threshold, bool class_one_is_favorable)
{
    if (isnan(score)) return NO_VALUE;
    return (score >= threshold) == class_one_is_favorable ? FAVORABLE : UNFAVORABLE;
}

static void decode_rows(outcomes *out, const outcome_column *label, const outcome_column *prediction,
                        const table_column *score, double threshold)
{
    for (size_t i = 0; i < out->rows; i++) {
        uint8_t truth = label->column ? meaning_at(label, i) : UNFAVORABLE;
        uint8_t decision = truth;
        if (out->decided_by == DECIDED_BY_PREDICTION)
            decision = meaning_at(prediction, i);
        else if (out->decided_by == DECIDED_BY_SCORE)
            decision = decision_at(score->numbers[i], threshold, out->class_one_is_favorable);
        if (truth == NO_VALUE || decision == NO_VALUE) {
            out->of_row[i] = OUTCOME_DROPPED;
            out->dropped++;
        } else {
            out->of_row[i] = (uint8_t)((out->has_truth ? truth * 2 : 0) + decision);
        }
    }
}

/* ------------------------------------------------------------------ names */

/* The one value with this meaning, or a word for several. */
static text value_meaning(const outcome_column *c, uint8_t meaning, text otherwise)
{
    text found = NO_TEXT;
    for (size_t i = 0; c->column && i < c->column->value_count; i++) {
        if (c->meaning[i + 1] != meaning) continue;
        if (text_is(found)) return otherwise;
        found = c->column->values[i];
    }
    return text_is(found) ? found : otherwise;
}

static text favorable_text(arena *a, const fairness_request *request, const outcome_column *decision)
{
    if (request->favorable_count == 0) {
        text value = value_meaning(decision, FAVORABLE, TEXT("1"));
        return text_equal_string(text_lower_ascii(a, value), "true") ? value : TEXT("1");
    }
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < request->favorable_count; i++) {
        if (i) text_add_string(&b, ", ");
        text_add(&b, request->favorable[i]);
    }
    return text_built(&b);
}

/* Class 1, for which a high score speaks, is the favorable class, unless what is favorable is a 0. */
static bool favors_class_one(arena *a, const fairness_request *request)
{
    for (size_t i = 0; i < request->favorable_count; i++)
        if (truth_of(a, request->favorable[i]) != 0) return true;
    return request->favorable_count == 0;
}

error outcomes_decode(arena *a, arena *rows, const table *data, const fairness_request *request,
                      remark_builder *warnings, outcomes *out)
{
    outcome_column label = read_column(a, data, request->label, "/label", request);
    outcome_column prediction = read_column(a, data, request->prediction, "/prediction", request);
    const table_column *score = text_is(request->score) ? table_column_named(data, request->score) : NULL;
    if (!label.column && !prediction.column && !score)
        return fail(a, INVALID, "", "The table holds none of the columns that the request names.");
    TRY(check_column(a, &label, &prediction, request, warnings));
    TRY(check_column(a, &prediction, &label, request, warnings));
    if (label.column && score) TRY(check_scores(a, data, score));
    *out = (outcomes){ .rows = data->rows, .of_row = ARENA_ARRAY(rows, data->rows, uint8_t) };
    out->decided_by = prediction.column ? DECIDED_BY_PREDICTION : score ? DECIDED_BY_SCORE : DECIDED_BY_LABEL;
    out->has_truth = label.column && out->decided_by != DECIDED_BY_LABEL;
    out->class_one_is_favorable = favors_class_one(a, request);
    out->favorable = favorable_text(a, request, prediction.column ? &prediction : &label);
    out->label_favorable = value_meaning(&label, FAVORABLE, TEXT("favorable"));
    out->label_unfavorable = value_meaning(&label, UNFAVORABLE, TEXT("unfavorable"));
    decode_rows(out, &label, &prediction, score, request->threshold);
    return OK;
}
