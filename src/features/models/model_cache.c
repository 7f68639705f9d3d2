#include "features/models/model_cache.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { MAKING, MADE, FAILED } entry_state;

/* Lies in its own arena. */
struct model_lease {
    model_cache *cache;
    arena *arena;
    model_cache_key key;
    cached_model made;
    entry_state state;
    size_t bytes;
    unsigned users;
    bool is_kept; /* in the cache's list */
    instant used, ends;
};

struct model_cache {
    model_cache_options options;
    pthread_mutex_t lock; /* guards all that follows */
    pthread_cond_t made;
    model_lease **entries;
    size_t count, bytes;
    uint64_t hits, misses, evictions;
};

/* ------------------------------------------------------------------ memory */

/* The number after `name` in a file of lines "name number", or of a single number when there is no name. */
static bool read_number(const char *path, const char *name, double *out)
{
    char line[256];
    size_t length = strlen(name);
    bool found = false;
    FILE *file = fopen(path, "re");
    if (!file) return false;
    while (!found && fgets(line, sizeof line, file)) {
        if (strncmp(line, name, length) != 0) continue;
        char *end = NULL;
        *out = strtod(line + length, &end);
        found = end != line + length;
    }
    fclose(file);
    return found;
}

static double machine_in_use(void)
{
    double total = 0, available = 0;
    if (!read_number("/proc/meminfo", "MemTotal:", &total) || !(total > 0)) return 0;
    if (!read_number("/proc/meminfo", "MemAvailable:", &available)) return 0;
    return 1 - available / total;
}

/* Version 2: "0::/path". What the kernel could take back at once does not count. */
static double cgroup_in_use(void)
{
    char line[512], path[640];
    double most = 0, current = 0, reclaimable = 0;
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (!file) return 0;
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) found = strncmp(line, "0::", 3) == 0;
    fclose(file);
    if (!found) return 0;
    line[strcspn(line, "\n")] = 0;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.max", line + 3);
    if (!read_number(path, "", &most) || most <= 0) return 0; /* "max": no limit */
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.current", line + 3);
    if (!read_number(path, "", &current)) return 0;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.stat", line + 3);
    if (!read_number(path, "inactive_file ", &reclaimable)) reclaimable = 0;
    return (current - reclaimable) / most;
}

double memory_in_use(void)
{
    double machine = machine_in_use(), cgroup = cgroup_in_use();
    return machine > cgroup ? machine : cgroup;
}

/* ------------------------------------------------------------------ what goes; all under the lock */

static void unlist(model_cache *c, size_t place)
{
    model_lease *gone = c->entries[place];
    c->entries[place] = c->entries[--c->count];
    c->bytes -= gone->bytes;
    gone->is_kept = false;
    if (gone->users == 0) arena_drop(gone->arena);
}

static void evict(model_cache *c, size_t place)
{
    c->evictions++;
    unlist(c, place);
}

/* What is being made is not evicted: those who wait for it want it now. */
static bool oldest(const model_cache *c, const model_lease *but, size_t *place)
{
    bool found = false;
    for (size_t i = 0; i < c->count; i++) {
        if (c->entries[i]->state != MADE || c->entries[i] == but) continue;
        if (!found || c->entries[i]->used < c->entries[*place]->used) *place = i;
        found = true;
    }
    return found;
}

static void evict_expired(model_cache *c)
{
    instant now = c->options.now();
    for (size_t i = c->count; i-- > 0;)
        if (c->entries[i]->state == MADE && c->entries[i]->ends <= now) evict(c, i);
}

/* `but` was made for somebody who is about to use it. */
static void evict_to_fit(model_cache *c, const model_lease *but)
{
    size_t place = 0;
    evict_expired(c);
    while ((c->count > c->options.entries || c->bytes > c->options.bytes) && oldest(c, but, &place)) evict(c, place);
    while (c->count && c->options.memory_in_use() > MODEL_CACHE_FULL && oldest(c, but, &place)) evict(c, place);
    /* One that alone is larger than all may be is used, and not kept. */
    for (size_t i = 0; i < c->count && c->bytes > c->options.bytes; i++)
        if (c->entries[i] == but) evict(c, i);
}

void model_cache_tidy(model_cache *c)
{
    pthread_mutex_lock(&c->lock);
    evict_to_fit(c, NULL);
    pthread_mutex_unlock(&c->lock);
}

/* ------------------------------------------------------------------ taking and giving back */

static bool same(const model_cache_key *a, const model_cache_key *b)
{
    return a->kind == b->kind && uuid_equal(a->org_id, b->org_id) && text_equal(a->sha256, b->sha256);
}

static model_lease *find(model_cache *c, const model_cache_key *key)
{
    for (size_t i = 0; i < c->count; i++)
        if (same(&c->entries[i]->key, key)) return c->entries[i];
    return NULL;
}

