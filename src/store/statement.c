#include "store/transaction.h"

#include <stdlib.h>

error statement_maybe(scope *db, const statement *s, const void *in, bool *found, void *out)
{
    PGresult *result;
    TRY(transaction_run(db, s, in, false, &result));
    *found = PQntuples(result) > 0;
    memset(out, 0, s->row_size);
    return *found ? binary_decode(db->arena, result, 0, s, out) : OK;
}

error statement_one(scope *db, const statement *s, const void *in, void *out)
{
    bool found;
    TRY(statement_maybe(db, s, in, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "", "It was not found in your organization.");
}

error statement_many(scope *db, const statement *s, const void *in, const void **items, size_t *count)
{
    PGresult *result;
    TRY(transaction_run(db, s, in, false, &result));
    size_t rows = (size_t)PQntuples(result);
    char *made = arena_array(db->arena, rows, s->row_size);
    for (size_t i = 0; i < rows; i++) TRY(binary_decode(db->arena, result, (int)i, s, made + i * s->row_size));
    *items = made;
    *count = rows;
    return OK;
}

error statement_exec(scope *db, const statement *s, const void *in, int64_t *affected)
{
    PGresult *result;
    TRY(transaction_run(db, s, in, false, &result));
    if (affected) *affected = strtoll(PQcmdTuples(result), NULL, 10);
    return OK;
}

/* ------------------------------------------------------------------ checking them all */

static error check_as(arena *a, store *s, const statement *one, bool as_system)
{
    /* Any id will do: a statement that is only prepared sees no rows. */
    clock_source clock = clock_system();
    caller nobody = { .kind = ACTOR_SYSTEM, .org_id = uuid_v7(&clock) };
    scope *db;
    if (as_system)
        TRY(scope_open_system(s, a, S9_PLATFORM_ADMINISTRATION, TEXT("check the statements"), &nobody, &db));
    else
        TRY(scope_open_tenant(s, a, &nobody, &db));
    scope_reads(db);
    error bad = transaction_run(db, one, NULL, true, NULL);
    scope_rollback(db);
    return bad;
}

error statements_check(arena *a, store *s, const statement *const *const *tables, int *checked)
{
    error wrong = OK;
    *checked = 0;
    for (; *tables; tables++) {
        for (const statement *const *one = *tables; *one; one++) {
            for (int as_system = 0; as_system < 2; as_system++) {
                if (!((*one)->scope & (as_system ? STATEMENT_SYSTEM : STATEMENT_TENANT))) continue;
                error bad = check_as(a, s, *one, as_system);
                if (bad && bad->kind == UNAVAILABLE) return bad;
                wrong = error_also(a, wrong, bad);
                ++*checked;
            }
        }
    }
    return wrong;
}
