/* `aic explain --method importance --label y`: how much worse the model gets when one column is shuffled. */
#ifndef AIC_PROGRAMS_EXPLAIN_IMPORTANCE_H
#define AIC_PROGRAMS_EXPLAIN_IMPORTANCE_H

#include "engine/explain/global.h"
#include "programs/explain_options.h"

/* Without a word about it. */
error explain_importance_compute(arena *a, const explain_command *c, const explain_watch *watch,
                                 feature_importance *out);
error explain_importance(arena *a, explain_command *c); /* the input is open */

#endif
