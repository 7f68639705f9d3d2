#include "engine/explain/global.h"

static void write_numbers(json_writer *w, const char *key, const double *values, size_t count)
{
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) json_write_number(w, values[i]);
    json_close(w, ']');
}

static void write_counts(json_writer *w, const char *key, const size_t *values, size_t count)
{
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) json_write_integer(w, (int64_t)values[i]);
    json_close(w, ']');
}

static void write_number(json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_write_number(w, value);
}

static void write_yes(json_writer *w, const char *key, bool value)
{
    json_key(w, key);
    json_write_bool(w, value);
}

void dependence_json(json_writer *w, const feature_dependence *d)
{
    json_open(w, '{');
    json_key(w, "feature");
    json_write_text(w, d->feature_name);
    write_numbers(w, "grid", d->grid, d->points);
    write_numbers(w, "mean", d->mean, d->points);
    if (d->share) write_numbers(w, "share", d->share, d->points);
    write_counts(w, "curve_rows", d->curve_row, d->curves);
    json_key(w, "curves");
    json_open(w, '[');
    for (size_t c = 0; c < d->curves; c++) {
        json_open(w, '[');
        for (size_t k = 0; k < d->points; k++) json_write_number(w, d->curve[c * d->points + k]);
        json_close(w, ']');
    }
    json_close(w, ']');
    json_close(w, '}');
}

void accumulated_effects_json(json_writer *w, const accumulated_effects *e)
{
    json_open(w, '{');
    json_key(w, "feature");
    json_write_text(w, e->feature_name);
    write_numbers(w, "edges", e->edges, e->points);
    write_numbers(w, "effect", e->effect, e->points);
    write_counts(w, "counts", e->counts, e->points);
    json_close(w, '}');
}

static void write_feature(json_writer *w, const feature_summary *f, size_t points)
{
    json_open(w, '{');
    json_key(w, "feature");
    json_write_text(w, f->name);
    json_key(w, "index");
    json_write_integer(w, (int64_t)f->feature);
    write_number(w, "mean_absolute", f->mean_absolute);
    json_key(w, "interval");
    json_open(w, '[');
    json_write_number(w, f->low);
    json_write_number(w, f->high);
    json_close(w, ']');
    write_number(w, "share", f->share);
    write_number(w, "correlation", f->correlation);
    json_key(w, "direction");
    json_write_string(w, f->direction);
    write_yes(w, "protected", f->is_protected);
    write_yes(w, "proxy", f->is_proxy);
    json_key(w, "points");
    json_open(w, '[');
    for (size_t i = 0; i < points; i++) {
        json_open(w, '[');
        for (size_t k = 0; k < 3; k++) json_write_number(w, f->points[3 * i + k]);
        json_close(w, ']');
    }
    json_close(w, ']');
    json_close(w, '}');
}

void explanation_summary_json(json_writer *w, const explanation_summary *s)
{
    json_open(w, '{');
    json_key(w, "rows");
    json_write_integer(w, (int64_t)s->rows);
    write_number(w, "protected_share", s->protected_share);
    write_number(w, "proxy_share", s->proxy_share);
    write_counts(w, "point_rows", s->point_rows, s->point_count);
    json_key(w, "features");
    json_open(w, '[');
    for (size_t f = 0; f < s->feature_count; f++) write_feature(w, &s->features[f], s->point_count);
    json_close(w, ']');
    json_close(w, '}');
}
