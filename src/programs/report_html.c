#include "programs/report_html.h"

#include <math.h>

static const char style[] =
    ":root{color-scheme:light "
    "dark;--bg:#fff;--ink:#1a2330;--soft:#5b6776;--line:#dfe4ea;--card:#f6f8fa;--bar:#2f6f9f;--ref:#7a8794;"
    "--limit:#b3261e;--pass:#1b6e3c;--review:#8a5a00;--fail:#b3261e;--none:#4a5a6a;--c0:#2f6f9f;--c1:#b3560e;--c2:#"
    "3d7a3d;--c3:#7b4ea3}"
    "@media(prefers-color-scheme:dark){:root{--bg:#12171d;--ink:#e6ebf0;--soft:#9aa7b4;--line:#2b3540;--card:#1a2129;--"
    "bar:#5aa2d6;--ref:#8795a3;"
    "--limit:#ff8a80;--pass:#6fd39a;--review:#f0c05a;--fail:#ff8a80;--none:#a9b8c6;--c0:#5aa2d6;--c1:#f0a060;--c2:#"
    "86c986;--c3:#c4a0e8}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,'Segoe "
    "UI',Roboto,sans-serif}"
    "main{max-width:960px;margin:0 auto;padding:32px 20px 64px}h1{font-size:1.7rem;line-height:1.25;margin:0 0 6px}"
    "h2{font-size:1.3rem;margin:44px 0 6px;padding-top:18px;border-top:1px solid "
    "var(--line);overflow-wrap:anywhere}h3{font-size:1rem;margin:26px 0 6px}"
    "p{margin:6px 0}.soft{color:var(--soft);font-size:.9rem}.lead{font-size:1.1rem}"
    ".verdict{display:inline-block;font-weight:700;border:2px solid currentColor;border-radius:6px;padding:1px "
    "10px;margin:8px 8px 8px 0}"
    ".PASS{color:var(--pass)}.REVIEW{color:var(--review)}.FAIL{color:var(--fail)}.INSUFFICIENT_DATA{color:var(--none)}"
    "ul{margin:6px 0;padding-left:20px}svg{width:100%;height:auto;display:block;font:14px system-ui,'Segoe "
    "UI',Roboto,sans-serif}"
    "figure{margin:14px 0;background:var(--card);border:1px solid "
    "var(--line);border-radius:8px;padding:14px}figcaption{margin-bottom:8px}"
    ".grid,.frame{stroke:var(--line);fill:none}.tick{fill:var(--soft);font-size:12px}.name,.value{fill:var(--ink)}.on-"
    "dark{fill:var(--bg)}"
    ".bar{fill:var(--bar)}.bar.ref{fill:var(--ref)}.bar.small{fill:none;stroke:var(--ref);stroke-dasharray:4 "
    "3}.whisker{stroke:var(--ink);fill:none;stroke-width:1.6}"
    ".limit{stroke:var(--limit);stroke-width:1.6;stroke-dasharray:6 4}.limit-name{fill:var(--limit);font-size:12px}"
    ".heat{fill:var(--bar)}.none{fill:none;stroke:var(--line)}.curve{fill:none;stroke-width:2}"
    ".curve.c0{stroke:var(--c0)}.curve.c1{stroke:var(--c1)}.curve.c2{stroke:var(--c2)}.curve.c3{stroke:var(--c3)}"
    ".mark.c0{fill:var(--c0)}.mark.c1{fill:var(--c1)}.mark.c2{fill:var(--c2)}.mark.c3{fill:var(--c3)}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-"
    "nums}"
    "th,td{padding:5px 9px;border-bottom:1px solid "
    "var(--line);text-align:right;white-space:nowrap}th:first-child,td:first-child{text-align:left}"
    "th{color:var(--soft);font-weight:600}details{margin:10px 0}summary{cursor:pointer;color:var(--soft)}"
    "@media print{body{font-size:11pt}figure,table{break-inside:avoid}details>*{display:block}}";

void html_escape(text_builder *out, text t)
{
    for (size_t i = 0; i < t.length; i++) {
        char c = t.data[i];
        if (c == '&')
            text_add_string(out, "&amp;");
        else if (c == '<')
            text_add_string(out, "&lt;");
        else if (c == '>')
            text_add_string(out, "&gt;");
        else if (c == '"')
            text_add_string(out, "&quot;");
        else if (c == '\'')
            text_add_string(out, "&#39;");
        else
            text_add_char(out, c);
    }
}

static void element(text_builder *out, const char *open, text content, const char *close)
{
    text_add_string(out, open);
    html_escape(out, content);
    text_add_string(out, close);
}

static void add_rate(text_builder *out, double value)
{
    if (isnan(value))
        text_add_string(out, "<td>–</td>");
    else
        text_add_format(out, "<td>%.2f %%</td>", 100 * value);
}

