#include "features/door/door.h"

#include "crypto/hash.h"
#include "door.sql.h"
#include "features/access/access.h"
#include "features/api_keys/api_keys.h"
#include "features/billing/billing.h"
#include "features/identity/identity.h"
#include "features/keys/keys.h"
#include "features/models/models.h"
#include "features/rates/rates.h"
#include "features/tasks/tasks.h"

#include <strings.h>

static platform *app_of(const request *rq)
{
    return rq->app;
}

/* ------------------------------------------------------------------ who */

/* A bearer token wins over the cookie: a program that sends one means it. */
static text credential(const request *rq, bool *by_cookie)
{
    text sent = request_header(rq, "Authorization");
    *by_cookie = false;
    if (text_is(sent)) {
        static const char scheme[] = "Bearer ";
        if (sent.length > sizeof scheme && strncasecmp(sent.data, scheme, sizeof scheme - 1) == 0)
            return text_trim((text){ sent.data + sizeof scheme - 1, sent.length - (sizeof scheme - 1) });
        return TEXT("no bearer token"); /* another scheme, or none: refused as a token that cannot be read */
    }
    *by_cookie = true;
    return request_cookie(rq, ACCESS_COOKIE);
}

/* A public page must work with a stale cookie, and signing in again is how a revoked one is replaced: there, nobody
 * asks who comes. */
static error authenticate(request *rq)
{
    platform *app = app_of(rq);
    if (rq->route->access.kind == ACCESS_PUBLIC || rq->route->access.kind == ACCESS_WEBHOOK) return OK;
    bool by_cookie;
    text token = credential(rq, &by_cookie);
    if (!text_is(token) || token.length == 0) return OK;
    access_kind access = rq->route->access.kind;
    /* No JSON Web Token lacks its dots: this one is opaque, and the handler's to look at. */
    if (access == ACCESS_UNFINISHED && !by_cookie && !memchr(token.data, '.', token.length)) return OK;
    if (!by_cookie && api_key_looks_like(token)) {
        rq->who = ARENA_NEW(rq->arena, principal);
        error refused = api_keys_enter(app, rq, token, rq->who);
        if (refused) rq->who = NULL;
        return refused;
    }
    token_claims claims;
    error bad = keys_verify(app, rq->arena, token, &claims);
    /* Where a session is not asked for, a stale cookie is none; a program that sends a token means it. */
    if (bad && bad->kind == UNAUTHENTICATED && by_cookie && (access == ACCESS_ANYONE || access == ACCESS_UNFINISHED))
        return OK;
    TRY(bad);
    principal *who = ARENA_NEW(rq->arena, principal);
    *who = (principal){ .user_id = claims.subject,
                        .org_id = claims.org,
                        .jti = claims.jti,
                        .role = claims.role,
                        .capabilities = claims.scope,
                        .is_super_admin = claims.is_super_admin,
                        .by_cookie = by_cookie,
                        .authenticated_at = claims.authenticated_at,
                        .expires_at = claims.expires_at };
    rq->who = who;
    return OK;
}

static bool is_unsafe(const request *rq)
{
    return rq->route->method != GET;
}

static caller caller_of(const request *rq)
{
    const principal *who = rq->who;
    caller c = { .kind = rq->route->access.kind == ACCESS_WEBHOOK ? ACTOR_WEBHOOK : ACTOR_PUBLIC,
                 .request_id = rq->request_id,
                 .ip = rq->ip,
                 .user_agent = rq->user_agent };
    if (who) {
        c.kind = who->is_api_key ? ACTOR_API_KEY : ACTOR_USER;
        c.id = who->user_id;
        c.org_id = who->org_id;
        c.jti = who->jti;
    }
    return c;
}

/* A program stays within its organization, and away from what is about the person who asks. */
static error check_key(const request *rq, const access_rule *access)
{
    const char *needs = access->kind == ACCESS_CAPABILITY ? access->capability
                        : rq->route->key_reads            ? "view_audits"
                                                          : NULL;
    if (!needs || rq->route->scope.kind != SCOPE_TENANT)
        return fail(rq->arena, FORBIDDEN, "", "This is for people: an API key may not do it.");
    if (access_may(rq->who, needs)) return OK;
    return fail(rq->arena, FORBIDDEN, "", "This API key has no scope for it: it needs %s.", needs);
}

