#include "engine/aic_engine.h"
#include "engine/table/suggest.h"

#include <math.h>

/* Two-character operators first, since "<" begins "<=". */
static const struct {
    const char *sign;
    gate_operator op;
} operators[] = {
    { ">=", GATE_AT_LEAST },  { "<=", GATE_AT_MOST }, { "==", GATE_EQUAL },
    { "!=", GATE_NOT_EQUAL }, { ">", GATE_MORE },     { "<", GATE_LESS },
};

enum { OPERATORS = sizeof operators / sizeof *operators };

static const char *sign_of(gate_operator op)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if (operators[i].op == op) return operators[i].sign;
    return "?";
}

/* ------------------------------------------------------------------ reading */

/* The last operator in the text, since the name of a group may hold one ("<=30 & Male"), a number may not. */
static bool find_operator(text expression, size_t *at, size_t *length, gate_operator *op)
{
    for (size_t from = expression.length; from-- > 0;) {
        text rest = { expression.data + from, expression.length - from };
        for (size_t i = 0; i < OPERATORS; i++) {
            if (!text_starts(rest, operators[i].sign)) continue;
            *at = from;
            *length = strlen(operators[i].sign);
            *op = operators[i].op;
            return true;
        }
    }
    return false;
}

static error unknown_measure(arena *a, text expression, text name)
{
    text names[MEASURES];
    for (int m = 0; m < MEASURES; m++) names[m] = text_of(fairness_measure_name((fairness_measure)m));
    text hint = suggest_or_list(a, name, names, MEASURES);
    return fail(a, INVALID, "/gates", "Gate \"%.*s\": there is no measure \"%.*s\". %.*s", PRINT(expression),
                PRINT(name), PRINT(hint));
}

error gate_parse(arena *a, text expression, gate *out)
{
    size_t at, length;
    gate made = { .expression = text_copy(a, text_trim(expression)) };
    text e = made.expression;
    if (!find_operator(e, &at, &length, &made.op))
        return fail(a, INVALID, "/gates",
                    "Gate \"%.*s\" has no comparison; write for example disparate_impact>=0.8 or "
                    "race.epsilon<=0.25 (>=, >, <=, <, ==, !=).",
                    PRINT(e));
    text left = text_trim((text){ e.data, at });
    text right = text_trim((text){ e.data + at + length, e.length - at - length });
    if (!text_number(right, &made.bound))
        return fail(a, INVALID, "/gates", "Gate \"%.*s\": expected a number after %s, found \"%.*s\".", PRINT(e),
                    sign_of(made.op), PRINT(right));
    size_t dot = left.length;
    while (dot > 0 && left.data[dot - 1] != '.') dot--;
    text name = text_trim((text){ left.data + dot, left.length - dot });
    if (dot > 0) made.attribute = text_trim((text){ left.data, dot - 1 });
    if (!fairness_measure_parse(name, &made.measure)) return unknown_measure(a, e, name);
    *out = made;
    return OK;
}

/* ------------------------------------------------------------------ judging */

static bool holds(gate_operator op, double value, double bound)
{
    switch (op) {
    case GATE_AT_LEAST:
        return value >= bound;
    case GATE_MORE:
        return value > bound;
    case GATE_AT_MOST:
        return value <= bound;
    case GATE_LESS:
        return value < bound;
    case GATE_EQUAL:
        return value == bound;
    case GATE_NOT_EQUAL:
        return value != bound;
    }
    return false;
}

/* Is value farther on the wrong side than the one so far? A value that cannot be given is the worst of all. */
static bool is_worse(gate_operator op, double value, double so_far, double bound)
{
    if (isnan(so_far)) return false;
    if (isnan(value)) return true;
    switch (op) {
    case GATE_AT_LEAST:
    case GATE_MORE:
        return value < so_far;
    case GATE_AT_MOST:
    case GATE_LESS:
        return value > so_far;
    case GATE_EQUAL:
        return fabs(value - bound) > fabs(so_far - bound);
    case GATE_NOT_EQUAL:
        return fabs(value - bound) < fabs(so_far - bound);
    }
    return false;
}

static const attribute_report *attribute_named(const fairness_report *report, text name)
{
    for (size_t i = 0; i < report->attribute_count; i++)
        if (text_equal(report->attributes[i].name, name)) return &report->attributes[i];
    const attribute_report *crossed = report->intersectional;
    bool is_crossed = crossed && (text_equal(crossed->name, name) || text_equal_string(name, "intersectional"));
    return is_crossed ? crossed : NULL;
}

static error find_attribute(arena *a, const fairness_report *report, const gate *g, const attribute_report **out)
{
    *out = attribute_named(report, g->attribute);
    if (*out) return OK;
    size_t count = report->attribute_count;
    text *names = ARENA_ARRAY(a, count + 1, text);
    for (size_t i = 0; i < count; i++) names[i] = report->attributes[i].name;
    if (report->intersectional) names[count++] = TEXT("intersectional");
    text hint = suggest_or_list(a, g->attribute, names, count);
    return fail(a, INVALID, "/gates", "Gate \"%.*s\": \"%.*s\" is not among the protected columns. %.*s",
                PRINT(g->expression), PRINT(g->attribute), PRINT(hint));
}

static text reason_of(arena *a, const gate_result *r)
{
    const char *name = fairness_measure_name(r->gate.measure);
    if (isnan(r->value))
        return text_format(a, "%s of %.*s cannot be given by these data (see notes).", name, PRINT(r->attribute));
    char value[32], bound[32];
    value[json_number_format(r->value, value)] = 0;
    bound[json_number_format(r->gate.bound, bound)] = 0;
    return text_format(a, "%s of %.*s is %s, not %s %s.", name, PRINT(r->attribute), value, sign_of(r->gate.op), bound);
}

static error judge(arena *a, const fairness_report *report, const gate *g, gate_result *out)
{
    const attribute_report *shown = &report->attributes[0];
    if (text_is(g->attribute)) {
        TRY(find_attribute(a, report, g, &shown));
    } else {
        for (size_t i = 1; i < report->attribute_count; i++)
            if (is_worse(g->op, report->attributes[i].all.value[g->measure], shown->all.value[g->measure], g->bound))
                shown = &report->attributes[i];
    }
    *out = (gate_result){ .gate = *g, .attribute = shown->name, .value = shown->all.value[g->measure] };
    out->passed = !isnan(out->value) && holds(g->op, out->value, g->bound);
    if (!out->passed) out->reason = reason_of(a, out);
    return OK;
}

error fairness_report_gate(arena *a, fairness_report *report, const gate *gates, size_t count)
{
    gate_result *results = ARENA_ARRAY(a, count, gate_result);
    bool passed = true;
    for (size_t i = 0; i < count; i++) {
        TRY(judge(a, report, &gates[i], &results[i]));
        passed = passed && results[i].passed;
    }
    report->gates = results;
    report->gate_count = count;
    report->passed = passed;
    return OK;
}