static void add_rate_interval(text_builder *out, confidence_interval ci)
{
    if (isnan(ci.low))
        text_add_string(out, "<td>–</td>");
    else
        text_add_format(out, "<td>%.1f – %.1f %%</td>", 100 * ci.low, 100 * ci.high);
}

static void remarks(text_builder *out, remark_list list)
{
    if (!list.count) return;
    text_add_string(out, "<ul>");
    for (size_t i = 0; i < list.count; i++) element(out, "<li>", list.items[i].message, "</li>");
    text_add_string(out, "</ul>\n");
}

/* ------------------------------------------------------------------ tables */

static void groups_table(text_builder *out, const attribute_report *r, bool has_label)
{
    text_add_string(
        out, "<div class=\"wide\"><table><thead><tr><th>Group</th><th>Count</th><th>Selected</th><th>Rate</th><th>95 % "
             "interval</th>");
    if (has_label)
        text_add_string(
            out,
            "<th>TPR</th><th>95 % interval</th><th>FPR</th><th>95 % interval</th><th>Precision</th><th>Accuracy</th>");
    text_add_string(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < r->group_count; i++) {
        const group_result *g = &r->groups[i];
        element(out, "<tr><td>", g->name,
                g->is_reference ? " (reference)</td>"
                : g->is_small   ? " (small)</td>"
                                : "</td>");
        text_add_format(out, "<td>%llu</td><td>%llu</td>", (unsigned long long)g->count,
                        (unsigned long long)g->selected);
        add_rate(out, g->rate[RATE_SELECTION]);
        add_rate_interval(out, g->interval[RATE_SELECTION]);
        if (has_label) {
            add_rate(out, g->rate[RATE_TRUE_POSITIVE]);
            add_rate_interval(out, g->interval[RATE_TRUE_POSITIVE]);
            add_rate(out, g->rate[RATE_FALSE_POSITIVE]);
            add_rate_interval(out, g->interval[RATE_FALSE_POSITIVE]);
            add_rate(out, g->rate[RATE_PRECISION]);
            add_rate(out, g->rate[RATE_ACCURACY]);
        }
        text_add_string(out, "</tr>\n");
    }
    text_add_string(out, "</tbody></table></div>\n");
}

static void measures_table(text_builder *out, const attribute_report *r)
{
    text_add_string(out, "<div class=\"wide\"><table><thead><tr><th>Metric</th><th>All groups</th><th>95 % "
                         "interval</th><th>Judged groups</th></tr></thead><tbody>\n");
    for (int m = 0; m < MEASURES; m++) {
        if (isnan(r->all.value[m]) && isnan(r->eligible.value[m])) continue;
        text_add_format(out, "<tr><td>%s</td>", fairness_measure_name((fairness_measure)m));
        if (isnan(r->all.value[m]))
            text_add_string(out, "<td>–</td>");
        else
            text_add_format(out, "<td>%.4f</td>", r->all.value[m]);
        if (isnan(r->all.interval[m].low))
            text_add_string(out, "<td>–</td>");
        else
            text_add_format(out, "<td>%.4f – %.4f</td>", r->all.interval[m].low, r->all.interval[m].high);
        if (isnan(r->eligible.value[m]))
            text_add_string(out, "<td>–</td></tr>\n");
        else
            text_add_format(out, "<td>%.4f</td></tr>\n", r->eligible.value[m]);
    }
    text_add_string(out, "</tbody></table></div>\n");
}

static void tests_line(text_builder *out, const attribute_report *r)
{
    const contingency *t = &r->tests;
    if (isnan(t->chi_square.p_value)) return;
    text_add_format(out, "<p class=\"soft\">χ² = %.3f with %llu degrees of freedom, p = %.3g; G = %.3f, p = %.3g",
                    t->chi_square.statistic, (unsigned long long)t->chi_square.dof, t->chi_square.p_value,
                    t->g_test.statistic, t->g_test.p_value);
    if (!isnan(t->fisher_p_value)) text_add_format(out, "; Fisher p = %.3g", t->fisher_p_value);
    if (t->strength) text_add_format(out, "; Cramér's V = %.3f (%s)", t->cramers_v, t->strength);
    text_add_string(out, ".</p>\n");
}

/* ------------------------------------------------------------------ an attribute */

static void selection_sentence(text_builder *out, const attribute_report *r)
{
    if (!r->has_worst || r->worst == r->best) {
        text_add_string(out, "Selection rate of each group, with its 95 % interval.");
        return;
    }
    const group_result *worst = &r->groups[r->worst], *best = &r->groups[r->best];
    element(out, "<strong>", worst->name, "</strong> is selected least often");
    text_add_format(out, " (%.1f %%), ", 100 * worst->rate[RATE_SELECTION]);
    element(out, "<strong>", best->name, "</strong> most often");
    text_add_format(out, " (%.1f %%).", 100 * best->rate[RATE_SELECTION]);
    if (r->shortfall)
        text_add_format(out, " %llu more favorable decisions for the first would reach the dashed line.",
                        (unsigned long long)r->shortfall);
}

