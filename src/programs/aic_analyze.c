#include "programs/aic_analyze.h"

#include "programs/data_read.h"
#include "programs/report_html.h"
#include "programs/report_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool write_json(arena *a, const fairness_report *report)
{
    json_writer w = json_writer_in(a);
    fairness_report_json(&w, report);
    text out = json_written(&w);
    return fwrite(out.data, 1, out.length, stdout) == out.length && putchar('\n') != EOF;
}

static error write_html(arena *a, const char *path, const fairness_report *report, const char *data)
{
    text page = report_html(a, report, data);
    FILE *file = fopen(path, "wbe");
    bool done = file && fwrite(page.data, 1, page.length, file) == page.length;
    if (file) done = fclose(file) == 0 && done;
    return done ? OK : fail(a, BAD_REQUEST, "", "%s: the report cannot be written there", path);
}

static int tell(arena *a, const analyze_options *o, const fairness_report *report)
{
    if (o->html) {
        error bad = write_html(a, o->html, report, strcmp(o->data, "-") ? o->data : "standard input");
        if (bad) return command_complain(NULL, bad);
        if (!o->as_json) printf("Report written to %s\n", o->html);
    }
    if (o->as_json && !write_json(a, report))
        return fputs("aic: standard output cannot be written\n", stderr), EXIT_BAD_INPUT;
    if (!o->as_json && !o->html)
        report_table(a, stdout, report, isatty(1) && !getenv("NO_COLOR")); // NOLINT(concurrency-mt-unsafe)
    return report->passed ? EXIT_PASSED : EXIT_GATE_FAILED;
}

static error read_table(arena *a, const analyze_options *o, const table **out)
{
    table_plan plan;
    TRY(fairness_plan(a, &o->request, &plan));
    table_builder *builder = table_builder_new(a, plan);
    TRY(data_read_into(a, o->data, table_builder_sink(builder)));
    return table_builder_finish(builder, out);
}

static int run(arena *a, int argc, char **argv)
{
    analyze_options o;
    const table *data;
    fairness_report *report;
    error bad = analyze_options_read(a, argc, argv, &o);
    if (bad) return command_complain(NULL, bad);
    if (o.help) return fputs(analyze_usage, stdout), EXIT_PASSED;
    bad = read_table(a, &o, &data);
    if (!bad) bad = fairness_analyze(a, data, &o.request, &report);
    if (!bad) bad = fairness_report_gate(a, report, o.gates, o.gate_count);
    return bad ? command_complain(o.data, bad) : tell(a, &o, report);
}

int aic_analyze_main(int argc, char **argv)
{
    arena *a = arena_new();
    int code = run(a, argc, argv);
    arena_drop(a);
    return code;
}
