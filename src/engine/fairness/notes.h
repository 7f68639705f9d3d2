/* Notes of an attribute: why a value is null, which groups do not count, what a number does not prove. */
#ifndef AIC_ENGINE_NOTES_H
#define AIC_ENGINE_NOTES_H

#include "engine/fairness/remarks.h"

void notes_on_groups(remark_builder *notes, const fairness_report *report, const attribute_report *attribute);
void notes_on_measures(remark_builder *notes, const fairness_report *report, const attribute_report *attribute);
void notes_on_combinations(remark_builder *notes, const fairness_report *report, const attribute_report *attribute);
/* Of the whole report: what was not given and is therefore not computed. */
void notes_on_report(remark_builder *notes, const fairness_report *report);

#endif
