#include "http/server/metrics.h"

#include "base/json.h"

#include <stdatomic.h>

enum { CLASSES = 5, BUCKETS = 12 };

/* Upper bounds of the duration histogram in microseconds; what is above the last one is in +Inf only. */
static const instant bounds[BUCKETS] = { 1000,   2500,   5000,   10000,   25000,   50000,
                                         100000, 250000, 500000, 1000000, 2500000, 10000000 };
static const char *const bound_names[BUCKETS] = { "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05",
                                                  "0.1",   "0.25",   "0.5",   "1",    "2.5",   "10" };

typedef struct slot {
    text labels;
    atomic_ullong by_class[CLASSES]; /* 1xx to 5xx */
    atomic_ullong buckets[BUCKETS + 1];
    atomic_ullong microseconds, bytes_in, bytes_out;
} slot;

struct metrics {
    slot *slots;
    size_t count;
    atomic_ullong cuts[CUT_KINDS];
};

metrics *metrics_new(arena *a, const text *labels, size_t count)
{
    metrics *m = ARENA_NEW(a, metrics);
    m->slots = ARENA_ARRAY(a, count, slot);
    m->count = count;
    for (size_t i = 0; i < count; i++) m->slots[i].labels = labels[i];
    return m;
}

static void add(atomic_ullong *counter, unsigned long long n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static unsigned long long read_of(const atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_count(metrics *m, size_t number, int status, instant took, size_t bytes_in, size_t bytes_out)
{
    slot *s = &m->slots[number];
    size_t bucket = 0;
    while (bucket < BUCKETS && took > bounds[bucket]) bucket++;
    add(&s->buckets[bucket], 1);
    add(&s->by_class[status / 100 >= 1 && status / 100 <= CLASSES ? status / 100 - 1 : CLASSES - 1], 1);
    add(&s->microseconds, (unsigned long long)took);
    if (bytes_in) add(&s->bytes_in, bytes_in);
    add(&s->bytes_out, bytes_out);
}

void metrics_cut(metrics *m, cut_kind kind)
{
    add(&m->cuts[kind], 1);
}

static unsigned long long slot_total(const slot *s)
{
    unsigned long long total = 0;
    for (size_t i = 0; i <= BUCKETS; i++) total += read_of(&s->buckets[i]);
    return total;
}

static void write_requests(const metrics *m, text_builder *out)
{
    text_add_string(out, "# HELP aic_http_requests_total Requests answered.\n# TYPE aic_http_requests_total counter\n");
    for (size_t i = 0; i < m->count; i++)
        for (size_t c = 0; c < CLASSES; c++) {
            unsigned long long n = read_of(&m->slots[i].by_class[c]);
            if (n)
                text_add_format(out, "aic_http_requests_total{%.*s,status=\"%zuxx\"} %llu\n", PRINT(m->slots[i].labels),
                                c + 1, n);
        }
}

static void write_durations(const metrics *m, text_builder *out)
{
    const char *name = "aic_http_request_duration_seconds";
    text_add_format(out, "# HELP %s From the end of the request's headers to its answer.\n# TYPE %s histogram\n", name,
                    name);
    for (size_t i = 0; i < m->count; i++) {
        const slot *s = &m->slots[i];
        unsigned long long total = slot_total(s), below = 0;
        if (!total) continue;
        for (size_t b = 0; b < BUCKETS; b++) {
            below += read_of(&s->buckets[b]);
            text_add_format(out, "%s_bucket{%.*s,le=\"%s\"} %llu\n", name, PRINT(s->labels), bound_names[b], below);
        }
        text_add_format(out, "%s_bucket{%.*s,le=\"+Inf\"} %llu\n", name, PRINT(s->labels), total);
        text_add_format(out, "%s_sum{%.*s} %.6f\n", name, PRINT(s->labels), (double)read_of(&s->microseconds) / 1e6);
        text_add_format(out, "%s_count{%.*s} %llu\n", name, PRINT(s->labels), total);
    }
}

static void write_bytes(const metrics *m, text_builder *out)
{
    double in = 0, sent = 0;
    for (size_t i = 0; i < m->count; i++) {
        in += (double)read_of(&m->slots[i].bytes_in);
        sent += (double)read_of(&m->slots[i].bytes_out);
    }
    metrics_single(out, "aic_http_request_body_bytes_total", "counter", "Bytes of request bodies read.", in);
    metrics_single(out, "aic_http_response_body_bytes_total", "counter", "Bytes of answers' bodies.", sent);
}

void metrics_write(const metrics *m, text_builder *out)
{
    static const char *const reasons[CUT_KINDS] = { "timeout", "too_large", "memory", "malformed" };
    write_requests(m, out);
    write_durations(m, out);
    write_bytes(m, out);
    text_add_string(out, "# HELP aic_http_cut_total Requests refused while they were still being read.\n"
                         "# TYPE aic_http_cut_total counter\n");
    for (size_t i = 0; i < CUT_KINDS; i++)
        text_add_format(out, "aic_http_cut_total{reason=\"%s\"} %llu\n", reasons[i], read_of(&m->cuts[i]));
}

void metrics_single(text_builder *out, const char *name, const char *type, const char *help, double value)
{
    char digits[32] = "";
    json_number_format(value, digits);
    text_add_format(out, "# HELP %s %s\n# TYPE %s %s\n%s %s\n", name, help, name, type, name, digits);
}
