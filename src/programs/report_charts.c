#include "programs/report_html.h"

#include <math.h>

/* Charts are drawn in a box 720 wide and scale with the page. Colours come from classes, so that light and dark are the
 * style sheet's business; every mark has its label or shape, so that colour is never alone. */
enum { WIDTH = 720, LEFT = 190, RIGHT = 64, ROW = 34, TOP = 12, BOTTOM = 30 };

static double across(double rate)
{
    return LEFT + rate * (WIDTH - LEFT - RIGHT);
}

static void open_chart(text_builder *out, int height, const char *label)
{
    text_add_format(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", WIDTH, height, label);
}

static void percent_axis(text_builder *out, int height)
{
    for (int tick = 0; tick <= 100; tick += 20) {
        double x = across(tick / 100.0);
        text_add_format(out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", x, x, TOP,
                        height - BOTTOM);
        text_add_format(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d %%</text>\n", x,
                        height - 10, tick);
    }
}

/* At most 24 characters stand beside a bar; the table below has the whole name. */
static void group_label(text_builder *out, const group_result *g, double y)
{
    text_add_format(out, "<text class=\"name\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 10, y);
    size_t i = 0, shown = 0;
    while (i < g->name.length && shown < 24) {
        do i++;
        while (i < g->name.length && ((unsigned char)g->name.data[i] & 0xC0) == 0x80);
        shown++;
    }
    html_escape(out, (text){ g->name.data, i });
    text_add_string(out, i < g->name.length ? "…</text>" : "</text>");
}

static void selection_bar(text_builder *out, const group_result *g, double y)
{
    double rate = g->rate[RATE_SELECTION];
    confidence_interval ci = g->interval[RATE_SELECTION];
    group_label(out, g, y + 5);
    if (isnan(rate)) return;
    const char *kind = g->is_small || g->is_missing ? "bar small" : g->is_reference ? "bar ref" : "bar";
    text_add_format(out, "<rect class=\"%s\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"18\" rx=\"2\"/>", kind, LEFT,
                    y - 9, across(rate) - LEFT);
    if (!isnan(ci.low))
        text_add_format(out, "<path class=\"whisker\" d=\"M%.1f %.1fH%.1fM%.1f %.1fv10M%.1f %.1fv10\"/>",
                        across(ci.low), y, across(ci.high), across(ci.low), y - 5, across(ci.high), y - 5);
    double right = across(isnan(ci.high) ? rate : fmax(rate, ci.high));
    text_add_format(out, "<text class=\"value\" x=\"%.1f\" y=\"%.1f\">%.1f %%</text>\n", right + 6, y + 5, 100 * rate);
}

void chart_selection(text_builder *out, const attribute_report *r, double pass)
{
    int height = TOP + BOTTOM + ROW * (int)r->group_count;
    open_chart(out, height, "Selection rate of each group with its 95 % interval");
    percent_axis(out, height);
    for (size_t i = 0; i < r->group_count; i++) selection_bar(out, &r->groups[i], TOP + ROW * ((double)i + 0.5));
    double best = r->has_worst ? r->groups[r->best].rate[RATE_SELECTION] : NAN;
    if (!isnan(best)) {
        double x = across(best * pass);
        text_add_format(out, "<line class=\"limit\" x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\"/>", x, x,
                        height - BOTTOM);
        text_add_format(
            out, "<text class=\"limit-name\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f %% of the best</text>", x,
            height - BOTTOM + 4 - 1, 100 * pass);
    }
    text_add_string(out, "</svg>\n");
}

/* ------------------------------------------------------------------ group × rate */

static const group_rate heat_rates[] = { RATE_SELECTION,      RATE_BASE,      RATE_TRUE_POSITIVE,
                                         RATE_FALSE_POSITIVE, RATE_PRECISION, RATE_ACCURACY };
static const char *const heat_names[] = { "selected", "truly fav.", "TPR", "FPR", "precision", "accuracy" };
enum { HEAT_RATES = sizeof heat_rates / sizeof *heat_rates };

void chart_heat(text_builder *out, const attribute_report *r)
{
    int head = 26, height = head + ROW * (int)r->group_count + 4;
    double width = (double)(WIDTH - LEFT) / HEAT_RATES;
    open_chart(out, height, "Rates of each group; darker is higher");
    for (int m = 0; m < HEAT_RATES; m++)
        text_add_format(out, "<text class=\"tick\" x=\"%.1f\" y=\"16\" text-anchor=\"middle\">%s</text>",
                        LEFT + (m + 0.5) * width, heat_names[m]);
    for (size_t i = 0; i < r->group_count; i++) {
        double y = head + ROW * (double)i;
        group_label(out, &r->groups[i], y + ROW / 2.0 + 5);
        for (int m = 0; m < HEAT_RATES; m++) {
            double rate = r->groups[i].rate[heat_rates[m]];
            double x = LEFT + m * width;
            if (isnan(rate)) {
                text_add_format(out,
                                "<rect class=\"none\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/><text "
                                "class=\"value\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">–</text>",
                                x + 1, y + 1, width - 2, ROW - 2, x + width / 2, y + ROW / 2.0 + 5);
                continue;
            }
            text_add_format(
                out, "<rect class=\"heat\" fill-opacity=\"%.2f\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>",
                0.06 + 0.84 * rate, x + 1, y + 1, width - 2, ROW - 2);
            text_add_format(out,
                            "<text class=\"value%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.1f %%</text>\n",
                            rate > 0.55 ? " on-dark" : "", x + width / 2, y + ROW / 2.0 + 5, 100 * rate);
        }
    }
    text_add_string(out, "</svg>\n");
}

/* ------------------------------------------------------------------ calibration */

enum { SQUARE = 300, PLOT_LEFT = 60, PLOT_TOP = 14 };
static const char *const shapes[] = { "M-5 -5h10v10h-10z", "M0 -6l6 11h-12z", "M0 -6l6 6l-6 6l-6 -6z",
                                      "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0" };

static double plot_x(double score)
{
    return PLOT_LEFT + score * SQUARE;
}

static double plot_y(double share)
{
    return PLOT_TOP + (1 - share) * SQUARE;
}

static void calibration_line(text_builder *out, const calibration *c, int number)
{
    bool started = false;
    text_add_format(out, "<path class=\"curve c%d\" d=\"", number);
    for (int b = 0; b < CALIBRATION_BINS; b++) {
        if (!c->bins[b].count) continue;
        text_add_format(out, "%c%.1f %.1f", started ? 'L' : 'M', plot_x(c->bins[b].mean_score),
                        plot_y(c->bins[b].mean_label));
        started = true;
    }
    text_add_string(out, "\"/>");
    for (int b = 0; b < CALIBRATION_BINS; b++)
        if (c->bins[b].count)
            text_add_format(out, "<path class=\"mark c%d\" transform=\"translate(%.1f %.1f)\" d=\"%s\"/>", number,
                            plot_x(c->bins[b].mean_score), plot_y(c->bins[b].mean_label), shapes[number]);
}

void chart_calibration(text_builder *out, const attribute_report *r)
{
    open_chart(out, SQUARE + 60, "Calibration: mean score against the share that came true");
    text_add_format(out, "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", PLOT_LEFT, PLOT_TOP,
                    SQUARE, SQUARE);
    text_add_format(out, "<line class=\"limit\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", plot_x(0),
                    plot_y(0), plot_x(1), plot_y(1));
    for (int tick = 0; tick <= 100; tick += 25) {
        text_add_format(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.2g</text>",
                        plot_x(tick / 100.0), PLOT_TOP + SQUARE + 18, tick / 100.0);
        text_add_format(out, "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d %%</text>", PLOT_LEFT - 6,
                        plot_y(tick / 100.0) + 4, tick);
    }
    text_add_format(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">mean score</text>",
                    plot_x(0.5), PLOT_TOP + SQUARE + 38);
    int number = 0;
    for (size_t i = 0; i < r->group_count && number < 4; i++) {
        const group_result *g = &r->groups[i];
        if (!g->is_eligible || !g->calibration) continue;
        calibration_line(out, g->calibration, number);
        double y = PLOT_TOP + 16 + number * 24;
        text_add_format(out,
                        "<path class=\"mark c%d\" transform=\"translate(%d %.1f)\" d=\"%s\"/><text class=\"name\" "
                        "x=\"%d\" y=\"%.1f\">",
                        number, PLOT_LEFT + SQUARE + 30, y, shapes[number], PLOT_LEFT + SQUARE + 44, y + 5);
        html_escape(out, g->name);
        text_add_format(out, " (error %.3f)</text>\n", g->calibration->expected_calibration_error);
        number++;
    }
    text_add_string(out, "</svg>\n");
}
