/* `aic explain MODEL DATA`: what moved each prediction, and by how much. */
#ifndef AIC_PROGRAMS_AIC_EXPLAIN_H
#define AIC_PROGRAMS_AIC_EXPLAIN_H

#include "programs/explain_options.h"

/* Opens what the command names and chooses its method; and how the engine is asked then. */
error explain_command_open(arena *a, explain_command *c);
error explain_command_options(arena *a, const explain_command *c, explain_options *out);

int aic_explain_main(int argc, char **argv); /* argv[0] is "explain" */

#endif
