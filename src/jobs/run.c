#include "jobs/inside.h"

#include "base/json.h"

#include <ctype.h>
#include <poll.h>

enum { SETTLE_PAUSE_MS = 500, MESSAGE_LIMIT = 2000 };

/* ------------------------------------------------------------------ for the kinds */

error task_scope(task_run *t, scope **out)
{
    return scope_open_tenant(t->worker->options->store, t->arena, &t->who, out);
}

error task_lost_error(arena *a)
{
    return fail(a, CONFLICT, "", "The task was cancelled, is longer than it may, or is another worker's by now.");
}

error task_progress(task_run *t, double fraction, text message)
{
    struct task_worker *w = t->worker;
    pthread_mutex_lock(&w->lock);
    bool going = w->state == TASK_GOING;
    if (going && fraction >= 0 && fraction <= 1) w->progress = fraction;
    if (going && text_is(message)) {
        size_t length = message.length < TASK_MESSAGE_BYTES ? message.length : TASK_MESSAGE_BYTES;
        while (length && length < message.length && ((unsigned char)message.data[length] & 0xC0) == 0x80) length--;
        memcpy(w->message, message.data, length);
        w->message[length] = 0;
    }
    pthread_mutex_unlock(&w->lock);
    return going ? OK : task_lost_error(t->arena);
}

/* ------------------------------------------------------------------ what it works on */

static error load_part(task_run *t, size_t part, char *to, size_t room, size_t *length)
{
    arena *a = arena_new();
    scope *db;
    task_part got = { 0 };
    error bad = scope_open_tenant(t->worker->options->store, a, &t->who, &db);
    if (!bad) {
        scope_reads(db);
        bad = sql_task_data_part(db, &(sql_task_data_part_in){ .task_id = t->id, .part = (int64_t)part }, &got);
        scope_rollback(db);
    }
    if (!bad && got.bytes.length > room) bad = fail(a, INTERNAL, "", "The data of a task is longer than it says.");
    if (!bad) memcpy(to, got.bytes.data, got.bytes.length);
    *length = got.bytes.length;
    if (bad && bad->kind == NOT_FOUND) /* the table is not logged: see sql/migrations/0051_task_data.sql */
        bad = fail(a, GONE, "", "What was sent with this was lost when the database restarted. Ask for it again.");
    if (bad) bad = fail(t->arena, bad->kind, "", "%s", bad->message);
    arena_drop(a);
    return bad;
}

error task_load_data(task_run *t, int64_t bytes)
{
    if (bytes == 0) return OK;
    char *data = arena_alloc(t->arena, (size_t)bytes + 1);
    size_t have = 0, length;
    for (size_t part = 0; have < (size_t)bytes; part++, have += length)
        TRY(load_part(t, part, data + have, (size_t)bytes - have, &length));
    t->data = (text){ data, (size_t)bytes };
    return OK;
}

task_usage task_usage_of(const struct task_worker *w)
{
    return (task_usage){ .compute_ms = compute_ms_now() - w->compute_began_ms,
                         .peak_memory_mb = memory_read().peak_mb };
}

/* ------------------------------------------------------------------ how it ended */

error worker_scope(const struct task_worker *w, arena *a, text why, scope **out)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    return scope_open_system(w->options->store, a, S7_SCHEDULER, why, &nobody, out);
}

error scope_end(scope *db, error bad)
{
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

static text upper(arena *a, const char *name)
{
    char *out = arena_string(a, name, strlen(name));
    for (char *c = out; *c; c++) *c = (char)toupper((unsigned char)*c);
    return text_of(out);
}

/* For the person who asked. A defect of ours is logged, and not shown. */
static text error_json(arena *a, error e)
{
    text_builder message = text_builder_in(a);
    for (const error_value *each = e; each && message.length < MESSAGE_LIMIT; each = each->also) {
        if (message.length) text_add_char(&message, '\n');
        text_add_string(&message, each->message);
    }
    bool is_ours = e->kind == INTERNAL;
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "kind"), json_write_text(&w, upper(a, error_kind_name(e->kind)));
    json_key(&w, "message");
    json_write_text(&w, is_ours ? TEXT("Something is wrong on our side; what it is has been logged.")
                                : text_built(&message));
    json_key(&w, "hint");
    if (e->pointer && *e->pointer)
        json_write_text(&w, text_format(a, "Look at %s of what was sent.", e->pointer));
    else
        json_write_null(&w);
    json_close(&w, '}');
    return json_written(&w);
}

static text overdue_json(arena *a, const task_taken *taken)
{
    return text_format(a,
                       "{\"kind\":\"DEADLINE\",\"message\":\"This took longer than %lld seconds and was ended.\","
                       "\"hint\":\"Send less at once, or ask for less in one task.\"}",
                       (long long)taken->deadline_seconds);
}

static error end_task(const task_taken *taken, scope *db, text status, text result, text error_text, task_usage used)
{
    task_ended ended;
    sql_task_end_in in = { .id = taken->id,
                           .lease = taken->lease,
                           .status = status,
                           .result = result,
                           .error = error_text,
                           .compute_ms = used.compute_ms,
                           .peak_memory_mb = used.peak_memory_mb };
    TRY(sql_task_end(db, &in, &ended));
    return ended.held ? OK : task_lost_error(db->arena);
}

