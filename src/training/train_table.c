#include "training/training_parts.h"

#include "engine/table/dictionary.h"
#include "engine/table/suggest.h"

#include <stdlib.h>

static const double LARGEST_NUMBER = 1e30; /* its square is a double, and trees take float32 */

/* What a column is for; one can be more than one of these. */
typedef struct column {
    text name;
    bool is_feature, is_label, is_weight, is_protected;
    bool is_known, is_text; /* known: a first value has been seen, in first_row */
    size_t first_row;
    text first_value;
    dictionary words;
    double *values; /* the number; of a text its code in words - 1; NaN: missing */
} column;

struct train_table {
    arena *arena;
    const train_options *options;
    column *columns;
    size_t column_count, rows, capacity;
    bool has_header;
};

train_table *train_table_new(arena *a, const train_options *options)
{
    train_table *t = ARENA_NEW(a, train_table);
    *t = (train_table){ .arena = a, .options = options };
    return t;
}

/* ------------------------------------------------------------------ header */

static bool is_among(text name, const text *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(name, names[i])) return true;
    return false;
}

static error want_column(const train_table *t, text wanted, const char *role, const text *names, size_t count)
{
    if (!text_is(wanted) || is_among(wanted, names, count)) return OK;
    return fail(t->arena, INVALID, "/columns", "The data has no column \"%.*s\" (%s). %.*s", PRINT(wanted), role,
                PRINT(suggest_or_list(t->arena, wanted, names, count)));
}

static error check_names(const train_table *t, const text *names, size_t count)
{
    const train_options *o = t->options;
    TRY(want_column(t, o->label, "the label", names, count));
    TRY(want_column(t, o->weight_column, "the weights", names, count));
    TRY(want_column(t, o->reweigh, "to reweigh by", names, count));
    for (size_t i = 0; i < o->ignore_count; i++) TRY(want_column(t, o->ignore[i], "to ignore", names, count));
    for (size_t i = 0; i < o->protected_count; i++)
        TRY(want_column(t, o->protected_columns[i], "protected", names, count));
    for (size_t i = 1; i < count; i++)
        if (is_among(names[i], names, i))
            return fail(t->arena, INVALID, "/columns", "The column \"%.*s\" is there twice.", PRINT(names[i]));
    return OK;
}

static error take_header(void *context, const text *names, size_t count)
{
    train_table *t = context;
    const train_options *o = t->options;
    TRY(check_names(t, names, count));
    t->columns = ARENA_ARRAY(t->arena, count, column);
    t->column_count = count;
    t->has_header = true;
    for (size_t i = 0; i < count; i++) {
        column *c = &t->columns[i];
        c->name = text_copy(t->arena, names[i]);
        c->is_label = text_equal(c->name, o->label);
        c->is_weight = text_is(o->weight_column) && text_equal(c->name, o->weight_column);
        c->is_protected = is_among(c->name, o->protected_columns, o->protected_count) ||
                          (text_is(o->reweigh) && text_equal(c->name, o->reweigh));
        c->is_feature = !c->is_label && !c->is_weight && !is_among(c->name, o->ignore, o->ignore_count);
        dictionary_start(&c->words, t->arena);
    }
    return OK;
}

/* ------------------------------------------------------------------ rows */

/* Texts that are numbers, as all cells of CSV are texts. */
static bool number_of(const cell *c, double *out)
{
    if (c->kind == CELL_NUMBER) return *out = c->number, true;
    if (c->kind == CELL_BOOL) return *out = c->boolean, true;
    return text_number(text_trim(c->text), out);
}

static error refuse_mixture(const train_table *t, const column *c, text found)
{
    text short_found = suggest_short(found, 40), first = suggest_short(c->first_value, 40);
    return fail(
        t->arena, INVALID, "/data",
        "row %zu, column \"%.*s\": expected a %s, as \"%.*s\" in row %zu, found \"%.*s\". Leave what is not known "
        "empty; if it is a category, write every value of it as a word.",
        t->rows + 1, PRINT(c->name), c->is_text ? "word" : "number", PRINT(first), c->first_row, PRINT(short_found));
}

