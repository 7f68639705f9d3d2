/* PostgreSQL's binary format to and from C structs, by the slots of a statement. The store's own business. */
#ifndef AIC_STORE_BINARY_H
#define AIC_STORE_BINARY_H

#include "store/statement.h"

#include <libpq-fe.h>

Oid binary_oid(sql_kind kind);
const char *binary_type_name(Oid type); /* as a .sql file says it; "type" for one that sqlgen does not know */

typedef struct binary_parameters {
    const char **values;
    int *lengths, *formats;
    Oid *types;
    int count;
} binary_parameters;

/* `from` is the struct that the slots describe; NULL gives the types alone. Values may point into it: it must live
 * until they were sent. A number that does not fit its type is INVALID. */
error binary_encode(arena *a, const statement_slot *slots, size_t count, const void *from, binary_parameters *out);

/* Texts point into the result, which must therefore live as long as the arena. */
error binary_decode(arena *a, const PGresult *result, int row, const statement *s, void *to);

#endif
