/* What a data set's columns hold, learned row by row in memory that does not grow with the rows: type, missing values,
 * how many different values (up to MOST_DISTINCT), the values themselves where they are few, bounds of numbers, and
 * which columns are by their name of a special category of personal data. */
#ifndef AIC_FEATURES_DATASETS_PROFILE_H
#define AIC_FEATURES_DATASETS_PROFILE_H

#include "base/table_reader.h"

enum { MOST_DISTINCT = 256, MOST_VALUES = 12, LONGEST_VALUE = 60 /* bytes of a value that is shown */ };

typedef struct profile profile;
profile *profile_new(arena *a);
row_sink profile_sink(profile *p);
int64_t profile_rows(const profile *p);
/* [{"name", "type", "missing", "distinct", "min", "max", "values": [{"value", "count"}], "special_category"}] */
text profile_json(arena *a, const profile *p);

/* "RELIGION", "HEALTH" …, or NO_TEXT: by whole words of a column's name, so that "trace" or "party_size" are none. */
text special_category(text column_name);

#endif