error door_check_fresh(arena *a, const principal *who, instant now)
{
    if (who->is_api_key) return fail(a, FORBIDDEN, "", "This is for people: an API key may not do it.");
    if (now - who->authenticated_at <= MINUTES(STEP_UP_MINUTES)) return OK;
    return fail(a, STEP_UP_REQUIRED, "",
                "This matters much, and you signed in a while ago: show that it is you first.");
}

static error check_access(const request *rq, const access_rule *access)
{
    const principal *who = rq->who;
    if (who->by_cookie && is_unsafe(rq) && !request_same_origin(rq))
        return fail(rq->arena, FORBIDDEN, "", "This request came from another site and was refused.");
    if (access->kind == ACCESS_SUPER_ADMIN && !who->is_super_admin)
        return fail(rq->arena, FORBIDDEN, "", "Only a super admin may do this.");
    if (who->is_api_key)
        TRY(check_key(rq, access));
    else if (access->kind == ACCESS_CAPABILITY && !access_may(who, access->capability))
        return fail(rq->arena, FORBIDDEN, "",
                    "Your role %.*s lacks the capability %s; ask an administrator of your organization.",
                    PRINT(who->role), access->capability);
    return rq->route->step_up ? door_check_fresh(rq->arena, who, clock_now(&app_of(rq)->clock)) : OK;
}

/* Whose session has ended is told so, and is not on record as somebody who tried what is forbidden. */
static error unless_ended(request *rq, error refusal)
{
    scope *db;
    caller who = caller_of(rq);
    TRY(scope_open_tenant(app_of(rq)->store, rq->arena, &who, &db));
    scope_reads(db);
    error ended = scope_enter(db);
    scope_rollback(db);
    return ended && ended->kind == UNAUTHENTICATED ? ended : refusal;
}

static error authorise(request *rq, const access_rule *access)
{
    if (!rq->who) return fail(rq->arena, UNAUTHENTICATED, "", "Sign in first, or send a bearer token.");
    error refusal = check_access(rq, access);
    return refusal ? unless_ended(rq, refusal) : OK;
}

/* ------------------------------------------------------------------ scopes */

/* What the audit log calls this request when it succeeds; NULL when it is no event. */
static const char *event_of(const request *rq)
{
    if (rq->event) return rq->event;
    if (rq->route->audit) return rq->route->audit;
    if (request_exports(rq)) return "data_exported";
    return rq->route->access.kind == ACCESS_SUPER_ADMIN ? "super_admin_action" : NULL;
}

/* The tenant's scope when there is a session that holds; without one *opened is false. */
static error open_by_session(request *rq, bool *opened)
{
    caller who = caller_of(rq);
    *opened = rq->who != NULL;
    if (!rq->who) return OK;
    TRY(scope_open_tenant(app_of(rq)->store, rq->arena, &who, &rq->scope));
    error ended = scope_enter(rq->scope);
    if (!ended || ended->kind != UNAUTHENTICATED || !rq->who->by_cookie) return ended;
    scope_rollback(rq->scope);
    rq->scope = NULL;
    rq->who = NULL;
    *opened = false;
    return OK;
}

static error open_scope(request *rq)
{
    platform *app = app_of(rq);
    const scope_rule *rule = &rq->route->scope;
    bool opened = false;
    if (rule->kind == SCOPE_TENANT_OR_SYSTEM) TRY(open_by_session(rq, &opened));
    if (opened) return OK;
    caller who = caller_of(rq);
    if (rule->kind == SCOPE_TENANT) {
        TRY(scope_open_tenant(app->store, rq->arena, &who, &rq->scope));
        if (rq->route->method == GET && !event_of(rq)) scope_reads(rq->scope);
        return OK;
    }
    if (rule->kind == SCOPE_SYSTEM || rule->kind == SCOPE_TENANT_OR_SYSTEM)
        return scope_open_system(app->store, rq->arena, (system_reason)rule->reason, text_of(rule->why), &who,
                                 &rq->scope);
    return OK;
}

/* ------------------------------------------------------------------ Idempotency-Key */

static text request_hash(const request *rq)
{
    sha256_stream *hash = sha256_start(rq->arena);
    text method_path =
        text_format(rq->arena, "%d %s %.*s\n", (int)rq->route->method, rq->route->path, PRINT(rq->target));
    sha256_more(hash, method_path);
    sha256_more(hash, rq->body);
    return sha256_finish(rq->arena, hash);
}

