/* Demo data: an invented lender with its people, its systems and one recorded analysis, made through the same rules
 * that any request goes through. Nothing here writes a table by itself. */
#ifndef AIC_FEATURES_DEMO_H
#define AIC_FEATURES_DEMO_H

#include "features/app.h"

/* Makes it when it is not there yet, and writes the sign-ins to sign_ins_path (mode 0600). */
error demo_seed(platform *app, const char *sign_ins_path);

#endif