static error take_cell(train_table *t, column *c, const cell *given)
{
    double number = NAN;
    if (given->kind == CELL_MISSING) return c->values[t->rows] = NAN, OK;
    bool is_number = number_of(given, &number);
    char digits[32];
    text shown = given->kind == CELL_TEXT     ? given->text
                 : given->kind == CELL_NUMBER ? (text){ digits, json_number_format(number, digits) }
                 : given->boolean             ? TEXT("true")
                                              : TEXT("false");
    if (!c->is_known) {
        c->is_known = true;
        c->is_text = !is_number;
        c->first_row = t->rows + 1;
        c->first_value = text_copy(t->arena, shown);
    }
    if (is_number == c->is_text) return refuse_mixture(t, c, shown);
    if (is_number && fabs(number) > LARGEST_NUMBER)
        return fail(t->arena, INVALID, "/data",
                    "row %zu, column \"%.*s\": expected a number of at most %g in size, found %.*s.", t->rows + 1,
                    PRINT(c->name), LARGEST_NUMBER, PRINT(shown));
    if (c->is_text) number = dictionary_code(&c->words, given) - 1.0;
    if (c->is_text && c->is_feature && c->words.count > TRAIN_MOST_CATEGORIES)
        return fail(
            t->arena, INVALID, "/data",
            "row %zu, column \"%.*s\": more than %d different texts. If it names people or cases, ignore it; else "
            "gather its values into fewer.",
            t->rows + 1, PRINT(c->name), TRAIN_MOST_CATEGORIES);
    c->values[t->rows] = number;
    return OK;
}

static bool is_kept(const column *c)
{
    return c->is_feature || c->is_label || c->is_weight || c->is_protected;
}

static error take_row(void *context, const cell *cells, size_t count)
{
    train_table *t = context;
    if (t->rows == t->capacity) {
        size_t more = t->capacity ? 2 * t->capacity : 256;
        for (size_t i = 0; i < t->column_count; i++)
            if (is_kept(&t->columns[i]))
                t->columns[i].values = arena_grow(t->arena, t->columns[i].values, t->rows, more, sizeof(double));
        t->capacity = more;
    }
    for (size_t i = 0; i < t->column_count && i < count; i++)
        if (is_kept(&t->columns[i])) TRY(take_cell(t, &t->columns[i], &cells[i]));
    t->rows++;
    return OK;
}

row_sink train_table_sink(train_table *t)
{
    return (row_sink){ .context = t, .header = take_header, .row = take_row };
}

/* ------------------------------------------------------------------ from what was read to what is learned */

typedef struct finishing {
    arena *arena;
    const train_options *options;
    const train_table *table;
    train_data *data;
    size_t *kept; /* [row of data] row of the table */
} finishing;

static const column *column_of_role(const train_table *t, text name)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (text_is(name) && text_equal(t->columns[i].name, name)) return &t->columns[i];
    return NULL;
}

static int by_bytes(const void *left, const void *right)
{
    return text_compare(*(const text *)left, *(const text *)right);
}

/* Words in the order of their bytes: a code then does not depend on the order of the rows. */
static const text *sorted_words(arena *a, const column *c, uint32_t **rank)
{
    text *sorted = arena_copy(a, c->words.values, c->words.count * sizeof(text));
    if (c->words.count) qsort(sorted, c->words.count, sizeof(text), by_bytes);
    *rank = ARENA_ARRAY(a, c->words.count, uint32_t);
    for (size_t i = 0; i < c->words.count; i++) {
        const text *at = bsearch(&c->words.values[i], sorted, c->words.count, sizeof(text), by_bytes);
        (*rank)[i] = (uint32_t)(at - sorted);
    }
    return sorted;
}

static text number_text(arena *a, double number)
{
    char digits[32];
    return text_copy(a, (text){ digits, json_number_format(number, digits) });
}

/* The different numbers of a column, at most `most` + 1 of them, in ascending order. */
static size_t different_numbers(const double *values, size_t count, double *out, size_t most)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t place = 0;
        if (isnan(values[i])) continue;
        while (place < found && out[place] < values[i]) place++;
        if (place < found && out[place] == values[i]) continue;
        if (found > most) return found;
        memmove(out + place + 1, out + place, (found - place) * sizeof *out);
        out[place] = values[i];
        found++;
    }
    return found;
}

static error refuse_label(const finishing *f, const char *expected, size_t values)
{
    return fail(f->arena, INVALID, "/label", "The label \"%.*s\" has %zu different values; expected %s.",
                PRINT(f->options->label), values, expected);
}

/* Class 1 is the one called positive. */
static error order_classes(finishing *f, text *classes, double *labels)
{
    text positive = f->options->positive;
    if (!text_is(positive)) return OK;
    if (f->data->class_count != 2)
        return fail(f->arena, INVALID, "/positive", "\"positive\" is for a label of two values; this one has %zu.",
                    f->data->class_count);
    if (text_equal(classes[1], positive)) return OK;
    if (!text_equal(classes[0], positive))
        return fail(f->arena, INVALID, "/positive", "The label has no value \"%.*s\". %.*s", PRINT(positive),
                    PRINT(suggest_or_list(f->arena, positive, classes, 2)));
    text other = classes[0];
    classes[0] = classes[1];
    classes[1] = other;
    for (size_t i = 0; i < f->data->rows.rows; i++) labels[i] = 1 - labels[i];
    return OK;
}

