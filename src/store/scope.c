#include "store/transaction.h"

const char *system_reason_name(system_reason reason)
{
    static const char *const names[] = {
        [S1_SIGN_IN] = "S1 sign-in before a tenant is known",
        [S2_PUBLIC_REGISTRY] = "S2 public registry, verification, badge, index",
        [S3_PUBLIC_INTAKE] = "S3 public intake into an inbox",
        [S4_CASE_BY_SECRET] = "S4 case look-up by its secret",
        [S5_PAYMENT_WEBHOOK] = "S5 webhook of the payment provider",
        [S6_STAFF_VIEW] = "S6 staff view across tenants",
        [S7_SCHEDULER] = "S7 scheduler or worker",
        [S8_LEDGER_CHECKPOINT] = "S8 ledger checkpoint over all chains",
        [S9_PLATFORM_ADMINISTRATION] = "S9 platform administration",
    };
    return reason >= S1_SIGN_IN && reason <= S9_PLATFORM_ADMINISTRATION ? names[reason] : "";
}

/* ------------------------------------------------------------------ opening */

static scope *scope_new(store *s, arena *a, const caller *who, connection_pool *from)
{
    scope *db = ARENA_NEW(a, scope);
    db->arena = a;
    db->clock = s->options.clock;
    db->who = *who;
    db->connection = ARENA_NEW(a, struct scope_connection);
    db->connection->store = s;
    db->connection->pool = from;
    return db;
}

error scope_open_tenant(store *s, arena *a, const caller *who, scope **out)
{
    if (uuid_is_nil(who->org_id)) return fail(a, INTERNAL, "", "A TENANT scope was asked for without an organization.");
    *out = scope_new(s, a, who, &s->tenant);
    return OK;
}

error scope_open_system(store *s, arena *a, system_reason reason, text why, const caller *who, scope **out)
{
    const char *name = system_reason_name(reason);
    if (!*name || text_trim(why).length == 0)
        return fail(a, INTERNAL, "",
                    "A SYSTEM scope was asked for without a numbered reason and a sentence that says why.");
    *out = scope_new(s, a, who, &s->system);
    (*out)->connection->is_system = true;
    (*out)->connection->reason = text_format(a, "%s: %.*s", name, PRINT(why));
    return OK;
}

void scope_reads(scope *db)
{
    struct scope_connection *sc = db->connection;
    bool announces = sc->is_system && !uuid_is_nil(db->who.id); /* which is a write */
    if (sc->state == SCOPE_FRESH && !announces) sc->reads = true;
}

instant scope_now(const scope *db)
{
    return clock_now(&db->clock);
}

/* ------------------------------------------------------------------ the organization of a SYSTEM scope */

typedef struct set_org_in {
    text org_id;
} set_org_in;

static const statement_slot set_org_slots[] = { { "org_id", offsetof(set_org_in, org_id), SQL_TEXT, false } };

static const statement set_org_statement = {
    .name = "scope_set_org",
    .sql = "select set_config('aic.org_id', $1, true)",
    .kind = STATEMENT_EXEC,
    .scope = STATEMENT_SYSTEM,
    .inputs = set_org_slots,
    .input_count = 1,
};

error scope_set_org(scope *db, uuid org_id)
{
    struct scope_connection *sc = db->connection;
    if (!sc->is_system) return fail(db->arena, INTERNAL, "", "A TENANT scope keeps its organization.");
    db->who.org_id = org_id;
    if (sc->state != SCOPE_OPEN) return OK; /* sent when the next transaction is entered */
    return statement_exec(db, &set_org_statement, &(set_org_in){ uuid_format(db->arena, org_id) }, NULL);
}

/* ------------------------------------------------------------------ entering without a statement */

static const statement enter_statement = {
    .name = "scope_enter_only",
    .sql = "select 1",
    .kind = STATEMENT_EXEC,
    .scope = STATEMENT_BOTH,
};

error scope_enter(scope *db)
{
    return db->connection->entered ? OK : statement_exec(db, &enter_statement, NULL, NULL);
}