static model_lease *list_new(model_cache *c, const model_cache_key *key)
{
    arena *own = arena_new();
    model_lease *entry = ARENA_NEW(own, model_lease);
    *entry = (model_lease){ .cache = c, .arena = own, .key = *key, .users = 1, .is_kept = true };
    entry->key.sha256 = text_copy(own, key->sha256);
    /* Room for all that is being made at once: each thread makes at most one thing. */
    size_t places = c->options.entries + MODEL_CACHE_ENTRIES;
    if (c->count >= places) evict_to_fit(c, entry);
    if (c->count >= places) return entry->is_kept = false, entry;
    c->entries[c->count++] = entry;
    return entry;
}

/* Under the lock. */
static void put_down(model_lease *entry)
{
    entry->users--;
    if (entry->users == 0 && !entry->is_kept) arena_drop(entry->arena);
}

static error copied(arena *a, error e)
{
    return fail(a, e->kind, text_string(a, text_of(e->pointer)), "%s", e->message);
}

static error make_it(model_cache *c, arena *a, model_lease *entry, cached_maker make, void *context)
{
    error bad = make(context, entry->arena, &entry->made);
    if (bad) bad = copied(a, bad); /* the entry's memory goes */
    pthread_mutex_lock(&c->lock);
    entry->state = bad ? FAILED : MADE;
    entry->used = c->options.now();
    entry->ends = entry->used + c->options.lasts;
    entry->bytes = arena_bytes(entry->arena);
    for (size_t i = 0; i < c->count; i++) {
        if (c->entries[i] != entry) continue;
        c->bytes += entry->bytes;
        if (bad) unlist(c, i);
        break;
    }
    if (bad)
        put_down(entry);
    else
        evict_to_fit(c, entry);
    pthread_cond_broadcast(&c->made);
    pthread_mutex_unlock(&c->lock);
    return bad;
}

error model_cache_take(model_cache *c, arena *a, const model_cache_key *key, cached_maker make, void *context,
                       model_lease **lease)
{
    pthread_mutex_lock(&c->lock);
    evict_expired(c);
    model_lease *entry = find(c, key);
    while (entry && entry->state == MAKING) {
        pthread_cond_wait(&c->made, &c->lock);
        entry = find(c, key);
    }
    if (entry) {
        entry->users++;
        entry->used = c->options.now();
        c->hits++;
    } else {
        c->misses++;
        *lease = list_new(c, key);
    }
    pthread_mutex_unlock(&c->lock);
    if (!entry) return make_it(c, a, *lease, make, context);
    *lease = entry;
    return OK;
}

const cached_model *model_leased(const model_lease *lease)
{
    return &lease->made;
}

void model_cache_give_back(model_lease *lease)
{
    model_cache *c = lease->cache;
    pthread_mutex_lock(&c->lock);
    put_down(lease);
    pthread_mutex_unlock(&c->lock);
}

static void give_back(void *lease)
{
    model_cache_give_back(lease);
}

error model_cache_lend(model_cache *c, arena *a, const model_cache_key *key, cached_maker make, void *context,
                       const cached_model **out)
{
    model_lease *lease;
    TRY(model_cache_take(c, a, key, make, context, &lease));
    arena_defer(a, give_back, lease);
    *out = model_leased(lease);
    return OK;
}

/* ------------------------------------------------------------------ the whole */

model_cache *model_cache_new(arena *a, const model_cache_options *options)
{
    model_cache *c = ARENA_NEW(a, model_cache);
    if (options) c->options = *options;
    if (!c->options.entries) c->options.entries = MODEL_CACHE_ENTRIES;
    if (!c->options.bytes) c->options.bytes = MODEL_CACHE_BYTES;
    if (!c->options.lasts) c->options.lasts = SECONDS(MODEL_CACHE_SECONDS);
    if (!c->options.now) c->options.now = clock_monotonic;
    if (!c->options.memory_in_use) c->options.memory_in_use = memory_in_use;
    c->entries = ARENA_ARRAY(a, c->options.entries + MODEL_CACHE_ENTRIES, model_lease *);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->made, NULL);
    return c;
}

void model_cache_close(model_cache *c)
{
    while (c->count) unlist(c, c->count - 1);
    pthread_cond_destroy(&c->made);
    pthread_mutex_destroy(&c->lock);
}

model_cache_figures model_cache_read_figures(model_cache *c)
{
    pthread_mutex_lock(&c->lock);
    model_cache_figures figures = { c->count, c->bytes, c->hits, c->misses, c->evictions };
    pthread_mutex_unlock(&c->lock);
    return figures;
}

uuid model_cache_process(const model_cache *c)
{
    return c->options.process;
}
