/* The cache of models: parsed, their trees compiled, and surrogates fitted to somebody's rows. One in each process.
 *
 * The key is the organization, the kind and the SHA-256 of what it was made of (an artefact; rows with what was asked
 * of them): what one organization warmed another never hits, so that nobody learns by the clock what others work on.
 *
 * Each entry lies in an arena of its own, is read-only once made, and is shared by threads by counting who uses it. An
 * entry that is evicted while it is used goes when the last user gives it back. Of several threads that want the same
 * thing at once one makes it and the others wait.
 *
 * An entry goes after an hour, when others were used more recently (20 entries, 256 MB), or, the least recently used
 * first, while more than 80 % of the memory of the machine or of the process's cgroup is in use. */
#ifndef AIC_FEATURES_MODEL_CACHE_H
#define AIC_FEATURES_MODEL_CACHE_H

#include "base/clock.h"
#include "base/uuid.h"
#include "engine/aic_engine.h"
#include "features/app.h"
#include "models.sql.h"
#include "training/training.h"

enum {
    MODEL_CACHE_ENTRIES = 20,              /* ⚙ */
    MODEL_CACHE_BYTES = 256 * 1024 * 1024, /* ⚙ */
    MODEL_CACHE_SECONDS = 60 * 60,         /* ⚙ */
    MODEL_CACHE_SAYS_SECONDS = 10          /* how often a process tells its figures */
};
#define MODEL_CACHE_FULL 0.80 /* ⚙ */

typedef struct model_cache model_cache;

typedef struct model_cache_options {
    uuid process;                  /* whose figures they are, drawn anew by each process */
    size_t entries, bytes;         /* 0: as above */
    instant lasts;                 /* 0: as above */
    instant (*now)(void);          /* NULL: clock_monotonic */
    double (*memory_in_use)(void); /* NULL: of the machine or the cgroup, whichever is fuller */
} model_cache_options;

typedef struct cached_model {
    const model *model;
    predictor predictor;
    train_quality fidelity; /* of a surrogate, on rows that it has not seen */
    size_t surrogate_rows;
} cached_model;

typedef enum { CACHED_ARTEFACT, CACHED_SURROGATE } cached_kind;

typedef struct model_cache_key {
    uuid org_id;
    cached_kind kind;
    text sha256; /* 64 hexadecimal digits */
} model_cache_key;

/* Makes what is missing, in the entry's own arena: errors of it too, so the cache copies what is to be told. */
typedef error (*cached_maker)(void *context, arena *a, cached_model *out);

typedef struct model_lease model_lease;

model_cache *model_cache_new(arena *a, const model_cache_options *options);
void model_cache_close(model_cache *c); /* nobody uses it any more */
/* OK: *lease is given back by model_cache_give_back(), or with the arena by model_cache_lend(). */
error model_cache_take(model_cache *c, arena *a, const model_cache_key *key, cached_maker make, void *context,
                       model_lease **lease);
const cached_model *model_leased(const model_lease *lease);
void model_cache_give_back(model_lease *lease);
/* The lease ends with the arena. */
error model_cache_lend(model_cache *c, arena *a, const model_cache_key *key, cached_maker make, void *context,
                       const cached_model **out);
/* Evicts what has expired and, while memory is short, what was used longest ago. */
void model_cache_tidy(model_cache *c);

typedef struct model_cache_figures {
    size_t entries, bytes;
    uint64_t hits, misses, evictions;
} model_cache_figures;
model_cache_figures model_cache_read_figures(model_cache *c);
uuid model_cache_process(const model_cache *c);

/* 0 to 1: how much of the memory of the machine or of the process's cgroup is in use, whichever is fuller. */
double memory_in_use(void);

/* ------------------------------------------------------------------ told to others (model_cache_figures.c) */

typedef struct model_cache_watcher model_cache_watcher;

/* A thread that tidies the cache and tells its figures to the database, until model_cache_unwatch. `program`: "SERVER"
 * or "WORKER". */
error model_cache_watch(arena *a, model_cache *c, platform *app, const char *program, model_cache_watcher **out);
void model_cache_unwatch(model_cache_watcher *w);
void model_cache_metrics(model_cache *c, text_builder *out); /* Prometheus */

typedef struct cache_overview {
    int64_t entries, hits, misses, evictions, most_entries;
    double memory_mb, hit_rate, most_mb;
    item_list processes; /* model_cache_row */
} cache_overview;
/* Over all processes that live; this one's figures are those of this moment. */
error model_cache_overview(model_cache *c, scope *db, cache_overview *out);

#endif
