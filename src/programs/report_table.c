#include "programs/report_table.h"

#include <math.h>

typedef struct printing {
    arena *arena;
    FILE *out;
    bool colored;
} printing;

enum { NAME_WIDTH = 26, WRAP = 78 };

/* ------------------------------------------------------------------ pieces */

static const char *color_of(const printing *p, verdict v)
{
    static const char *const colors[] = { [VERDICT_PASS] = "\033[32m",
                                          [VERDICT_INSUFFICIENT_DATA] = "\033[36m",
                                          [VERDICT_REVIEW] = "\033[33m",
                                          [VERDICT_FAIL] = "\033[31m" };
    return p->colored ? colors[v] : "";
}

static const char *bold(const printing *p)
{
    return p->colored ? "\033[1m" : "";
}

static const char *plain(const printing *p)
{
    return p->colored ? "\033[0m" : "";
}

static const char *rate_text(const printing *p, double value)
{
    return isnan(value) ? "-" : text_format(p->arena, "%.1f %%", 100 * value).data;
}

static const char *number_text(const printing *p, double value)
{
    return isnan(value) ? "-" : text_format(p->arena, "%.3f", value).data;
}

static const char *interval_text(const printing *p, confidence_interval ci, double scale, int decimals)
{
    if (isnan(ci.low) || isnan(ci.high)) return "";
    return text_format(p->arena, "[%.*f, %.*f]", decimals, scale * ci.low, decimals, scale * ci.high).data;
}

/* Cut at a character, not within one, and filled with blanks to `width` characters. */
static const char *fitted(const printing *p, text name, size_t width)
{
    size_t shown = 0, i = 0;
    size_t total = text_code_points(name), most = total > width ? width - 1 : width;
    while (i < name.length && shown < most) {
        do i++;
        while (i < name.length && ((unsigned char)name.data[i] & 0xC0) == 0x80);
        shown++;
    }
    bool cut = total > width;
    return text_format(p->arena, "%.*s%s%*s", (int)i, name.data ? name.data : "", cut ? "…" : "",
                       (int)(width - shown - (cut ? 1 : 0)), "")
        .data;
}

static void wrapped(const printing *p, const char *lead, text t)
{
    size_t indent = strlen(lead);
    fputs(lead, p->out);
    size_t column = indent;
    for (size_t i = 0; i < t.length;) {
        const char *blank = memchr(t.data + i, ' ', t.length - i);
        size_t length = blank ? (size_t)(blank - t.data) - i : t.length - i;
        if (column > indent && column + 1 + length > WRAP) {
            fprintf(p->out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', p->out);
            column++;
        }
        fwrite(t.data + i, 1, length, p->out);
        column += length;
        i += length + 1;
    }
    fputc('\n', p->out);
}

static void heading(const printing *p, const char *title)
{
    fprintf(p->out, "\n%s%s%s\n", bold(p), title, plain(p));
}

/* ------------------------------------------------------------------ an attribute */

static void print_groups(const printing *p, const attribute_report *r, bool has_label)
{
    fprintf(p->out, "  %-*s %8s %9s  %-15s%s\n", NAME_WIDTH, "group", "count", "selected", "95 % interval",
            has_label ? "    TPR     FPR" : "");
    for (size_t i = 0; i < r->group_count; i++) {
        const group_result *g = &r->groups[i];
        fprintf(p->out, "  %s %8llu %9s  %-15s", fitted(p, g->name, NAME_WIDTH), (unsigned long long)g->count,
                rate_text(p, g->rate[RATE_SELECTION]), interval_text(p, g->interval[RATE_SELECTION], 100, 1));
        if (has_label)
            fprintf(p->out, "%7s %7s", rate_text(p, g->rate[RATE_TRUE_POSITIVE]),
                    rate_text(p, g->rate[RATE_FALSE_POSITIVE]));
        fprintf(p->out, "%s\n", g->is_reference ? " ref" : g->is_small ? " small" : "");
    }
}

static const fairness_measure shown[] = {
    MEASURE_DISPARATE_IMPACT,
    MEASURE_DEMOGRAPHIC_PARITY_RATIO,
    MEASURE_DEMOGRAPHIC_PARITY_DIFFERENCE,
    MEASURE_EQUALIZED_ODDS_DIFFERENCE,
    MEASURE_EQUAL_OPPORTUNITY_DIFFERENCE,
    MEASURE_AVERAGE_ODDS_DIFFERENCE,
    MEASURE_PREDICTIVE_PARITY_DIFFERENCE,
    MEASURE_EPSILON,
    MEASURE_CRAMERS_V,
    MEASURE_THEIL_INDEX,
    MEASURE_EXPECTED_CALIBRATION_ERROR_DIFFERENCE,
};

static void print_measures(const printing *p, const attribute_report *r)
{
    fprintf(p->out, "\n  %-44s %9s %9s  %s\n", "metric", "all", "judged", "95 % interval");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        fairness_measure m = shown[i];
        if (isnan(r->all.value[m]) && isnan(r->eligible.value[m])) continue;
        fprintf(p->out, "  %-44s %9s %9s  %s\n", fairness_measure_name(m), number_text(p, r->all.value[m]),
                number_text(p, r->eligible.value[m]), interval_text(p, r->all.interval[m], 1, 3));
    }
    if (!isnan(r->tests.chi_square.p_value))
        fprintf(p->out, "  chi-square %.2f, %llu degrees of freedom, p = %.3g\n", r->tests.chi_square.statistic,
                (unsigned long long)r->tests.chi_square.dof, r->tests.chi_square.p_value);
}