static error recall(request *rq, bool *replayed)
{
    *replayed = false;
    text key = request_header(rq, "Idempotency-Key");
    const principal *who = rq->who;
    if (!text_is(key) || !who || !rq->scope) return OK;
    bool found;
    remembered_reply seen;
    TRY(sql_reply_recall(
        rq->scope,
        &(sql_reply_recall_in){ .actor_id = who->user_id, .key = key, .since = scope_now(rq->scope) - DAYS(1) }, &found,
        &seen));
    if (!found) return OK;
    if (!text_equal(seen.request_hash, request_hash(rq)))
        return fail(rq->arena, CONFLICT, "", "This Idempotency-Key was used for a different request; take a new one.");
    reply_status(rq, (int)seen.status);
    if (text_is(seen.location)) reply_header(rq, "Location", seen.location);
    reply_header(rq, "Idempotency-Replayed", TEXT("true"));
    reply_raw(rq, text_string(rq->arena, seen.content_type), seen.reply);
    *replayed = rq->who->is_replay = true;
    return OK;
}

static error remember(request *rq, int status, text reply_body)
{
    text key = request_header(rq, "Idempotency-Key");
    const principal *who = rq->who;
    if (!rq->route->idempotent || !text_is(key) || !who || who->is_replay) return OK;
    return sql_reply_remember(rq->scope, &(sql_reply_remember_in){ .actor_id = who->user_id,
                                                                   .key = key,
                                                                   .request_hash = request_hash(rq),
                                                                   .status = status,
                                                                   .content_type = TEXT("application/json"),
                                                                   .location = reply_location(rq),
                                                                   .reply = reply_body });
}

/* ------------------------------------------------------------------ audit, commit */

/* Which request it was, where the event alone does not say it. */
static text asked(const request *rq)
{
    static const char *const methods[] = { "GET", "POST", "PATCH", "PUT", "DELETE" };
    return text_format(rq->arena, "%s %.*s", methods[rq->route->method], PRINT(rq->target));
}

static sql_audit_insert_in audit_row(const request *rq, const char *event, text outcome, text reason)
{
    const principal *who = rq->who;
    return (sql_audit_insert_in){
        .org_id = { .is_set = who && !uuid_is_nil(who->org_id), .value = who ? who->org_id : (uuid){ { 0 } } },
        .actor_id = { .is_set = who != NULL, .value = who ? who->user_id : (uuid){ { 0 } } },
        .actor_kind = who                                        ? text_of(who->is_api_key ? "API_KEY" : "USER")
                      : rq->route->access.kind == ACCESS_WEBHOOK ? TEXT("WEBHOOK")
                                                                 : TEXT("PUBLIC"),
        .event = text_of(event),
        .outcome = outcome,
        .reason = reason,
        .request_id = rq->request_id,
        .ip = rq->ip,
        .user_agent = rq->user_agent,
    };
}

error door_audit(scope *db, const audit_note *note)
{
    static const char *const kinds[] = { "PUBLIC", "USER", "API_KEY", "SYSTEM", "WEBHOOK" };
    const caller *who = &db->who;
    return sql_audit_insert(db, &(sql_audit_insert_in){ .org_id = note->org_id,
                                                        .actor_id = { !uuid_is_nil(who->id), who->id },
                                                        .actor_kind = text_of(kinds[who->kind]),
                                                        .event = text_of(note->event),
                                                        .outcome = TEXT("OK"),
                                                        .subject_type = text_of(note->subject_type),
                                                        .subject_id = note->subject_id,
                                                        .reason = note->reason,
                                                        .request_id = who->request_id,
                                                        .ip = who->ip,
                                                        .user_agent = who->user_agent });
}

static error audit_lost(request *rq, const sql_audit_insert_in *row, error why)
{
    log_event(app_of(rq)->log, LOG_ERROR, "audit_lost", why->message,
              (log_field[]){ LOG_T("audit_event", row->event), LOG_T("request_id", rq->request_id), LOG_END });
    if (why->kind == UNAUTHENTICATED) return why; /* the token was revoked meanwhile */
    return fail_later(rq->arena, UNAVAILABLE, 5,
                      "What you asked for could not be written to the audit log, so it was not done. Try again later.");
}

/* In a transaction of its own: what was refused is undone, and what had no scope has none. */
static error audit_apart(request *rq, const sql_audit_insert_in *row)
{
    scope *db;
    caller who = caller_of(rq);
    who.jti = who.id = (uuid){ { 0 } }; /* of a revoked token too; and it is not the person who opens this scope */
    who.kind = ACTOR_PUBLIC;
    TRY(scope_open_system(app_of(rq)->store, rq->arena, S1_SIGN_IN, TEXT("write to the audit log"), &who, &db));
    error lost = row->org_id.is_set ? scope_set_org(db, row->org_id.value) : OK;
    if (!lost) lost = sql_audit_insert(db, row);
    if (!lost) lost = scope_commit(db);
    scope_rollback(db);
    return lost;
}

