/* `aic train DATA --label y --out MODEL`: learns a model and says how good it is. */
#ifndef AIC_PROGRAMS_AIC_TRAIN_H
#define AIC_PROGRAMS_AIC_TRAIN_H

int aic_train_main(int argc, char **argv); /* argv[0] is "train" */

#endif
