#include "engine/test_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static text next_part(text *rest, char end)
{
    const char *stop = rest->length ? memchr(rest->data, end, rest->length) : NULL;
    size_t length = stop ? (size_t)(stop - rest->data) : rest->length;
    text part = { rest->data, length };
    size_t step = stop ? length + 1 : length;
    *rest = (text){ rest->data + step, rest->length - step };
    return part;
}

static size_t split(arena *a, text line, text **out)
{
    size_t count = 1, at = 0;
    for (size_t i = 0; i < line.length; i++) count += line.data[i] == ',';
    *out = ARENA_ARRAY(a, count, text);
    while (at < count) (*out)[at++] = next_part(&line, ',');
    return count;
}

error test_send(arena *a, const char *csv, row_sink sink)
{
    text rest = text_of(csv), *parts;
    size_t columns = split(a, next_part(&rest, '\n'), &parts);
    TRY(sink.header(sink.context, parts, columns));
    while (rest.length) {
        size_t count = split(a, next_part(&rest, '\n'), &parts);
        cell *cells = ARENA_ARRAY(a, count, cell);
        for (size_t i = 0; i < count; i++)
            cells[i] = (cell){ .kind = parts[i].length ? CELL_TEXT : CELL_MISSING, .text = parts[i] };
        TRY(sink.row(sink.context, cells, count));
    }
    return OK;
}

error test_analyze(arena *a, const char *csv, const fairness_request *request, fairness_report **out)
{
    table_plan plan;
    TRY(fairness_plan(a, request, &plan));
    table_builder *builder = table_builder_new(a, plan);
    TRY(test_send(a, csv, table_builder_sink(builder)));
    const table *data;
    TRY(table_builder_finish(builder, &data));
    return fairness_analyze(a, data, request, out);
}

fairness_report *test_report(arena *a, const char *csv, const fairness_request *request)
{
    fairness_report *report = NULL;
    error bad = test_analyze(a, csv, request, &report);
    if (bad) fail_msg("%s (%s)", bad->message, bad->pointer);
    return report;
}

text test_json(arena *a, const fairness_report *report)
{
    json_writer w = json_writer_in(a);
    fairness_report_json(&w, report);
    return json_written(&w);
}

fairness_request test_request(void)
{
    static const text columns[] = { { "g", 1 } };
    fairness_request r = fairness_request_standard();
    r.protected_columns = columns;
    r.protected_count = 1;
    r.label = TEXT("y");
    r.prediction = TEXT("p");
    r.bootstrap_replicates = 0;
    return r;
}

void test_rows(text_builder *csv, const char *group, int tp, int fp, int fn, int tn)
{
    const struct {
        int count;
        const char *rest;
    } cells[] = { { tp, ",1,1\n" }, { fp, ",0,1\n" }, { fn, ",1,0\n" }, { tn, ",0,0\n" } };
    for (int c = 0; c < 4; c++)
        for (int i = 0; i < cells[c].count; i++) {
            text_add_string(csv, group);
            text_add_string(csv, cells[c].rest);
        }
}

const group_result *test_group(const attribute_report *attribute, const char *name)
{
    for (size_t g = 0; g < attribute->group_count; g++)
        if (text_equal_string(attribute->groups[g].name, name)) return &attribute->groups[g];
    fail_msg("no group %s", name);
    return NULL;
}

bool test_has_remark(remark_list list, const char *code)
{
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.items[i].code, code) == 0) return true;
    return false;
}

void test_near_at(double value, double wanted, double relative, double absolute, const char *file, int line)
{
    if (isnan(value) && isnan(wanted)) return;
    if (value == wanted || fabs(value - wanted) <= fmax(absolute, relative * fabs(wanted))) return;
    print_error("%.17g is not %.17g\n", value, wanted);
    _fail(file, line);
}

void test_refused_at(error got, error_kind kind, const char *pointer, const char *words, const char *file, int line)
{
    if (!got) {
        print_error("accepted, though it should be refused: %s\n", words);
        _fail(file, line);
        return;
    }
    if (got->kind == kind && strcmp(got->pointer, pointer) == 0 && strstr(got->message, words)) return;
    print_error("refused with %s at \"%s\": %s\n", error_kind_name(got->kind), got->pointer, got->message);
    _fail(file, line);
}

void test_accepted_at(error got, const char *file, int line)
{
    if (!got) return;
    print_error("refused: %s (%s)\n", got->message, got->pointer);
    _fail(file, line);
}

static bool read_file(arena *a, text path, text *out)
{
    FILE *file = fopen(path.data, "rb");
    if (!file) return false;
    text_builder b = text_builder_in(a);
    char piece[65536];
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;) text_add(&b, (text){ piece, got });
    fclose(file);
    *out = text_built(&b);
    return true;
}

bool test_shared_file(arena *a, const char *name, text *out)
{
    const char *shared = getenv("AIC_SHARED"), *ci = getenv("CI");
    text path = text_format(a, "%s/%s", shared ? shared : AIC_SOURCE_ROOT "/../shared", name);
    if (read_file(a, path, out)) return true;
    if (ci && strcmp(ci, "true") == 0) fail_msg("%s is missing", path.data);
    print_message("skipped: %s is not there\n", path.data);
    return false;
}
