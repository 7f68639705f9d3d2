#include "features/identity/recovery.h"

#include "crypto/random.h"
#include "features/door/door.h"
#include "features/mail/mail.h"

/* ------------------------------------------------------------------ links */

/* *link is NO_TEXT when there were letters enough in this hour. */
static error make_link(scope *db, const account *who, const char *purpose, text address, const char *page,
                       instant expires_at, text *link)
{
    user_token_issued issued = { 0 };
    instant now = scope_now(db);
    text token = opaque_token_new(db->arena);
    *link = NO_TEXT;
    TRY(sql_user_token_issue(db,
                             &(sql_user_token_issue_in){ .org_id = who->org_id,
                                                         .user_id = who->id,
                                                         .purpose = text_of(purpose),
                                                         .token_hash = opaque_token_hash(db->arena, token),
                                                         .email = address,
                                                         .now = now,
                                                         .expires_at = expires_at },
                             &issued));
    if (issued.is_new) *link = text_format(db->arena, "%s?token=%.*s", page, PRINT(token));
    return sql_user_tokens_forget(db, &(sql_user_tokens_forget_in){ .before = now - DAYS(USER_TOKEN_KEPT_DAYS) });
}

static error note(scope *db, const account *who, const char *event)
{
    return door_audit(db, &(audit_note){ .event = event,
                                         .org_id = { true, who->org_id },
                                         .subject_type = "user",
                                         .subject_id = { true, who->id } });
}

/* ------------------------------------------------------------------ what was asked */

typedef struct asked {
    platform *app;
    scope *db;
    const recovery_asked *what;
    const account *who;
} asked;

static error queue(const asked *q, letter l)
{
    if (!text_is(l.to)) l.to = q->who->email;
    l.language = q->who->locale;
    return mail_queue(q->app, q->db, &l);
}

static error send_reset(const asked *q)
{
    text link;
    instant ends = scope_now(q->db) + MINUTES(RESET_MINUTES);
    TRY(make_link(q->db, q->who, "RESET", q->who->email, "/app/reset", ends, &link));
    if (!text_is(link)) return OK;
    TRY(note(q->db, q->who, "password_reset_requested"));
    return queue(q, (letter){ .kind = LETTER_RESET,
                              .link = link,
                              .values = { { "expires", instant_format(q->db->arena, ends) } } });
}

static error send_verification(const asked *q)
{
    text link;
    instant ends = scope_now(q->db) + HOURS(VERIFY_HOURS);
    if (q->who->email_verified) return OK;
    TRY(make_link(q->db, q->who, "VERIFY_EMAIL", q->who->email, "/app/verify", ends, &link));
    if (!text_is(link)) return OK;
    return queue(q, (letter){ .kind = LETTER_VERIFY_EMAIL,
                              .link = link,
                              .values = { { "expires", instant_format(q->db->arena, ends) } } });
}

/* The old address is told in any case; the new one only if it is nobody's: its owner has an account of their own, and
 * nobody learns that from us. */
static error send_change(const asked *q)
{
    text link;
    email_known known = { 0 };
    text address = q->what->new_email;
    instant ends = scope_now(q->db) + HOURS(VERIFY_HOURS);
    TRY(make_link(q->db, q->who, "EMAIL_CHANGE", address, "/app/verify", ends, &link));
    if (!text_is(link)) return OK;
    TRY(queue(q, (letter){ .kind = LETTER_EMAIL_CHANGE_ASKED,
                           .link = TEXT("/app/forgot"),
                           .values = { { "new_email", address } } }));
    TRY(sql_email_taken(q->db, &(sql_email_taken_in){ .email = address }, &known));
    if (known.taken) return OK;
    return queue(q, (letter){ .kind = LETTER_EMAIL_CHANGE,
                              .to = address,
                              .link = link,
                              .values = { { "expires", instant_format(q->db->arena, ends) } } });
}

/* Once a day, however often somebody tries. */
static error send_known(const asked *q)
{
    text today = instant_format(q->db->arena, scope_now(q->db));
    return queue(q, (letter){ .kind = LETTER_KNOWN_ADDRESS,
                              .link = TEXT("/app/forgot"),
                              .once = text_format(q->db->arena, "known %.*s %.10s",
                                                  PRINT(uuid_format(q->db->arena, q->who->id)), today.data) });
}

static error send_locked(const asked *q)
{
    text until = instant_format(q->db->arena, q->what->locked_until.value);
    return queue(q, (letter){ .kind = LETTER_LOCKED,
                              .link = TEXT("/app/forgot"),
                              .once = text_format(q->db->arena, "locked %.*s %.*s",
                                                  PRINT(uuid_format(q->db->arena, q->who->id)), PRINT(until)),
                              .values = { { "until", until } } });
}

static const struct {
    const char *kind;
    error (*send)(const asked *q);
} kinds[] = { { "RESET", send_reset },
              { "VERIFY_EMAIL", send_verification },
              { "EMAIL_CHANGE", send_change },
              { "KNOWN_ADDRESS", send_known },
              { "LOCKED", send_locked } };

static error send(platform *app, scope *db, const recovery_asked *what)
{
    bool found = false;
    account who = { 0 };
    if (!what->user_id.is_set) return OK; /* nobody's address */
    TRY(sql_account_by_id(db, &(sql_account_by_id_in){ .id = what->user_id.value }, &found, &who));
    if (!found || !who.is_active) return OK;
    TRY(scope_set_org(db, who.org_id));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_equal_string(what->kind, kinds[i].kind)) return kinds[i].send(&(asked){ app, db, what, &who });
    return fail(db->arena, INTERNAL, "", "There is no letter for what was asked: %.*s.", PRINT(what->kind));
}

/* ------------------------------------------------------------------ one after the other */

static error open_scope(platform *app, arena *a, scope **out)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    return scope_open_system(app->store, a, S1_SIGN_IN,
                             TEXT("Whom a letter about an account goes to is found over all organizations"), &nobody,
                             out);
}

static error postpone(platform *app, arena *a, uuid id)
{
    scope *db;
    TRY(open_scope(app, a, &db));
    error bad = sql_recovery_postpone(db, &(sql_recovery_postpone_in){ .id = id });
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

static error work_on_one(platform *app, arena *a, bool *found)
{
    scope *db;
    recovery_asked what = { 0 };
    TRY(open_scope(app, a, &db));
    error bad = sql_recovery_take(db, found, &what);
    if (!bad && *found) bad = send(app, db, &what);
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    if (!bad || !*found || bad->kind == UNAVAILABLE) return bad;
    log_event(app->log, LOG_ERROR, "recovery_letter_failed", bad->message,
              (log_field[]){ LOG_T("kind", what.kind), LOG_T("id", uuid_format(a, what.id)), LOG_END });
    return postpone(app, a, what.id);
}

error recovery_work(platform *app, arena *a)
{
    bool more = true;
    while (more) TRY(work_on_one(app, a, &more));
    return OK;
}
