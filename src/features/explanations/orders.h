/* Orders: what a request asks for, checked as far as reading it once allows, and handed to a worker. */
#ifndef AIC_FEATURES_EXPLANATIONS_ORDERS_H
#define AIC_FEATURES_EXPLANATIONS_ORDERS_H

#include "features/explanations/explanations.h"

/* The request's body becomes the data of a task, its fields the input. `way` names the address: NULL, "shap", "lime",
 * "counterfactual", "global". */
error explain_queue(request *rq, const char *way);
error train_queue(request *rq);

/* What the worker does: the same fields from the task's input, the same rows from its data. */
error explain_order_of(task_run *t, explain_order *out);
error train_order_of(task_run *t, train_order *out);

#endif
