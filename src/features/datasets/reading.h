/* A stored table's bytes on their way to a sink, whatever their media type; rows come out while bytes go in. */
#ifndef AIC_FEATURES_DATASETS_READING_H
#define AIC_FEATURES_DATASETS_READING_H

#include "base/table_reader.h"

typedef struct table_feed table_feed;

/* media_type: text/csv, application/x-ndjson, or application/json, which is held until it is whole. */
table_feed *table_feed_new(arena *a, text media_type, row_sink sink, table_limits limits);
error table_feed_more(table_feed *f, text piece);
error table_feed_finish(table_feed *f);
arena *table_feed_arena(const table_feed *f);

#endif
