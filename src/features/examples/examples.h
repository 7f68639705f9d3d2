/* Data that a newcomer may try an analysis with: the invented lender that the project generates, and public files that
 * whoever runs the server put into its examples directory. */
#ifndef AIC_FEATURES_EXAMPLES_H
#define AIC_FEATURES_EXAMPLES_H

#include "features/app.h"

extern const route examples_routes[];

/* Reads what of the known examples is in the directory; a file that is not there is left out. */
error examples_load(arena *a, text directory, platform *app);

#endif
