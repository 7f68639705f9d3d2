/* Orders: what a request asks for, checked as far as reading it once allows, and handed to a worker. */
#ifndef AIC_FEATURES_EXPLANATIONS_ORDERS_H
#define AIC_FEATURES_EXPLANATIONS_ORDERS_H

#include "features/explanations/explanations.h"

/* The request's body becomes the data of a task, its fields the input. `way` names the address: NULL, "shap", "lime",
 * "counterfactual", "global". */
error explain_queue(request *rq, const char *way);
error train_queue(request *rq);

/* ------------------------------------------------------------------ within a task */

/* The rows that were sent with a task; a JSON body has been parsed once. */
typedef struct task_table {
    bool is_csv;
    json_bulk *document; /* NULL: CSV, or nothing was sent */
} task_table;

error explain_order_of(task_run *t, explain_order *out, task_table *sent_with);
error train_order_of(task_run *t, train_order *out, task_table *sent_with);
/* Once: to the sink, whether they were sent or are a data set. */
error task_rows(task_run *t, const task_table *sent_with, const maybe_uuid *dataset_id, row_sink sink);
error task_dataset_rows(task_run *t, uuid id, row_sink sink);

typedef struct row_range {
    size_t from, to; /* `to` not included */
} row_range;
error explain_rows(arena *a, text said, row_range *out);

#endif
