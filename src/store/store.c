#include "store/transaction.h"

/* ------------------------------------------------------------------ opening */

static void release_options(void *options)
{
    PQconninfoFree(options);
}

error store_connecting(arena *a, const store_options *options, connection_options *out)
{
    char *why = NULL;
    PQconninfoOption *parsed = PQconninfoParse(text_string(a, options->url), &why);
    if (!parsed) {
        PQfreemem(why); /* libpq's message may repeat the URL, and with it a password */
        return fail(a, INVALID, "/DATABASE_URL",
                    "DATABASE_URL cannot be read: expected postgresql://user:password@host/database.");
    }
    arena_defer(a, release_options, parsed);
    size_t count = 0, n = 0;
    while (parsed[count].keyword) count++;
    const char **keywords = ARENA_ARRAY(a, count + 1, const char *);
    const char **values = ARENA_ARRAY(a, count + 1, const char *);
    for (size_t i = 0; i < count; i++) {
        if (!parsed[i].val) continue;
        keywords[n] = parsed[i].keyword;
        values[n++] = parsed[i].val;
    }
    *out = (connection_options){
        .keywords = keywords, .values = values, .statement_ms = options->statement_ms, .log = options->log
    };
    return OK;
}

error store_open(arena *a, const store_options *options, store **out)
{
    connection_options connecting;
    TRY(store_connecting(a, options, &connecting));
    store *s = ARENA_NEW(a, store);
    s->options = *options;
    transaction_entrance(a, false, &connecting);
    connection_pool_start(&s->tenant, &connecting, options->tenant_connections);
    transaction_entrance(a, true, &connecting);
    connection_pool_start(&s->system, &connecting, options->system_connections);
    *out = s;
    return OK;
}

void store_close(store *s)
{
    connection_pool_close(&s->tenant);
    connection_pool_close(&s->system);
}

/* ------------------------------------------------------------------ looking at it */

store_figures store_read_figures(store *s)
{
    store_figures f = {
        .statements = s->statements,
        .transactions = s->transactions,
        .failures = s->failures,
        .reconnects = s->reconnects,
        .round_trips = s->round_trips,
    };
    connection_pool *pools[] = { &s->tenant, &s->system };
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&pools[i]->lock);
        f.connections += pools[i]->open;
        f.busy += pools[i]->busy;
        f.waiting += pools[i]->waiting;
        pthread_mutex_unlock(&pools[i]->lock);
    }
    return f;
}

bool store_ready(store *s)
{
    arena *a = arena_new();
    caller nobody = { .kind = ACTOR_SYSTEM };
    scope *db;
    error bad =
        scope_open_system(s, a, S9_PLATFORM_ADMINISTRATION, TEXT("ask whether the database answers"), &nobody, &db);
    if (!bad) {
        scope_reads(db);
        bad = scope_enter(db);
        scope_rollback(db);
    }
    arena_drop(a);
    return !bad;
}