static error take_classes(finishing *f, text *classes, size_t count, double *labels)
{
    train_data *d = f->data;
    if (f->options->kind == TRAIN_LINEAR) return refuse_label(f, "numbers, for a linear model", count);
    if (count < 2) return refuse_label(f, "at least two, to learn to tell them apart", count);
    if (count > TRAIN_MOST_CLASSES) return refuse_label(f, "at most 100 classes", count);
    if (count > 2 && f->options->kind == TRAIN_LOGISTIC)
        return refuse_label(f, "two for a logistic model; trees (kind gbdt) take several classes", count);
    d->task = count == 2 ? TASK_TWO_CLASSES : TASK_CLASSES;
    d->classes = classes;
    d->class_count = count;
    return order_classes(f, classes, labels);
}

static error take_label(finishing *f)
{
    train_data *d = f->data;
    const column *c = column_of_role(f->table, f->options->label);
    double *labels = ARENA_ARRAY(f->arena, d->rows.rows, double);
    d->labels = labels;
    for (size_t i = 0; i < d->rows.rows; i++) labels[i] = c->values[f->kept[i]];
    if (c->is_text) {
        uint32_t *rank;
        const text *words = sorted_words(f->arena, c, &rank);
        for (size_t i = 0; i < d->rows.rows; i++) labels[i] = rank[(size_t)labels[i]];
        return take_classes(f, arena_copy(f->arena, words, c->words.count * sizeof(text)), c->words.count, labels);
    }
    double numbers[4];
    size_t different = different_numbers(labels, d->rows.rows, numbers, 2);
    if (different < 2) return refuse_label(f, "at least two, to have something to learn", different);
    if (f->options->kind == TRAIN_LINEAR || (different > 2 && f->options->kind == TRAIN_GBDT)) return OK;
    if (different > 2) return refuse_label(f, "two for a logistic model; use linear or gbdt for numbers", different);
    text *classes = ARENA_ARRAY(f->arena, 2, text);
    for (size_t i = 0; i < 2; i++) classes[i] = number_text(f->arena, numbers[i]);
    for (size_t i = 0; i < d->rows.rows; i++) labels[i] = labels[i] == numbers[1];
    return take_classes(f, classes, 2, labels);
}

static void take_feature(finishing *f, const column *c, size_t place, model_feature *out, double *values)
{
    const train_data *d = f->data;
    *out = (model_feature){ .name = c->name, .is_category = c->is_text };
    uint32_t *rank = NULL;
    if (c->is_text) {
        out->categories = sorted_words(f->arena, c, &rank);
        out->category_count = c->words.count;
    }
    for (size_t i = 0; i < d->rows.rows; i++) {
        double value = c->values[f->kept[i]];
        values[i * d->rows.columns + place] = rank && !isnan(value) ? rank[(size_t)value] : value;
    }
}

static error take_features(finishing *f)
{
    train_data *d = f->data;
    const train_table *t = f->table;
    for (size_t i = 0; i < t->column_count; i++) d->rows.columns += t->columns[i].is_feature;
    if (d->rows.columns == 0)
        return fail(f->arena, INVALID, "/columns",
                    "No column is left to learn from: expected at least one besides \"%.*s\".",
                    PRINT(f->options->label));
    if (d->rows.columns > MODEL_MOST_FEATURES)
        return fail(f->arena, INVALID, "/columns", "%zu columns to learn from; expected at most %d.", d->rows.columns,
                    MODEL_MOST_FEATURES);
    model_feature *features = ARENA_ARRAY(f->arena, d->rows.columns, model_feature);
    double *values = ARENA_ARRAY(f->arena, d->rows.rows * d->rows.columns, double);
    for (size_t i = 0, place = 0; i < t->column_count; i++) {
        if (!t->columns[i].is_feature) continue;
        take_feature(f, &t->columns[i], place, &features[place], values);
        place++;
    }
    d->features = features;
    d->rows.values = values;
    return OK;
}

static cell cell_of(const column *c, size_t row)
{
    double value = c->values[row];
    if (isnan(value)) return (cell){ .kind = CELL_MISSING };
    if (c->is_text) return (cell){ .kind = CELL_TEXT, .text = c->words.values[(size_t)value] };
    return (cell){ .kind = CELL_NUMBER, .number = value };
}

static void take_protected(finishing *f)
{
    train_data *d = f->data;
    size_t count = f->options->protected_count;
    cell *cells = ARENA_ARRAY(f->arena, d->rows.rows * count, cell);
    for (size_t p = 0; p < count; p++) {
        const column *c = column_of_role(f->table, f->options->protected_columns[p]);
        for (size_t i = 0; i < d->rows.rows; i++) cells[i * count + p] = cell_of(c, f->kept[i]);
    }
    d->protected_cells = cells;
}

