/* PostgreSQL's binary format to and from C structs, by the slots of a statement. */
#ifndef AIC_STORE_BINARY_H
#define AIC_STORE_BINARY_H

#include "store/statement.h"

#include <libpq-fe.h>

Oid binary_oid(sql_kind kind);

typedef struct binary_parameters {
    const char **values;
    int *lengths, *formats;
    Oid *types;
    int count;
} binary_parameters;

binary_parameters binary_encode(arena *a, const statement_slot *slots, size_t count, const void *from);
error binary_decode(arena *a, const PGresult *result, int row, const statement *s, void *to);

#endif
