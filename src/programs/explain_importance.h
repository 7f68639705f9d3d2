/* `aic explain --method importance --label y`: how much worse the model gets when one column is shuffled. */
#ifndef AIC_PROGRAMS_EXPLAIN_IMPORTANCE_H
#define AIC_PROGRAMS_EXPLAIN_IMPORTANCE_H

#include "programs/explain_options.h"

error explain_importance(arena *a, explain_command *c); /* the input is open */

#endif
