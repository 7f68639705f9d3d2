#include "features/rates/rules.h"
#include "rates.sql.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NEAR_ENTRIES = 16384, TOLD_AT_ONCE = 1000 };

static error open_scope(const rates *r, arena *a, text why, scope **out)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    return scope_open_system(r->options.store, a, S7_SCHEDULER, why, &nobody, out);
}

/* ------------------------------------------------------------------ the numbers */

static int rule_named(text name)
{
    int id = 0;
    while (id < RULES && !text_equal_string(name, rules[id].name)) id++;
    return id;
}

static error read_numbers(rates *r, arena *a)
{
    scope *db;
    rate_limit_row_list rows;
    bool found[RULES] = { false };
    TRY(open_scope(r, a, TEXT("read how often requests may be asked"), &db));
    scope_reads(db);
    error bad = sql_rate_limits_list(db, &rows);
    scope_rollback(db);
    TRY(bad);
    for (size_t i = 0; i < rows.count; i++) {
        int id = rule_named(rows.items[i].name);
        if (id == RULES) continue; /* a newer server's */
        atomic_store(&r->most[id], (int)rows.items[i].most);
        atomic_store(&r->window_seconds[id], (int)rows.items[i].window_seconds);
        found[id] = true;
    }
    for (int id = 0; id < RULES; id++)
        if (!found[id]) return fail(a, INTERNAL, "", "The table rate_limits has no row %s.", rules[id].name);
    return OK;
}

/* No window is longer than a day, so one that began before yesterday is over. */
static error forget(const rates *r, arena *a)
{
    scope *db;
    TRY(open_scope(r, a, TEXT("forget windows of counted requests that are over"), &db));
    error bad = sql_rates_forget(db, &(sql_rates_forget_in){ .before = scope_now(db) - DAYS(1) });
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

/* ------------------------------------------------------------------ telling */

/* A change and the name of its window in the database. */
typedef struct telling {
    near_change change;
    text key;
} telling;

static int by_key(const void *a, const void *b)
{
    return text_compare(((const telling *)a)->key, ((const telling *)b)->key);
}

static text json_of(arena *a, const telling *all, size_t count)
{
    rate_count *counts = ARENA_ARRAY(a, count, rate_count);
    for (size_t i = 0; i < count; i++) counts[i] = (rate_count){ all[i].key, all[i].change.start, all[i].change.taken };
    return rate_counts_json(a, counts, count);
}

static error tell(const rates *r, arena *a, telling *all, size_t count)
{
    scope *db;
    rate_total_list totals;
    TRY(open_scope(r, a, TEXT("share the counts of requests among servers"), &db));
    error bad = sql_rates_add(db, &(sql_rates_add_in){ .counts = json_of(a, all, count) }, &totals);
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    TRY(bad);
    qsort(all, count, sizeof *all, by_key);
    for (size_t i = 0; i < totals.count; i++) {
        telling wanted = { .key = totals.items[i].key };
        telling *one = bsearch(&wanted, all, count, sizeof *all, by_key);
        if (!one) continue;
        one->change.total = totals.items[i].taken;
        one->change.is_told = true;
    }
    return OK;
}

/* Nobody is refused because the database is away: each server then goes by what it knows. */
static error tell_some(rates *r, arena *a, size_t *place, near_change *room, telling *all)
{
    size_t count = near_collect(r->near, place, room, TOLD_AT_ONCE);
    for (size_t i = 0; i < count; i++)
        all[i] = (telling){ room[i], rule_key(a, (rule_id)room[i].key.rule, &room[i].key.subject) };
    error bad = count ? tell(r, a, all, count) : OK;
    for (size_t i = 0; i < count; i++)
        if (all[i].change.is_told)
            near_learn(r->near, &all[i].change);
        else
            near_keep(r->near, &all[i].change);
    return bad;
}

static error tell_all(rates *r, arena *a)
{
    near_change *room = ARENA_ARRAY(a, TOLD_AT_ONCE, near_change);
    telling *all = ARENA_ARRAY(a, TOLD_AT_ONCE, telling);
    size_t place = 0;
    do TRY(tell_some(r, a, &place, room, all));
    while (place);
    return OK;
}

/* ------------------------------------------------------------------ watching */

static error take_turn(rates *r, arena *a)
{
    TRY(tell_all(r, a));
    if (clock_monotonic() < r->read_at) return OK;
    TRY(read_numbers(r, a));
    TRY(forget(r, a));
    r->read_at = clock_monotonic() + SECONDS(RATE_READ_SECONDS);
    return OK;
}

static void watch_once(rates *r)
{
    arena *a = arena_new();
    error bad = take_turn(r, a);
    if (bad && !r->failing) /* told once, not every second for as long as the database is away */
        log_event(r->options.log, LOG_WARNING, "rates_not_shared", bad->message, NULL);
    r->failing = bad != OK;
    arena_drop(a);
}

static void wait_turn(rates *r)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += RATE_TELL_SECONDS;
    int waited = 0;
    while (!r->stopping && waited == 0) waited = pthread_cond_timedwait(&r->wake, &r->lock, &until);
}

static void *watch(void *given)
{
    rates *r = given;
    pthread_setname_np(pthread_self(), "rates");
    pthread_mutex_lock(&r->lock);
    while (!r->stopping) {
        pthread_mutex_unlock(&r->lock);
        watch_once(r);
        pthread_mutex_lock(&r->lock);
        wait_turn(r);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

static void release_locks(void *of)
{
    rates *r = of;
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
}

error rates_open(arena *a, const rates_options *options, rates **out)
{
    rates *r = ARENA_NEW(a, rates);
    pthread_condattr_t monotonic;
    r->options = *options;
    r->near = near_counts_new(a, NEAR_ENTRIES);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&r->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&r->lock, NULL);
    arena_defer(a, release_locks, r);
    *out = r;
    r->read_at = clock_monotonic() + SECONDS(RATE_READ_SECONDS);
    return read_numbers(r, a);
}

error rates_watch(rates *r)
{
    static const error_value no_thread = { .kind = INTERNAL,
                                           .pointer = "",
                                           .message = "No thread can be made to share the counts of requests." };
    if (pthread_create(&r->watcher, NULL, watch, r) != 0) return &no_thread;
    r->watching = true;
    return OK;
}

void rates_close(rates *r)
{
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    if (r->watching) pthread_join(r->watcher, NULL);
    r->watching = false;
}
