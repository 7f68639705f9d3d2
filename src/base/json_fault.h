/* Says where a table in JSON cannot be read. simdjson is fast because it does not keep count; once it has refused a
 * text, this goes over it again, slowly, for row and column. */
#ifndef AIC_BASE_JSON_FAULT_H
#define AIC_BASE_JSON_FAULT_H

#include "base/json.h"

/* Always an error, BAD_REQUEST. `otherwise` is what to say when the second reading finds nothing wrong. */
error json_fault(arena *a, text document, const char *otherwise);

#endif
