#include "features/rates/near_counts.h"

#include "crypto/random.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

enum { WAYS = 8, LOCKS = 16 };

/* known: over all servers, as of the last word from the database; sending: under way to it; fresh: since then. */
typedef struct entry {
    count_key key;
    count_window window;
    int64_t known, sending, fresh;
    bool is_set;
} entry;

struct near_counts {
    entry *entries; /* in sets of WAYS */
    size_t sets;
    pthread_mutex_t locks[LOCKS];
    /* Nobody can choose addresses that fall into one set. */
    uint8_t secret[crypto_shorthash_KEYBYTES];
};

static void release_locks(void *of)
{
    near_counts *n = of;
    for (int i = 0; i < LOCKS; i++) pthread_mutex_destroy(&n->locks[i]);
}

near_counts *near_counts_new(arena *a, size_t entries)
{
    near_counts *n = ARENA_NEW(a, near_counts);
    n->sets = 1;
    while (n->sets * WAYS < entries) n->sets *= 2;
    n->entries = ARENA_ARRAY(a, n->sets * WAYS, entry);
    for (int i = 0; i < LOCKS; i++) pthread_mutex_init(&n->locks[i], NULL);
    arena_defer(a, release_locks, n);
    random_fill(n->secret, sizeof n->secret);
    return n;
}

static bool is_same(const count_key *a, const count_key *b)
{
    return a->rule == b->rule && memcmp(&a->subject, &b->subject, sizeof a->subject) == 0;
}

static size_t set_of(const near_counts *n, const count_key *key)
{
    uint8_t bytes[sizeof key->subject + 1];
    uint64_t hash;
    memcpy(bytes, &key->subject, sizeof key->subject);
    bytes[sizeof key->subject] = key->rule;
    crypto_shorthash((uint8_t *)&hash, bytes, sizeof bytes, n->secret);
    return (size_t)hash & (n->sets - 1);
}

static int64_t count_of(const entry *e)
{
    return e->known + e->sending + e->fresh;
}

/* With the set's lock held. */
static entry *find(const near_counts *n, size_t set, const count_key *key)
{
    entry *ways = n->entries + set * WAYS;
    for (int i = 0; i < WAYS; i++)
        if (ways[i].is_set && is_same(&ways[i].key, key)) return &ways[i];
    return NULL;
}

/* One that was never used, one whose time is over, or the smallest. */
static entry *make_room(const near_counts *n, size_t set, instant now)
{
    entry *ways = n->entries + set * WAYS, *least = ways;
    for (int i = 0; i < WAYS; i++) {
        if (!ways[i].is_set || ways[i].window.end <= now) return &ways[i];
        if (count_of(&ways[i]) < count_of(least)) least = &ways[i];
    }
    return least;
}

bool near_take(near_counts *n, const count_key *key, count_window window, int64_t most, int64_t *taken)
{
    size_t set = set_of(n, key);
    pthread_mutex_lock(&n->locks[set % LOCKS]);
    entry *e = find(n, set, key);
    if (!e) e = make_room(n, set, window.start);
    if (!e->is_set || !is_same(&e->key, key) || e->window.start != window.start)
        *e = (entry){ .key = *key, .window = window, .is_set = true };
    bool fits = count_of(e) < most;
    if (fits) e->fresh++;
    *taken = count_of(e);
    pthread_mutex_unlock(&n->locks[set % LOCKS]);
    return fits;
}

size_t near_collect(near_counts *n, size_t *place, near_change *out, size_t room)
{
    size_t count = 0, set = *place;
    for (; set < n->sets && count + WAYS <= room; set++) {
        entry *ways = n->entries + set * WAYS;
        pthread_mutex_lock(&n->locks[set % LOCKS]);
        for (entry *e = ways; e < ways + WAYS; e++) {
            if (!e->is_set || e->fresh == 0) continue;
            out[count++] = (near_change){ .key = e->key, .start = e->window.start, .taken = e->fresh };
            e->sending += e->fresh;
            e->fresh = 0;
        }
        pthread_mutex_unlock(&n->locks[set % LOCKS]);
    }
    *place = set < n->sets ? set : 0;
    return count;
}

/* The entry of a change, with its set's lock held, or NULL: its window is over, or another took its place. */
static entry *lock_entry(near_counts *n, const near_change *change, size_t *set)
{
    *set = set_of(n, &change->key);
    pthread_mutex_lock(&n->locks[*set % LOCKS]);
    entry *e = find(n, *set, &change->key);
    return e && e->window.start == change->start && e->sending >= change->taken ? e : NULL;
}

void near_learn(near_counts *n, const near_change *change)
{
    size_t set;
    entry *e = lock_entry(n, change, &set);
    if (e) {
        e->sending -= change->taken;
        e->known = change->total;
    }
    pthread_mutex_unlock(&n->locks[set % LOCKS]);
}

void near_keep(near_counts *n, const near_change *change)
{
    size_t set;
    entry *e = lock_entry(n, change, &set);
    if (e) {
        e->sending -= change->taken;
        e->fresh += change->taken;
    }
    pthread_mutex_unlock(&n->locks[set % LOCKS]);
}
