/* Files of data: CSV, JSON (a list of rows, or an object of columns) or NDJSON, told by the name's ending, else by the
 * text; "-" is standard input. On a terminal a bar shows how far a long reading is. */
#ifndef AIC_PROGRAMS_DATA_READ_H
#define AIC_PROGRAMS_DATA_READ_H

#include "base/table_reader.h"

error data_read_into(arena *a, const char *path, row_sink sink);

#endif
