#include "engine/explain/reasons.h"

#include "engine/explain/counterfactual.h" /* feature_value_text */
#include "engine/explain/sentences.h"

enum { STANDARD_REASONS = 5, MOST_REASONS = 50 };

reasons_options reasons_options_standard(void)
{
    return (reasons_options){ .higher_is_favorable = true, .side = REASONS_AGAINST, .most = STANDARD_REASONS };
}

/* "hours_per_week" as "hours per week" */
static text readable(arena *a, text name)
{
    char *words = arena_string(a, name.data ? name.data : "", name.length);
    for (size_t i = 0; i < name.length; i++)
        if (words[i] == '_') words[i] = ' ';
    return (text){ words, name.length };
}

static bool is_category(const predictor *p, size_t feature)
{
    if (p && p->features) return p->features[feature].is_category;
    return p && p->model && p->model->features[feature].is_category;
}

static const char *code_of(const reasons_options *o, const predictor *p, size_t feature, double value, bool against)
{
    if (isnan(value)) return against ? "REASON_MISSING_AGAINST" : "REASON_MISSING_FOR";
    double usual = o->usual ? o->usual[feature] : NAN;
    if (is_category(p, feature) || isnan(usual) || value == usual) return against ? "REASON_AGAINST" : "REASON_FOR";
    if (value > usual) return against ? "REASON_HIGH_AGAINST" : "REASON_HIGH_FOR";
    return against ? "REASON_LOW_AGAINST" : "REASON_LOW_FOR";
}

typedef struct source {
    arena *arena;
    const explanation *explanation;
    const predictor *predictor; /* NULL: categories are written as numbers */
    const double *values, *shap;
    const reasons_options *options;
    double total; /* Σ |φ| */
} source;

static text value_text(const source *s, size_t feature, double value)
{
    static const predictor nobody = { 0 };
    return feature_value_text(s->arena, s->predictor ? s->predictor : &nobody, feature, value);
}

static double contribution_of(const source *s, size_t feature)
{
    return s->shap[feature * s->explanation->outputs + s->options->output];
}

static decision_reason reason_of(const source *s, size_t feature)
{
    const reasons_options *o = s->options;
    double contribution = contribution_of(s, feature), value = s->values[feature];
    decision_reason r = { .feature = feature, .contribution = contribution, .share = fabs(contribution) / s->total };
    r.is_against = (contribution < 0) == o->higher_is_favorable;
    for (size_t i = 0; i < o->protected_count; i++) r.is_protected |= o->protected_features[i] == feature;
    r.label = o->labels ? o->labels[feature] : readable(s->arena, s->explanation->feature_names[feature]);
    r.value = value_text(s, feature, value);
    r.code = code_of(o, s->predictor, feature, value, r.is_against);
    place places[] = { { "feature", r.label },
                       { "value", r.value },
                       { "usual", o->usual ? value_text(s, feature, o->usual[feature]) : NO_TEXT } };
    r.sentence = sentence_fill(s->arena, o->language, r.code, places, sizeof places / sizeof *places);
    return r;
}

static bool is_wanted(const source *s, size_t feature)
{
    double contribution = contribution_of(s, feature);
    if (contribution == 0) return false;
    if (s->options->side == REASONS_BOTH) return true;
    bool against = (contribution < 0) == s->options->higher_is_favorable;
    return against == (s->options->side == REASONS_AGAINST);
}

static error check_reasons(arena *a, const explanation *e, const matrix *rows, size_t row, const reasons_options *o)
{
    if (e->method == METHOD_LIME)
        return fail(
            a, INVALID, "/method",
            "Reasons are told from contributions, which add up to the outcome; LIME's coefficients do not. Take "
            "another method.");
    if (rows->rows != e->rows || rows->columns != e->features || row >= e->rows)
        return fail(a, INVALID, "/rows",
                    "The explanation is of %zu rows of %zu features; row %zu of %zu by %zu was asked for.", e->rows,
                    e->features, row + 1, rows->rows, rows->columns);
    if (o->output >= e->outputs)
        return fail(a, INVALID, "/class", "The explanation has %zu outputs, counted from 0; there is no output %zu.",
                    e->outputs, o->output);
    if (o->most < 1 || o->most > MOST_REASONS)
        return fail(a, INVALID, "/most", "Between 1 and %d reasons; %zu were asked for.", MOST_REASONS, o->most);
    return OK;
}

error reasons_of(arena *a, const explanation *e, const predictor *p, const matrix *rows, size_t row,
                 const reasons_options *options, reason_list *out)
{
    TRY(check_reasons(a, e, rows, row, options));
    source s = { .arena = a,
                 .explanation = e,
                 .predictor = p,
                 .options = options,
                 .values = matrix_row(rows, row),
                 .shap = e->values + row * e->features * e->outputs };
    for (size_t f = 0; f < e->features; f++) s.total += fabs(contribution_of(&s, f));
    decision_reason *items = ARENA_ARRAY(a, options->most, decision_reason);
    bool *told = ARENA_ARRAY(a, e->features, bool);
    *out = (reason_list){ .items = items };
    while (out->count < options->most) { /* the largest that is left; of equal ones the first feature */
        size_t best = e->features;
        for (size_t f = 0; f < e->features; f++)
            if (!told[f] && is_wanted(&s, f) &&
                (best == e->features || fabs(contribution_of(&s, f)) > fabs(contribution_of(&s, best))))
                best = f;
        if (best == e->features) return OK;
        told[best] = true;
        items[out->count] = reason_of(&s, best);
        out->has_protected |= items[out->count++].is_protected;
    }
    return OK;
}

void reasons_json(json_writer *w, const reason_list *reasons)
{
    json_open(w, '[');
    for (size_t i = 0; i < reasons->count; i++) {
        const decision_reason *r = &reasons->items[i];
        json_open(w, '{');
        json_key(w, "code");
        json_write_string(w, r->code);
        json_key(w, "feature");
        json_write_text(w, r->label);
        json_key(w, "value");
        json_write_text(w, r->value);
        json_key(w, "contribution");
        json_write_number(w, r->contribution);
        json_key(w, "share");
        json_write_number(w, r->share);
        json_key(w, "direction");
        json_write_string(w, r->is_against ? "against" : "for");
        json_key(w, "protected");
        json_write_bool(w, r->is_protected);
        json_key(w, "sentence");
        json_write_text(w, r->sentence);
        json_close(w, '}');
    }
    json_close(w, ']');
}
