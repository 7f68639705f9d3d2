/* From figures to words: the verdict of each rule and of the attribute, its reasons, and notes on whatever a reader
 * could misread. */
#ifndef AIC_ENGINE_VERDICT_H
#define AIC_ENGINE_VERDICT_H

#include "engine/aic_engine.h"

/* Fills findings, verdict, reasons and notes of an attribute that is otherwise complete. */
void verdict_judge(arena *a, const fairness_report *report, attribute_report *attribute);
/* Verdict, reasons, notes and headline of the whole from its attributes and the notes in `own`. */
void verdict_sum_up(arena *a, fairness_report *report, remark_list own);

#endif
