#include "store/connection.h"

enum { RETRY_SECONDS = 2 };

/* What the database said, in a form that code can look at. Texts may be NO_TEXT. */
typedef struct failure {
    text state, message, detail, constraint, table, column;
} failure;

static failure read_failure(const PGresult *result)
{
    return (failure){
        .state = text_of(PQresultErrorField(result, PG_DIAG_SQLSTATE)),
        .message = text_of(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)),
        .detail = text_of(PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL)),
        .constraint = text_of(PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME)),
        .table = text_of(PQresultErrorField(result, PG_DIAG_TABLE_NAME)),
        .column = text_of(PQresultErrorField(result, PG_DIAG_COLUMN_NAME)),
    };
}

/* ------------------------------------------------------------------ constraints without a message of their own */

static text without_start(text t, text start)
{
    if (t.length < start.length || memcmp(t.data, start.data, start.length) != 0) return t;
    return (text){ t.data + start.length, t.length - start.length };
}

static text without_end(text t, const char *end)
{
    if (text_ends(t, end)) t.length -= strlen(end);
    return t;
}

/* The column in PostgreSQL's own name for a constraint: risk_tier of ai_systems_risk_tier_check, name of
 * ai_systems_org_id_name_key. Several columns stand there joined. NO_TEXT when the constraint has a name of its own. */
static text constraint_column(arena *a, const failure *f, const char *kind)
{
    if (!text_is(f->table) || !text_is(f->constraint) || !text_ends(f->constraint, kind)) return NO_TEXT;
    text start = text_format(a, "%.*s_", PRINT(f->table));
    text rest = without_start(without_end(f->constraint, kind), start);
    if (rest.data == f->constraint.data) return NO_TEXT;
    rest = without_start(rest, TEXT("org_id_")); /* the tenant is no choice of the caller's */
    return rest.length && !text_equal_string(rest, "org_id") ? text_copy(a, rest) : NO_TEXT;
}

static text words(arena *a, text name)
{
    char *spaced = arena_string(a, name.data, name.length);
    for (size_t i = 0; i < name.length; i++)
        if (spaced[i] == '_') spaced[i] = ' ';
    return (text){ spaced, name.length };
}

static const char *pointer_to(arena *a, text column)
{
    return text_is(column) ? text_format(a, "/%.*s", PRINT(column)).data : "";
}

static error unique_broken(arena *a, const failure *f)
{
    text column = constraint_column(a, f, "_key");
    if (!column.data) return fail(a, CONFLICT, "", "One like this exists already.");
    /* Joined names of several columns are no field; "name" is one for sure. */
    bool single = !memchr(column.data, '_', column.length);
    return fail(a, CONFLICT, single ? pointer_to(a, column) : "", "One with the same %.*s exists already.",
                PRINT(words(a, column)));
}

static error reference_broken(arena *a, const failure *f)
{
    if (text_starts(f->message, "update or delete"))
        return fail(a, CONFLICT, "", "It is still in use and cannot be removed.");
    text column = constraint_column(a, f, "_fkey");
    if (!text_is(column))
        return fail(a, INVALID, "", "It refers to something that does not exist in your organization.");
    return fail(a, INVALID, pointer_to(a, column), "This %.*s does not exist in your organization.",
                PRINT(words(a, without_end(column, "_id"))));
}

static error check_broken(arena *a, const failure *f)
{
    text column = constraint_column(a, f, "_check");
    if (text_is(column))
        return fail(a, INVALID, pointer_to(a, column), "The %.*s is outside of what is allowed.",
                    PRINT(words(a, column)));
    /* A constraint with a name of its own was named for this: "an override has its reason". */
    if (text_is(f->constraint) && !text_ends(f->constraint, "_check"))
        return fail(a, INVALID, "", "Refused by a rule: %.*s.", PRINT(words(a, f->constraint)));
    return fail(a, INVALID, "", "A value is outside of what is allowed.");
}

static error value_missing(arena *a, const failure *f)
{
    if (!text_is(f->column)) return fail(a, INVALID, "", "A value is missing.");
    return fail(a, INVALID, pointer_to(a, f->column), "The %.*s is required.", PRINT(words(a, f->column)));
}

