/* The report as text for a terminal: a sentence, the verdict, then tables that fit 80 columns. */
#ifndef AIC_PROGRAMS_REPORT_TABLE_H
#define AIC_PROGRAMS_REPORT_TABLE_H

#include "engine/aic_engine.h"

#include <stdio.h>

void report_table(arena *a, FILE *out, const fairness_report *report, bool colored);

#endif
