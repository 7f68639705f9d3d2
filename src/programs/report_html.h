/* The report as one HTML file: no script, nothing loaded from anywhere, charts as SVG with their tables behind them,
 * light and dark, readable at 390 px and on paper. */
#ifndef AIC_PROGRAMS_REPORT_HTML_H
#define AIC_PROGRAMS_REPORT_HTML_H

#include "engine/aic_engine.h"

text report_html(arena *a, const fairness_report *report, const char *data_name);

/* ---- for report_charts.c */
void html_escape(text_builder *out, text t);
void chart_selection(text_builder *out, const attribute_report *r, double pass);
void chart_heat(text_builder *out, const attribute_report *r);
void chart_calibration(text_builder *out, const attribute_report *r);

#endif