/* Every 403 is on record, whatever the route; other refusals of the routes that are audited. One too many is not: a row
 * for each would be what a flood wants; those that led to it are on record, and the metrics count the rest. */
static void audit_refusal(request *rq, error outcome)
{
    if (outcome->kind == TOO_MANY) return;
    const char *event = rq->event ? rq->event : rq->route->audit;
    text reason = text_of(error_kind_name(outcome->kind));
    if (outcome->kind == FORBIDDEN || outcome->kind == STEP_UP_REQUIRED) {
        event = "forbidden";
        reason = text_format(rq->arena, "%.*s: %s", PRINT(asked(rq)), outcome->message);
    }
    if (!event) return;
    bool broken = outcome->kind == INTERNAL || outcome->kind == UNAVAILABLE;
    sql_audit_insert_in row = audit_row(rq, event, broken ? TEXT("ERROR") : TEXT("REFUSED"), reason);
    error lost = audit_apart(rq, &row);
    if (lost) (void)audit_lost(rq, &row, lost);
}

/* An action whose record cannot be written does not happen: the row is part of its transaction. */
static error audit_success(request *rq)
{
    const char *event = event_of(rq);
    if (!event || (rq->who && rq->who->is_replay)) return OK;
    sql_audit_insert_in row = audit_row(rq, event, TEXT("OK"), rq->route->audit ? NO_TEXT : asked(rq));
    /* At sign-in and registration the organization became known only within the scope. */
    if (rq->scope && !row.org_id.is_set && !uuid_is_nil(rq->scope->who.org_id))
        row.org_id = (maybe_uuid){ true, rq->scope->who.org_id };
    error lost = rq->scope ? sql_audit_insert(rq->scope, &row) : audit_apart(rq, &row);
    return lost ? audit_lost(rq, &row, lost) : OK;
}

static error close_scope(request *rq, error outcome, int status, text reply_body)
{
    if (outcome) {
        if (rq->scope) scope_rollback(rq->scope);
        audit_refusal(rq, outcome);
        return OK;
    }
    if (!rq->scope) return audit_success(rq);
    /* An answer that needed no statement is held back from a revoked token, too. */
    error bad = rq->who ? scope_enter(rq->scope) : OK;
    if (!bad) bad = rates_succeeded(rq); /* before the record, whose chain others wait for */
    if (!bad) bad = audit_success(rq);
    if (!bad) bad = remember(rq, status, reply_body);
    if (!bad) bad = scope_commit(rq->scope);
    scope_rollback(rq->scope);
    return bad;
}

/* ------------------------------------------------------------------ health */

static error ready(void *shared, arena *a)
{
    platform *app = shared;
    return store_ready(app->store) ? OK : fail_later(a, UNAVAILABLE, 2, "The database cannot be reached.");
}

static void metrics(void *shared, text_builder *out)
{
    platform *app = shared;
    store_figures f = store_read_figures(app->store);
    text_add_format(out,
                    "# HELP aic_database_connections Open connections to the database.\n"
                    "# TYPE aic_database_connections gauge\naic_database_connections %d\n"
                    "# HELP aic_database_connections_busy Connections in use.\n"
                    "# TYPE aic_database_connections_busy gauge\naic_database_connections_busy %d\n"
                    "# HELP aic_database_waiting Requests that wait for a connection.\n"
                    "# TYPE aic_database_waiting gauge\naic_database_waiting %d\n"
                    "# HELP aic_database_statements_total Statements run.\n"
                    "# TYPE aic_database_statements_total counter\naic_database_statements_total %llu\n"
                    "# HELP aic_database_reconnects_total Connections that had to be made anew.\n"
                    "# TYPE aic_database_reconnects_total counter\naic_database_reconnects_total %llu\n",
                    f.connections, f.busy, f.waiting, (unsigned long long)f.statements,
                    (unsigned long long)f.reconnects);
    rates_metrics(app->rates, out);
    billing_metrics(app, out);
    model_cache_metrics(app->models, out);
    tasks_metrics(app, out);
}

http_door door_of_the_platform(void)
{
    return (http_door){
        .authenticate = authenticate,
        .authorise = authorise,
        .refuse = unless_ended,
        .admit = rates_admit,
        .open = open_scope,
        .recall = recall,
        .close = close_scope,
        .ready = ready,
        .metrics = metrics,
    };
}