/* Our own functions write messages for people, and name the field in the detail. */
static error own_error(arena *a, const failure *f, error_kind kind)
{
    bool names_field = text_starts(f->detail, "/");
    return fail(a, kind, names_field ? text_string(a, f->detail) : "", "%.*s", PRINT(f->message));
}

/* ------------------------------------------------------------------ by SQLSTATE */

typedef struct state_row {
    const char *state; /* SQLSTATE or the start of it; first match counts */
    error_kind kind;
    const char *message;                       /* for a person, or else */
    error (*make)(arena *a, const failure *f); /* one that looks closer */
} state_row;

static const state_row states[] = {
    { "23505", CONFLICT, NULL, unique_broken },
    { "23P01", CONFLICT, "It overlaps with one that exists already.", NULL },
    { "23503", INVALID, NULL, reference_broken },
    { "23514", INVALID, NULL, check_broken },
    { "23502", INVALID, NULL, value_missing },
    { "22021", INVALID, "A text holds a character that cannot be stored.", NULL },
    { "22P05", INVALID, "A text holds a character that cannot be stored.", NULL },
    { "22001", INVALID, "A text is too long.", NULL },
    { "22003", INVALID, "A number is outside of what can be stored.", NULL },
    { "22", INVALID, "A value cannot be stored as it is.", NULL },
    { "40", UNAVAILABLE, "Another change came in between; nothing was changed. Try again.", NULL },
    { "55P03", UNAVAILABLE, "Another change came in between; nothing was changed. Try again.", NULL },
    { "57014", UNAVAILABLE, "This took too long and was stopped; nothing was changed. Try again.", NULL },
    { "57P", UNAVAILABLE, "The database is restarting; nothing was changed. Try again in a moment.", NULL },
    { "25P03", UNAVAILABLE, "This took too long and was stopped; nothing was changed. Try again.", NULL },
    { "08", UNAVAILABLE, "The database cannot be reached just now; nothing was changed. Try again in a moment.", NULL },
    { "53", UNAVAILABLE, "The database is busy; nothing was changed. Try again in a moment.", NULL },
};

static const struct {
    const char *state;
    error_kind kind;
} own_states[] = {
    { "AC401", UNAUTHENTICATED }, { "AC403", FORBIDDEN }, { "AC404", NOT_FOUND },
    { "AC409", CONFLICT },        { "AC412", STALE },     { "AC422", INVALID },
};

static error by_state(arena *a, const failure *f)
{
    for (size_t i = 0; i < sizeof own_states / sizeof *own_states; i++)
        if (text_equal_string(f->state, own_states[i].state)) return own_error(a, f, own_states[i].kind);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        const state_row *row = &states[i];
        if (!text_starts(f->state, row->state)) continue;
        if (row->make) return row->make(a, f);
        if (row->kind == UNAVAILABLE) return fail_later(a, UNAVAILABLE, RETRY_SECONDS, row->message);
        return fail(a, row->kind, "", "%s", row->message);
    }
    return OK;
}

static const constraint_message *registered(const constraint_message *constraints, const failure *f)
{
    for (const constraint_message *m = constraints; text_is(f->constraint) && m && m->constraint; m++)
        if (text_equal_string(f->constraint, m->constraint)) return m;
    return NULL;
}

error database_error(arena *a, const constraint_message *constraints, const PGresult *result,
                     const char *statement_name)
{
    failure f = read_failure(result);
    if (!text_is(f.state)) return database_gone(a); /* libpq's own: the connection broke */
    const constraint_message *known = registered(constraints, &f);
    if (known) {
        bool collides = text_equal_string(f.state, "23505") || text_equal_string(f.state, "23P01");
        return fail(a, collides ? CONFLICT : INVALID, known->pointer ? known->pointer : "", "%s", known->message);
    }
    error made = by_state(a, &f);
    if (made) return made;
    return fail(a, INTERNAL, "", "Statement %s: database error %.*s: %.*s", statement_name, PRINT(f.state),
                PRINT(f.message));
}
