/* `aic explain --method counterfactual`: what would have had to be different. */
#ifndef AIC_PROGRAMS_EXPLAIN_COUNTERFACTUAL_H
#define AIC_PROGRAMS_EXPLAIN_COUNTERFACTUAL_H

#include "programs/explain_options.h"

/* The input is open. JSON: {"method", "rows": [number of the row…], "results": [one for each row]}. */
error explain_counterfactuals(arena *a, explain_command *c);

#endif
