#include "features/models/models.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

/* ------------------------------------------------------------------ telling the database */

struct model_cache_watcher {
    model_cache *cache;
    platform *app;
    text program;
    char host[256];
    pthread_mutex_t lock; /* guards stopping */
    pthread_cond_t wake;
    pthread_t thread;
    bool stopping;
    bool failing; /* the last turn failed; the watcher's own */
};

static error say(model_cache_watcher *w, arena *a)
{
    scope *db;
    caller nobody = { .kind = ACTOR_SYSTEM };
    model_cache_figures f = model_cache_read_figures(w->cache);
    TRY(scope_open_system(w->app->store, a, S7_SCHEDULER, TEXT("tell what this process's cache of models holds"),
                          &nobody, &db));
    error bad = sql_model_cache_say(db, &(sql_model_cache_say_in){ .process = model_cache_process(w->cache),
                                                                   .program = w->program,
                                                                   .host = text_of(w->host),
                                                                   .pid = getpid(),
                                                                   .entries = (int64_t)f.entries,
                                                                   .bytes = (int64_t)f.bytes,
                                                                   .hits = (int64_t)f.hits,
                                                                   .misses = (int64_t)f.misses,
                                                                   .evictions = (int64_t)f.evictions });
    if (!bad) bad = sql_model_caches_forget(db);
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

static void take_turn(model_cache_watcher *w)
{
    arena *a = arena_new();
    model_cache_tidy(w->cache);
    error bad = say(w, a);
    if (bad && !w->failing) /* told once, not for as long as the database is away */
        log_event(w->app->log, LOG_WARNING, "model_cache_not_told", bad->message, NULL);
    w->failing = bad != OK;
    arena_drop(a);
}

static void wait_turn(model_cache_watcher *w)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += MODEL_CACHE_SAYS_SECONDS;
    int waited = 0;
    while (!w->stopping && waited == 0) waited = pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

static void *watch(void *given)
{
    model_cache_watcher *w = given;
    pthread_setname_np(pthread_self(), "model-cache");
    pthread_mutex_lock(&w->lock);
    while (!w->stopping) {
        pthread_mutex_unlock(&w->lock);
        take_turn(w);
        pthread_mutex_lock(&w->lock);
        wait_turn(w);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

error model_cache_watch(arena *a, model_cache *c, platform *app, const char *program, model_cache_watcher **out)
{
    model_cache_watcher *w = ARENA_NEW(a, model_cache_watcher);
    pthread_condattr_t monotonic;
    w->cache = c;
    w->app = app;
    w->program = text_of(program);
    if (gethostname(w->host, sizeof w->host - 1) || !w->host[0]) memcpy(w->host, "unknown", sizeof "unknown");
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&w->lock, NULL);
    if (pthread_create(&w->thread, NULL, watch, w) != 0)
        return fail(a, INTERNAL, "", "No thread can be made to watch the cache of models.");
    *out = w;
    return OK;
}

void model_cache_unwatch(model_cache_watcher *w)
{
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
}

/* ------------------------------------------------------------------ telling people */

static double megabytes(int64_t bytes)
{
    return (double)bytes / (1024.0 * 1024.0);
}

error model_cache_overview(model_cache *c, scope *db, cache_overview *out)
{
    model_cache_row_list rows;
    int64_t bytes = 0;
    TRY(sql_model_caches_list(db, &rows));
    model_cache_row *all = ARENA_ARRAY(db->arena, rows.count, model_cache_row);
    *out = (cache_overview){ .most_entries = MODEL_CACHE_ENTRIES,
                             .most_mb = megabytes(MODEL_CACHE_BYTES),
                             .processes = { all, rows.count } };
    for (size_t i = 0; i < rows.count; i++) {
        all[i] = rows.items[i];
        if (uuid_equal(all[i].process, model_cache_process(c))) {
            model_cache_figures f = model_cache_read_figures(c);
            all[i].entries = (int64_t)f.entries, all[i].bytes = (int64_t)f.bytes, all[i].hits = (int64_t)f.hits;
            all[i].misses = (int64_t)f.misses, all[i].evictions = (int64_t)f.evictions;
        }
        out->entries += all[i].entries;
        out->hits += all[i].hits;
        out->misses += all[i].misses;
        out->evictions += all[i].evictions;
        bytes += all[i].bytes;
    }
    out->memory_mb = megabytes(bytes);
    int64_t asked = out->hits + out->misses;
    out->hit_rate = asked ? (double)out->hits / (double)asked : NAN;
    return OK;
}

void model_cache_metrics(model_cache *c, text_builder *out)
{
    if (!c) return;
    model_cache_figures f = model_cache_read_figures(c);
    text_add_format(out,
                    "# HELP aic_model_cache_entries Models that this process holds ready.\n"
                    "# TYPE aic_model_cache_entries gauge\naic_model_cache_entries %zu\n"
                    "# HELP aic_model_cache_bytes Memory of these models.\n"
                    "# TYPE aic_model_cache_bytes gauge\naic_model_cache_bytes %zu\n"
                    "# HELP aic_model_cache_hits_total Models found ready.\n"
                    "# TYPE aic_model_cache_hits_total counter\naic_model_cache_hits_total %llu\n"
                    "# HELP aic_model_cache_misses_total Models that had to be made.\n"
                    "# TYPE aic_model_cache_misses_total counter\naic_model_cache_misses_total %llu\n"
                    "# HELP aic_model_cache_evictions_total Models that made room.\n"
                    "# TYPE aic_model_cache_evictions_total counter\naic_model_cache_evictions_total %llu\n",
                    f.entries, f.bytes, (unsigned long long)f.hits, (unsigned long long)f.misses,
                    (unsigned long long)f.evictions);
}

/* ------------------------------------------------------------------ of a program */

error models_start(arena *a, platform *app, const char *program)
{
    model_cache_options options = { .process = uuid_v7(&app->clock) };
    app->models = model_cache_new(a, &options);
    return model_cache_watch(a, app->models, app, program, &app->models_watcher);
}

void models_stop(platform *app)
{
    if (app->models_watcher) model_cache_unwatch(app->models_watcher);
    model_cache_close(app->models);
    app->models = NULL;
}
