/* Statements as tools/sqlgen writes them: what a named SQL statement takes and gives, and the four ways to run one.
 * Features call the generated functions, never these. */
#ifndef AIC_STORE_STATEMENT_H
#define AIC_STORE_STATEMENT_H

#include "store/store.h"

typedef enum {
    SQL_UUID,
    SQL_TEXT,
    SQL_BIGINT,
    SQL_INTEGER,
    SQL_BOOLEAN,
    SQL_DOUBLE,
    SQL_TIMESTAMPTZ,
    SQL_JSON,
    SQL_JSONB,
    SQL_BYTEA,
    SQL_TEXT_LIST,
    SQL_UUID_LIST
} sql_kind;

/* One member of a struct that a parameter comes from or a column goes to. */
typedef struct statement_slot {
    const char *name;
    size_t offset;
    sql_kind kind;
    bool nullable; /* the member is a maybe_…, or a text that may be NO_TEXT */
} statement_slot;

typedef enum { STATEMENT_ONE, STATEMENT_MAYBE, STATEMENT_MANY, STATEMENT_EXEC, STATEMENT_COUNT } statement_kind;
typedef enum { STATEMENT_TENANT = 1, STATEMENT_SYSTEM = 2, STATEMENT_BOTH = 3 } statement_scope;

typedef struct statement {
    const char *name; /* also its name on the connection: unique in the program */
    const char *sql;
    statement_kind kind;
    statement_scope scope;
    const statement_slot *inputs;
    size_t input_count;
    const statement_slot *columns;
    size_t column_count;
    size_t row_size;
} statement;

error statement_one(scope *db, const statement *s, const void *in, void *out); /* no row: NOT_FOUND */
error statement_maybe(scope *db, const statement *s, const void *in, bool *found, void *out);
error statement_many(scope *db, const statement *s, const void *in, const void **items, size_t *count);
error statement_exec(scope *db, const statement *s, const void *in, int64_t *affected); /* affected may be NULL */

/* PREPAREs and EXPLAINs every statement of the tables (a list of sqlgen's NAME_statements, ended by NULL) as each role
 * that may run it, and runs none: checks parameters and columns against the declarations, and the role's rights. Gives
 * all mistakes at once. */
extern const statement *const *const statement_tables[]; /* of the whole program: made by sqlgen --tables */
error statements_check(arena *a, store *s, const statement *const *const *tables, int *checked);

#endif
