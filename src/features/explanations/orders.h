/* Orders: what a request asks for, checked as far as reading it once allows, and handed to a worker. */
#ifndef AIC_FEATURES_EXPLANATIONS_ORDERS_H
#define AIC_FEATURES_EXPLANATIONS_ORDERS_H

#include "features/explanations/explanations.h"

/* The request's body becomes the data of a task, its fields the input. `way` names the address: NULL, "shap", "lime",
 * "counterfactual", "global". */
error explain_queue(request *rq, const char *way);
error train_queue(request *rq);

/* ------------------------------------------------------------------ within a task */

error explain_order_of(task_run *t, explain_order *out, bool *is_csv);
error train_order_of(task_run *t, train_order *out, bool *is_csv);
/* To the sink, whether they were sent or are a data set; as often as somebody wants them. */
error task_rows(task_run *t, bool is_csv, const maybe_uuid *dataset_id, row_sink sink);

typedef struct row_range {
    size_t from, to; /* `to` not included */
} row_range;
error explain_rows(arena *a, text said, row_range *out);

#endif