static error record_success(task_run *t, const task_kind *kind, text result, void *made)
{
    scope *db;
    TRY(task_scope(t, &db));
    error bad = kind->finish ? kind->finish(t, db, made, &result) : OK;
    if (!bad && result.length > (size_t)TASK_RESULT_MB * 1024 * 1024)
        bad = fail(t->arena, INVALID, "", "The result is larger than %d MB: ask for less in one task.", TASK_RESULT_MB);
    if (!bad && !text_is(result)) result = TEXT("{}");
    if (!bad) bad = end_task(t->worker->taken, db, TEXT("SUCCEEDED"), result, NO_TEXT, task_usage_of(t->worker));
    return scope_end(db, bad);
}

static error record_failure(struct task_worker *w, arena *a, const caller *who, text what)
{
    scope *db;
    TRY(scope_open_tenant(w->options->store, a, who, &db));
    return scope_end(db, end_task(w->taken, db, TEXT("FAILED"), NO_TEXT, what, task_usage_of(w)));
}

/* free: as if it had not been tried. */
static error give_back(struct task_worker *w, arena *a, bool is_free)
{
    scope *db;
    const task_taken *taken = w->taken;
    int64_t wait = is_free ? 0 : 2 * taken->attempts * taken->attempts;
    TRY(worker_scope(w, a, TEXT("give back a task that is not done"), &db));
    return scope_end(db, sql_task_return(db, &(sql_task_return_in){ .org_id = taken->org_id,
                                                                    .id = taken->id,
                                                                    .lease = taken->lease,
                                                                    .free = is_free,
                                                                    .wait_seconds = wait }));
}

caller task_caller(arena *a, const task_taken *taken)
{
    static const struct {
        const char *name;
        actor_kind kind;
    } kinds[] = { { "USER", ACTOR_USER }, { "API_KEY", ACTOR_API_KEY }, { "WEBHOOK", ACTOR_WEBHOOK } };
    caller who = { .kind = ACTOR_SYSTEM,
                   .org_id = taken->org_id,
                   .id = taken->requested_by.value,
                   .request_id = text_format(a, "task-%.*s", PRINT(uuid_format(a, taken->id))) };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_equal_string(taken->requested_as, kinds[i].name)) who.kind = kinds[i].kind;
    return who;
}

void task_abandon(struct task_worker *w, arena *a, task_state why)
{
    caller who = task_caller(a, w->taken);
    error bad = why == TASK_OVERDUE   ? record_failure(w, a, &who, overdue_json(a, w->taken))
                : why == TASK_STOPPED ? give_back(w, a, true)
                                      : OK;
    log_event(w->options->log, LOG_WARNING, "task_abandoned",
              bad ? bad->message : "A task did not return when it was over; its process ends.",
              (log_field[]){ LOG_T("task_id", uuid_format(a, w->taken->id)), LOG_T("kind", w->taken->kind), LOG_END });
}

static error settle_once(task_run *t, const task_kind *kind, error outcome, text result, void *made)
{
    struct task_worker *w = t->worker;
    pthread_mutex_lock(&w->lock);
    task_state state = w->state;
    pthread_mutex_unlock(&w->lock);
    if (state == TASK_LOST) return OK;
    if (state == TASK_STOPPED) return give_back(w, t->arena, true);
    if (state == TASK_OVERDUE) return record_failure(w, t->arena, &t->who, overdue_json(t->arena, w->taken));
    if (!outcome) {
        outcome = record_success(t, kind, result, made);
        if (!outcome || outcome->kind == UNAVAILABLE) return outcome; /* the database's: once more */
    }
    /* What it has recorded is undone; only now, since a task that was lost meanwhile ends here, too. */
    if (outcome->kind == INTERNAL)
        log_event(w->options->log, LOG_ERROR, "task_broken", outcome->message,
                  (log_field[]){ LOG_T("task_id", uuid_format(t->arena, t->id)), LOG_S("kind", kind->name), LOG_END });
    error bad = record_failure(w, t->arena, &t->who, error_json(t->arena, outcome));
    return bad && bad->kind == CONFLICT ? OK : bad;
}

static bool lease_holds(struct task_worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool holds = clock_monotonic() < w->lease_until;
    pthread_mutex_unlock(&w->lock);
    return holds;
}

void task_settle(task_run *t, const task_kind *kind, error outcome, text result, void *made)
{
    struct task_worker *w = t->worker;
    /* Something it needed was away: another time it may be there. */
    if (outcome && outcome->kind == UNAVAILABLE && w->taken->attempts < TASK_MOST_ATTEMPTS) {
        if (!give_back(w, t->arena, false)) return;
    }
    error bad = settle_once(t, kind, outcome, result, made);
    while (bad && bad->kind == UNAVAILABLE && lease_holds(w)) {
        poll(NULL, 0, SETTLE_PAUSE_MS);
        bad = settle_once(t, kind, outcome, result, made);
    }
    if (bad)
        log_event(w->options->log, LOG_ERROR, "task_not_settled", bad->message,
                  (log_field[]){ LOG_T("task_id", uuid_format(t->arena, t->id)), LOG_END });
}
