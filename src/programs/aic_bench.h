/* `aic bench MODEL DATA …`: how long this machine computes for what `aic explain` with the same words does. */
#ifndef AIC_PROGRAMS_AIC_BENCH_H
#define AIC_PROGRAMS_AIC_BENCH_H

int aic_bench_main(int argc, char **argv); /* argv[0] is "bench" */

#endif