static void print_remarks(const printing *p, remark_list list, const char *lead)
{
    for (size_t i = 0; i < list.count; i++) wrapped(p, lead, list.items[i].message);
}

static void print_attribute(const printing *p, const attribute_report *r, bool has_label)
{
    fprintf(p->out, "\n%s%.*s%s: %s%s%s\n", bold(p), PRINT(r->name), plain(p), color_of(p, r->verdict),
            verdict_name(r->verdict), plain(p));
    print_remarks(p, r->reasons, "  * ");
    fputc('\n', p->out);
    print_groups(p, r, has_label);
    print_measures(p, r);
    if (r->notes.count) {
        fputs("\n  Notes\n", p->out);
        print_remarks(p, r->notes, "  - ");
    }
}

/* ------------------------------------------------------------------ the whole */

static void print_gates(const printing *p, const fairness_report *r)
{
    if (!r->gate_count) return;
    heading(p, "Gates");
    for (size_t i = 0; i < r->gate_count; i++) {
        const gate_result *g = &r->gates[i];
        fprintf(p->out, "  %s%-6s%s %-36.*s value %s in %.*s\n", color_of(p, g->passed ? VERDICT_PASS : VERDICT_FAIL),
                g->passed ? "passed" : "FAILED", plain(p), PRINT(g->gate.expression), number_text(p, g->value),
                PRINT(g->attribute));
        if (!g->passed && isnan(g->value)) wrapped(p, "         ", g->reason);
    }
}

void report_table(arena *a, FILE *out, const fairness_report *report, bool colored)
{
    printing p = { .arena = a, .out = out, .colored = colored };
    wrapped(&p, "", report->headline);
    fprintf(out, "\nVerdict: %s%s%s%s   %llu rows", bold(&p), color_of(&p, report->verdict),
            verdict_name(report->verdict), plain(&p), (unsigned long long)report->rows);
    if (report->dropped_rows) fprintf(out, ", %llu dropped", (unsigned long long)report->dropped_rows);
    fprintf(out, "   favorable: %.*s   seed %llu\n", PRINT(report->favorable),
            (unsigned long long)report->request.seed);
    print_remarks(&p, report->warnings, "! ");
    for (size_t i = 0; i < report->attribute_count; i++) print_attribute(&p, &report->attributes[i], report->has_label);
    if (report->intersectional) print_attribute(&p, report->intersectional, report->has_label);
    if (report->notes.count) {
        heading(&p, "Notes");
        print_remarks(&p, report->notes, "  - ");
    }
    print_gates(&p, report);
}
