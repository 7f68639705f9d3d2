/* `aic predict MODEL DATA`: a prediction for each row. */
#ifndef AIC_PROGRAMS_AIC_PREDICT_H
#define AIC_PROGRAMS_AIC_PREDICT_H

int aic_predict_main(int argc, char **argv); /* argv[0] is "predict" */

#endif