static bool has_calibration(const attribute_report *r)
{
    for (size_t i = 0; i < r->group_count; i++)
        if (r->groups[i].is_eligible && r->groups[i].calibration) return true;
    return false;
}

static void attribute_section(text_builder *out, const attribute_report *r, const fairness_report *report)
{
    element(out, "<section><h2>", r->name, "</h2>\n");
    text_add_format(out, "<span class=\"verdict %s\">%s</span>\n", verdict_name(r->verdict), verdict_name(r->verdict));
    remarks(out, r->reasons);
    text_add_string(out, "<figure><figcaption>");
    selection_sentence(out, r);
    text_add_string(out, "</figcaption>\n");
    chart_selection(out, r, report->request.policy.impact_ratio_pass);
    text_add_string(out, "<p class=\"soft\">Grey: the group compared with. Dashed outline: too few rows to judge. "
                         "Whiskers: 95 % intervals.</p></figure>\n");
    if (report->has_label) {
        text_add_string(out, "<figure><figcaption>Rates of each group; darker is higher.</figcaption>\n");
        chart_heat(out, r);
        text_add_string(out, "</figure>\n");
    }
    if (has_calibration(r)) {
        text_add_string(
            out, "<figure><figcaption>Calibration: on the dashed line a score means what it says.</figcaption>\n");
        chart_calibration(out, r);
        text_add_string(out, "</figure>\n");
    }
    text_add_string(out, "<h3>Groups</h3>\n");
    groups_table(out, r, report->has_label);
    text_add_string(out, "<h3>Metrics</h3>\n");
    measures_table(out, r);
    tests_line(out, r);
    if (r->notes.count) {
        text_add_string(out, "<details><summary>Notes</summary>");
        remarks(out, r->notes);
        text_add_string(out, "</details>\n");
    }
    text_add_string(out, "</section>\n");
}

static void gates_section(text_builder *out, const fairness_report *report)
{
    if (!report->gate_count) return;
    text_add_string(out,
                    "<section><h2>Gates</h2><div "
                    "class=\"wide\"><table><thead><tr><th>Gate</th><th>Value</th><th>Result</th></tr></thead><tbody>");
    for (size_t i = 0; i < report->gate_count; i++) {
        const gate_result *g = &report->gates[i];
        element(out, "<tr><td>", g->gate.expression, "</td>");
        if (isnan(g->value))
            text_add_string(out, "<td>–</td>");
        else
            text_add_format(out, "<td>%.4f</td>", g->value);
        text_add_format(out, "<td class=\"%s\">%s</td></tr>", g->passed ? "PASS" : "FAIL",
                        g->passed ? "passed" : "failed");
    }
    text_add_string(out, "</tbody></table></div></section>\n");
}

static void parameters_section(text_builder *out, const fairness_report *report)
{
    const fairness_request *r = &report->request;
    text_add_string(out, "<section><h2>Parameters</h2><p class=\"soft\">");
    element(out, "Favorable: ", report->favorable, "");
    if (text_is(r->label)) element(out, "; label: ", r->label, "");
    if (text_is(r->prediction)) element(out, "; decision: ", r->prediction, "");
    if (text_is(r->score)) element(out, "; score: ", r->score, "");
    text_add_format(out,
                    "; seed %llu, %u bootstrap replicates; groups below %llu rows are not judged; policy %s; engine "
                    "%s.</p></section>\n",
                    (unsigned long long)r->seed, r->bootstrap_replicates, (unsigned long long)r->min_group_size,
                    r->policy.version, engine_version());
}

text report_html(arena *a, const fairness_report *report, const char *data_name)
{
    text_builder out = text_builder_in(a);
    text_add_string(&out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                          "content=\"width=device-width,initial-scale=1\">");
    element(&out, "<title>Fairness report: ", text_of(data_name), "</title>");
    text_add_format(&out, "<style>%s</style></head><body><main>\n", style);
    element(&out, "<p class=\"soft\">Fairness report · ", text_of(data_name), "</p>\n");
    element(&out, "<h1>", report->headline, "</h1>\n");
    text_add_format(&out, "<span class=\"verdict %s\">%s</span><span class=\"soft\">%llu rows",
                    verdict_name(report->verdict), verdict_name(report->verdict), (unsigned long long)report->rows);
    if (report->dropped_rows)
        text_add_format(&out, ", %llu dropped for a missing value", (unsigned long long)report->dropped_rows);
    text_add_string(&out, "</span>\n");
    remarks(&out, report->warnings);
    for (size_t i = 0; i < report->attribute_count; i++) attribute_section(&out, &report->attributes[i], report);
    if (report->intersectional) attribute_section(&out, report->intersectional, report);
    gates_section(&out, report);
    remarks(&out, report->notes);
    parameters_section(&out, report);
    text_add_string(&out, "</main></body></html>\n");
    return text_built(&out);
}
