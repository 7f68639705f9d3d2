#include "programs/aic_bench.h"

#include "programs/aic_explain.h"
#include "programs/explain_importance.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { TIMES = 5 };

static const char bench_usage[] =
    "usage: aic bench MODEL DATA [options of aic explain]\n"
    "\n"
    "Reads model and rows once, computes what `aic explain` would five times, and prints for each time the seconds "
    "that\n"
    "passed and those of the processor, as JSON. Reading is not counted. --method counterfactual is not measured.\n";

typedef struct bench_time {
    double passed, processor; /* seconds */
} bench_time;

static double seconds_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static error nothing_to_tell(void *context, double fraction)
{
    (void)context, (void)fraction;
    return OK;
}

static error compute(arena *a, const explain_command *c)
{
    if (c->method == EXPLAIN_IMPORTANCE) {
        feature_importance found;
        explain_watch watch = { .tick = nothing_to_tell };
        return explain_importance_compute(a, c, &watch, &found);
    }
    explain_options options;
    explanation *e;
    TRY(explain_command_options(a, c, &options));
    return explain(a, &c->input.predictor, &c->input.rows, &options, &e);
}

/* An arena of its own each time, as a task would have. What happened last outlives it. */
static error measure(arena *a, const explain_command *c, bench_time *out)
{
    arena *own = arena_new();
    double passed = seconds_of(CLOCK_MONOTONIC), processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    error bad = compute(own, c);
    *out = (bench_time){ seconds_of(CLOCK_MONOTONIC) - passed, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - processor };
    if (bad) bad = fail(a, bad->kind, "", "%s", bad->message);
    arena_drop(own);
    return bad;
}

static void tell(arena *a, const explain_command *c, const bench_time *times)
{
    json_writer w = json_writer_in(a);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    json_open(&w, '{');
    json_key(&w, "rows"), json_write_integer(&w, (int64_t)c->input.rows.rows);
    json_key(&w, "background"), json_write_integer(&w, (int64_t)c->input.background.rows);
    json_key(&w, "threads"), json_write_integer(&w, (int64_t)c->threads);
    const forest *f = c->input.predictor.forest;
    json_key(&w, "kernels"), json_write_string(&w, f ? forest_kernels(f) : "none");
    json_key(&w, "peak_memory_mb"), json_write_number(&w, (double)used.ru_maxrss / 1024);
    json_key(&w, "seconds"), json_open(&w, '[');
    for (int i = 0; i < TIMES; i++) json_write_number(&w, times[i].passed);
    json_close(&w, ']');
    json_key(&w, "processor_seconds"), json_open(&w, '[');
    for (int i = 0; i < TIMES; i++) json_write_number(&w, times[i].processor);
    json_close(&w, ']');
    json_close(&w, '}');
    printf("%.*s\n", PRINT(json_written(&w)));
}

static error run(arena *a, explain_command *c)
{
    bench_time times[TIMES];
    TRY(explain_command_open(a, c));
    if (c->method == EXPLAIN_COUNTERFACTUAL) return fail(a, INVALID, "", "counterfactuals are not measured here");
    for (int i = 0; i < TIMES; i++) TRY(measure(a, c, &times[i]));
    tell(a, c, times);
    return OK;
}

int aic_bench_main(int argc, char **argv)
{
    arena *a = arena_new();
    explain_command c;
    int code = EXIT_PASSED;
    error bad = explain_command_read(a, argc, argv, &c);
    if (!bad && c.help)
        fputs(bench_usage, stdout);
    else if (!bad)
        bad = run(a, &c);
    if (bad) code = command_complain(c.help ? NULL : c.input.at, bad);
    arena_drop(a);
    return code;
}
