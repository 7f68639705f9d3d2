/* `aic explain MODEL DATA`: what moved each prediction, and by how much. */
#ifndef AIC_PROGRAMS_AIC_EXPLAIN_H
#define AIC_PROGRAMS_AIC_EXPLAIN_H

int aic_explain_main(int argc, char **argv); /* argv[0] is "explain" */

#endif