/* The group of each row; the last one is that of missing values. */
static error groups_of(const finishing *f, const column *c, size_t *group, size_t *count)
{
    double numbers[FAIRNESS_MOST_GROUPS + 2];
    size_t groups =
        c->is_text ? c->words.count : different_numbers(c->values, f->table->rows, numbers, FAIRNESS_MOST_GROUPS);
    if (groups > FAIRNESS_MOST_GROUPS)
        return fail(f->arena, INVALID, "/reweigh", "The column \"%.*s\" has more than %d groups.", PRINT(c->name),
                    FAIRNESS_MOST_GROUPS);
    for (size_t i = 0; i < f->data->rows.rows; i++) {
        double value = c->values[f->kept[i]];
        size_t g = 0;
        while (!c->is_text && g < groups && numbers[g] != value) g++;
        group[i] = isnan(value) ? groups : c->is_text ? (size_t)value : g;
    }
    *count = groups + 1;
    return OK;
}

/* Weight of a row = P(group) · P(class) / P(group and class); a missing value is a group of its own. */
static error reweigh(finishing *f, const column *c, double *weights)
{
    const train_data *d = f->data;
    size_t *group = ARENA_ARRAY(f->arena, d->rows.rows, size_t), groups = 0;
    TRY(groups_of(f, c, group, &groups));
    double *joint = ARENA_ARRAY(f->arena, groups * d->class_count, double);
    double *of_class = ARENA_ARRAY(f->arena, d->class_count, double), *of_group = ARENA_ARRAY(f->arena, groups, double);
    double all = 0;
    for (size_t i = 0; i < d->rows.rows; i++) {
        size_t y = (size_t)d->labels[i];
        joint[group[i] * d->class_count + y] += weights[i];
        of_class[y] += weights[i];
        of_group[group[i]] += weights[i];
        all += weights[i];
    }
    for (size_t i = 0; i < d->rows.rows; i++) {
        size_t y = (size_t)d->labels[i];
        double there = joint[group[i] * d->class_count + y];
        if (there > 0) weights[i] *= of_group[group[i]] * of_class[y] / (all * there);
    }
    return OK;
}

static error take_weights(finishing *f)
{
    train_data *d = f->data;
    const train_options *o = f->options;
    const column *given = column_of_role(f->table, o->weight_column), *by = column_of_role(f->table, o->reweigh);
    double *weights = ARENA_ARRAY(f->arena, d->rows.rows, double), sum = 0;
    for (size_t i = 0; i < d->rows.rows; i++) {
        double own = given ? given->values[f->kept[i]] : 1, asked = o->weights ? o->weights[f->kept[i]] : 1;
        if ((given && given->is_text) || !(own * asked >= 0) || !isfinite(own * asked))
            return fail(f->arena, INVALID, "/weights", "row %zu: expected a weight of 0 or more.", f->kept[i] + 1);
        weights[i] = own * asked;
        sum += weights[i];
    }
    if (!(sum > 0)) return fail(f->arena, INVALID, "/weights", "All weights are 0; expected at least one above it.");
    d->weights = weights;
    if (!by) return OK;
    if (d->task == TASK_REGRESSION)
        return fail(f->arena, INVALID, "/reweigh", "Reweighing is for classes; the label \"%.*s\" is a number.",
                    PRINT(o->label));
    return reweigh(f, by, weights);
}

static error keep_labelled(finishing *f)
{
    const train_table *t = f->table;
    if (!t->has_header) return fail(f->arena, BAD_REQUEST, "", "There is no data: expected a header and rows.");
    const column *label = column_of_role(t, f->options->label);
    f->kept = ARENA_ARRAY(f->arena, t->rows, size_t);
    for (size_t i = 0; i < t->rows; i++)
        if (!isnan(label->values[i])) f->kept[f->data->rows.rows++] = i;
    f->data->dropped_rows = t->rows - f->data->rows.rows;
    if (f->data->rows.rows < TRAIN_LEAST_ROWS)
        return fail(f->arena, INVALID, "/data", "%zu rows have a label; expected at least %d to learn from.",
                    f->data->rows.rows, TRAIN_LEAST_ROWS);
    return OK;
}

error train_table_finish(arena *a, train_table *t, const train_options *options, const train_data **out)
{
    finishing f = { .arena = a, .options = options, .table = t, .data = ARENA_NEW(a, train_data) };
    f.data->label = options->label;
    TRY(keep_labelled(&f));
    TRY(take_label(&f));
    TRY(take_features(&f));
    TRY(take_weights(&f));
    take_protected(&f);
    *out = f.data;
    return OK;
}
