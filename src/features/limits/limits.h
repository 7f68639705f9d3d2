/* How much may be sent at once: rows and features of a table, bytes of a body, data sets of an organization. One place,
 * so that every endpoint that takes a table refuses the same way: the limit, what was sent, and what to do instead.
 *
 *     TRY(csv_read(rq->arena, rq->body, sink, limits_of_tables(rq->app)));
 */
#ifndef AIC_FEATURES_LIMITS_H
#define AIC_FEATURES_LIMITS_H

#include "base/config.h"
#include "base/table_reader.h"
#include "features/app.h"

#define LIMITS_ADVICE "Upload larger data with POST /datasets, and name it by its dataset_id."

data_limits limits_of_settings(const config *settings);

/* For the readers of base/table_reader.h, which check while they read. */
table_limits limits_of_tables(const platform *app);
/* For tables that are made otherwise: OK, or BAD_REQUEST like the readers' own. */
error limits_check_table(const platform *app, arena *a, size_t rows, size_t features);

#endif
