/* What may be asked for: each refusal says what was expected, what was found, and which method would do. */
#include "engine/explain/methods.h"

enum {
    MOST_COALITIONS = 1 << 20,
    MOST_SAMPLES = 1000000,
    MOST_KERNEL_FEATURES = 1000 /* the normal matrix has the square of it */
};

static const char *const names[] = {
    [METHOD_TREE_PATH] = "tree-path",     [METHOD_TREE_INTERVENTIONAL] = "tree-interventional",
    [METHOD_LINEAR] = "linear",           [METHOD_KERNEL] = "kernel",
    [METHOD_PERMUTATION] = "permutation", [METHOD_LIME] = "lime"
};
enum { METHODS = sizeof names / sizeof *names };

const char *explain_method_name(explain_method m)
{
    return names[m];
}

bool explain_method_parse(text t, explain_method *out)
{
    for (int m = 0; m < METHODS; m++) {
        if (!text_equal_string(t, names[m])) continue;
        *out = (explain_method)m;
        return true;
    }
    return false;
}

static const char *kind_of(const predictor *p)
{
    if (!p->model) return "a black box";
    return p->model->kind == MODEL_TREES ? "a model of trees" : "a linear model";
}

/* The exact method for this kind of predictor, and what to take when there is none. */
static const char *fitting_methods(const predictor *p)
{
    if (p->forest) return "tree-path, tree-interventional, kernel, permutation or lime";
    if (p->model && p->model->kind == MODEL_LINEAR) return "linear, kernel, permutation or lime";
    return "kernel, permutation or lime";
}

static error check_kind(arena *a, const predictor *p, explain_method method)
{
    bool trees = method == METHOD_TREE_PATH || method == METHOD_TREE_INTERVENTIONAL;
    if (trees ? p->forest != NULL : method != METHOD_LINEAR || (p->model && p->model->kind == MODEL_LINEAR)) return OK;
    return fail(a, INVALID, "/method", "The method %s explains %s, and this is %s. For it, take %s.", names[method],
                trees ? "trees" : "linear models", kind_of(p), fitting_methods(p));
}

/* Probabilities are not a sum over trees or features, unless the link changes nothing. */
static error check_output(arena *a, const predictor *p, const explain_options *options)
{
    explain_method method = options->method;
    if (options->output != OUTPUT_PROBABILITY || (method != METHOD_TREE_PATH && method != METHOD_LINEAR)) return OK;
    if (p->model->link == LINK_IDENTITY) return OK;
    if (method == METHOD_LINEAR)
        return fail(
            a, INVALID, "/output",
            "The method linear explains the margin of a linear model, not its probability: a probability is no sum "
            "over features. Take kernel for probabilities, or the output margin.");
    return fail(
        a, INVALID, "/output",
        "The method tree-path explains margins, not probabilities. Take tree-interventional (it needs a background) "
        "for probabilities, or the output margin.");
}

static error check_background(arena *a, const predictor *p, const explain_options *options)
{
    const matrix *background = &options->background;
    if (background->rows > 0 && background->columns != p->feature_count)
        return fail(a, INVALID, "/background", "The background has %zu features, the model has %zu.",
                    background->columns, p->feature_count);
    if (background->rows > 0 || options->method == METHOD_TREE_PATH || options->method == METHOD_LINEAR) return OK;
    return fail(a, INVALID, "/background", "The method %s compares with a background of rows, and none is given. %s",
                names[options->method],
                p->forest ? "Give some (100 rows are a good start), or take tree-path, which needs none."
                          : "Give some rows that stand for the people the model decides about; 100 are a good start.");
}

static error check_class(arena *a, const predictor *p, const explain_options *options)
{
    if (options->class_index < 0 || (uint64_t)options->class_index < p->output_count) return OK;
    return fail(a, INVALID, "/class", "The model has %zu output%s, counted from 0; there is no output %lld.",
                p->output_count, p->output_count == 1 ? "" : "s", (long long)options->class_index);
}

static error check_coalitions(arena *a, const predictor *p, const explain_options *options)
{
    if (options->method != METHOD_KERNEL && options->method != METHOD_PERMUTATION) return OK;
    if (p->feature_count > MOST_KERNEL_FEATURES)
        return fail(a, INVALID, "/method", "The method %s takes at most %d features; the model has %zu.",
                    names[options->method], MOST_KERNEL_FEATURES, p->feature_count);
    if (options->tolerance < 0 || !isfinite(options->tolerance))
        return fail(a, INVALID, "/tolerance", "The tolerance is a number from 0; it is %g.", options->tolerance);
    size_t all = p->feature_count < 20 ? ((size_t)1 << p->feature_count) - 2 : MOST_COALITIONS;
    size_t least = 2 * p->feature_count < all ? 2 * p->feature_count : all;
    if (options->coalitions && (options->coalitions < least || options->coalitions > MOST_COALITIONS))
        return fail(a, INVALID, "/coalitions",
                    "Between %zu coalitions (twice the number of features) and %d are possible; %zu were asked for.",
                    least, MOST_COALITIONS, options->coalitions);
    return OK;
}

static error check_lime(arena *a, const explain_options *options)
{
    if (options->method != METHOD_LIME) return OK;
    if (options->samples && (options->samples < 50 || options->samples > MOST_SAMPLES))
        return fail(a, INVALID, "/samples", "The method lime takes 50 to %d samples; %zu were asked for.", MOST_SAMPLES,
                    options->samples);
    return OK;
}

static error refuse_missing(arena *a, const predictor *p, const matrix *rows, const char *pointer, const char *what)
{
    if (p->model && p->model->missing_at_center) return OK;
    for (size_t i = 0; i < rows->rows * rows->columns; i++) {
        if (!isnan(rows->values[i])) continue;
        text name = predictor_feature_names(a, p)[i % rows->columns];
        return fail(a, INVALID, pointer, "A linear model needs every value; %s %zu has none for the feature \"%.*s\".",
                    what, i / rows->columns + 1, PRINT(name));
    }
    return OK;
}

static error check_linear(arena *a, const predictor *p, const matrix *rows, const explain_options *options)
{
    if (!p->model || p->model->kind != MODEL_LINEAR) return OK;
    TRY(refuse_missing(a, p, rows, "/rows", "row"));
    return refuse_missing(a, p, &options->background, "/background", "background row");
}

error explain_check(arena *a, const predictor *p, const matrix *rows, const explain_options *options)
{
    if ((size_t)options->method >= METHODS)
        return fail(a, INVALID, "/method", "There is no method with the number %d.", (int)options->method);
    if (p->feature_count == 0 || p->output_count == 0)
        return fail(a, INVALID, "/model", "A model without features or outputs cannot be explained.");
    if (rows->rows == 0) return fail(a, INVALID, "/rows", "There are no rows to explain.");
    if (rows->columns != p->feature_count)
        return fail(a, INVALID, "/rows", "The rows have %zu features, the model has %zu.", rows->columns,
                    p->feature_count);
    if (options->threads < 1)
        return fail(a, INVALID, "/threads", "At least one thread; %d asked for.", options->threads);
    TRY(check_kind(a, p, options->method));
    TRY(check_output(a, p, options));
    TRY(check_background(a, p, options));
    TRY(check_class(a, p, options));
    TRY(check_linear(a, p, rows, options));
    if (options->interactions && options->method != METHOD_TREE_PATH)
        return fail(a, INVALID, "/interactions", "Interactions are computed by the method tree-path only%s.",
                    p->forest ? "" : ", which explains trees");
    TRY(check_coalitions(a, p, options));
    return check_lime(a, options);
}
