/* `aic ledger verify EXPORT`: exit 0 sound, 1 not sound, 2 bad usage or input. */
#ifndef AIC_PROGRAMS_AIC_LEDGER_H
#define AIC_PROGRAMS_AIC_LEDGER_H

int aic_ledger_main(int argc, char **argv); /* argv[0] is "ledger" */

#endif
