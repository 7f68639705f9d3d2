#include "features/keys/keys.h"

#include "crypto/hash.h"

#include <pthread.h>
#include <time.h>

struct key_keeper {
    store *store;
    const logger *log;
    key_ring *ring;
    uint8_t master_key[MASTER_KEY_BYTES];

    pthread_mutex_t turn; /* one look at the database at a time; guards the two below */
    uint8_t seen[32];     /* SHA-256 of the rows that the ring was filled from */
    instant looked_at;    /* when an unknown kid last led to a look; clock_monotonic */

    pthread_mutex_t lock; /* guards stopping and hurried */
    pthread_cond_t wake;
    pthread_t watcher;
    bool watching, stopping, hurried;
    bool failing;     /* the watcher's last look failed; the watcher's own */
    instant clean_at; /* the watcher's own */
};

/* ------------------------------------------------------------------ loading */

static error open_scope(const key_keeper *k, arena *a, system_reason reason, text why, scope **out)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    return scope_open_system(k->store, a, reason, why, &nobody, out);
}

static error make_first(const key_keeper *k, arena *a)
{
    scope *db;
    TRY(open_scope(k, a, S9_PLATFORM_ADMINISTRATION, TEXT("make the first key that signs access tokens"), &db));
    error bad = keys_make_first(db, k->master_key);
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

static error read_rows(const key_keeper *k, arena *a, signing_key_row_list *out)
{
    scope *db;
    TRY(open_scope(k, a, S9_PLATFORM_ADMINISTRATION, TEXT("load the keys that sign access tokens"), &db));
    scope_reads(db);
    error bad = sql_signing_keys_that_verify(db, out);
    scope_rollback(db);
    return bad;
}

static error load_one(arena *a, const signing_key_row *row, const uint8_t master_key[MASTER_KEY_BYTES],
                      signing_key **out)
{
    text pem;
    TRY(unseal(a, master_key, row->private_key_sealed, &pem));
    TRY(signing_key_load(a, pem, row->kid, out));
    if (row->not_after.is_set) signing_key_ends(*out, row->not_after.value);
    return OK;
}

/* Without its active key a server cannot work; a retired one that cannot be read is one that verifies nothing. */
static error load_all(const key_keeper *k, arena *own, const signing_key_row_list *rows, signing_key **keys,
                      size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        error bad = load_one(own, &rows->items[i], k->master_key, &keys[*count]);
        if (bad && rows->items[i].is_active) return bad;
        if (bad)
            log_event(k->log, LOG_ERROR, "retired_key_unreadable", bad->message,
                      (log_field[]){ LOG_T("kid", rows->items[i].kid), LOG_END });
        else
            ++*count;
    }
    return OK;
}

static error fill_ring(const key_keeper *k, arena *a, const signing_key_row_list *rows)
{
    size_t count;
    arena *own = arena_new();
    signing_key **keys = ARENA_ARRAY(own, rows->count, signing_key *);
    error bad = load_all(k, own, rows, keys, &count);
    if (bad) {
        bad = fail(a, bad->kind, bad->pointer, "%s", bad->message); /* its memory goes with the arena */
        arena_drop(own);
        return bad;
    }
    key_ring_put(k->ring, own, keys, count);
    log_event(k->log, LOG_INFO, "signing_keys_loaded", "Access tokens are signed and verified by these from now on.",
              (log_field[]){ LOG_T("active_kid", rows->items[0].kid), LOG_I("verifying", count), LOG_END });
    return OK;
}

static void hash_rows(arena *a, const signing_key_row_list *rows, uint8_t out[32])
{
    text_builder all = text_builder_in(a);
    for (size_t i = 0; i < rows->count; i++) {
        const signing_key_row *row = &rows->items[i];
        text_add_format(&all, "%.*s %d %lld\n", PRINT(row->kid), row->is_active,
                        row->not_after.is_set ? (long long)row->not_after.value : 0);
    }
    text whole = text_built(&all);
    sha256(whole.data, whole.length, out);
}

static bool has_active(const signing_key_row_list *rows)
{
    return rows->count && rows->items[0].is_active;
}

/* With the turn held. */
static error look(key_keeper *k, arena *a)
{
    signing_key_row_list rows;
    uint8_t hash[32];
    TRY(read_rows(k, a, &rows));
    if (!has_active(&rows)) {
        TRY(make_first(k, a));
        TRY(read_rows(k, a, &rows));
        if (!has_active(&rows)) return fail(a, INTERNAL, "", "There is no active signing key.");
    }
    hash_rows(a, &rows, hash);
    if (memcmp(hash, k->seen, sizeof hash) == 0) return OK;
    TRY(fill_ring(k, a, &rows));
    memcpy(k->seen, hash, sizeof hash);
    return OK;
}

error keys_refresh(key_keeper *k, arena *a)
{
    pthread_mutex_lock(&k->turn);
    error bad = look(k, a);
    pthread_mutex_unlock(&k->turn);
    return bad;
}

/* ------------------------------------------------------------------ signing and verifying */

static void hurry(key_keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->hurried = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
}

/* Another server has replaced the active key since we last looked: nothing is signed by the old one any more. The key
 * is loaded for this signature alone; the watcher renews the ring, without anybody's connection being held for it. */
static error sign_by(key_keeper *k, arena *a, const signing_key_row *row, const token_claims *claims, text *out)
{
    signing_key *key;
    hurry(k);
    TRY(load_one(a, row, k->master_key, &key));
    return token_sign(a, key, claims, out);
}

error keys_sign(platform *app, scope *db, const token_claims *claims, text *out)
{
    bool found;
    signing_key_row active;
    const key_set *keys = key_ring_take(app->keys->ring, db->arena);
    TRY(sql_signing_key_active(db, &found, &active));
    if (!found) return fail_later(db->arena, UNAVAILABLE, 2, "The signing keys are being changed. Try again.");
    if (text_equal(active.kid, signing_key_kid(keys->verifying[0])))
        return token_sign(db->arena, keys->verifying[0], claims, out);
    return sign_by(app->keys, db->arena, &active, claims, out);
}

/* Who comes while another looks waits for what that one finds; whoever invents kids leads to one look a second. */
static error look_for(key_keeper *k, arena *a, text kid)
{
    error bad = OK;
    pthread_mutex_lock(&k->turn);
    instant now = clock_monotonic();
    if (!key_set_knows(key_ring_take(k->ring, a), kid) && now - k->looked_at >= SECONDS(KEY_LOOK_AGAIN_SECONDS)) {
        k->looked_at = now;
        bad = look(k, a);
    }
    pthread_mutex_unlock(&k->turn);
    return bad;
}

error keys_verify(platform *app, arena *a, text token, token_claims *out)
{
    token_check check = { .issuer = app->issuer, .audience = TEXT("aic"), .now = clock_now(&app->clock) };
    const key_set *keys = key_ring_take(app->keys->ring, a);
    error bad = token_cache_verify(app->tokens, a, token, keys->verifying, keys->count, &check, out);
    if (!bad) return OK;
    text kid = token_kid(a, token);
    if (!keys_is_kid(kid) || key_set_knows(keys, kid)) return bad;
    error lost = look_for(app->keys, a, kid);
    if (lost && lost->kind == UNAVAILABLE) return lost;
    keys = key_ring_take(app->keys->ring, a);
    return token_cache_verify(app->tokens, a, token, keys->verifying, keys->count, &check, out);
}

text keys_jwks(platform *app, arena *a)
{
    const key_set *keys = key_ring_take(app->keys->ring, a);
    instant now = clock_now(&app->clock);
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "keys"), json_open(&w, '[');
    for (size_t i = 0; i < keys->count; i++)
        if (signing_key_verifies(keys->verifying[i], now)) json_write_raw(&w, signing_key_jwk(a, keys->verifying[i]));
    json_close(&w, ']'), json_close(&w, '}');
    return json_written(&w);
}

/* ------------------------------------------------------------------ changing, as a request asks */

/* Committed here rather than by the dispatcher, so that the next request finds the new key; the dispatcher's own audit
 * row follows in a second transaction, the rule's went with the first. */
static void publish(platform *app, scope *db)
{
    error late = keys_refresh(app->keys, db->arena);
    if (late) /* what was asked is done; the watcher will look again */
        log_event(app->log, LOG_WARNING, "signing_keys_not_loaded", late->message, NULL);
}

error keys_rotate_now(platform *app, scope *db, const rotation *in, signing_key_view *out)
{
    TRY(keys_rotate(db, app->keys->master_key, in, out));
    TRY(scope_pause(db));
    publish(app, db);
    return OK;
}

error keys_mark_compromised_now(platform *app, scope *db, text kid, const compromise *in, signing_key_view *out)
{
    TRY(keys_mark_compromised(db, app->keys->master_key, kid, in, out));
    TRY(scope_pause(db));
    publish(app, db);
    return OK;
}

/* ------------------------------------------------------------------ watching */

static error clean_within(scope *db, int64_t *keys, int64_t *tokens)
{
    instant now = scope_now(db);
    TRY(sql_signing_keys_forget(db, &(sql_signing_keys_forget_in){ .ended_before = now - DAYS(KEY_PRIVATE_PART_DAYS) },
                                keys));
    return sql_revoked_tokens_forget(
        db, &(sql_revoked_tokens_forget_in){ .expired_before = now - MINUTES(REVOKED_TOKEN_GRACE_MINUTES) }, tokens);
}

static error clean_up(const key_keeper *k, arena *a)
{
    scope *db;
    int64_t keys, tokens;
    TRY(open_scope(k, a, S7_SCHEDULER, TEXT("forget ended private keys and expired revocations"), &db));
    error bad = clean_within(db, &keys, &tokens);
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    if (!bad && keys + tokens > 0)
        log_event(k->log, LOG_INFO, "tokens_cleaned_up", "What no longer has a use was forgotten.",
                  (log_field[]){ LOG_I("private_parts", keys), LOG_I("revocations", tokens), LOG_END });
    return bad;
}

static void watch_once(key_keeper *k)
{
    arena *a = arena_new();
    error bad = keys_refresh(k, a);
    if (!bad && clock_monotonic() >= k->clean_at) {
        bad = clean_up(k, a);
        k->clean_at = clock_monotonic() + SECONDS(KEY_CLEANUP_SECONDS);
    }
    if (bad && !k->failing) /* told once, not every two seconds for as long as the database is away */
        log_event(k->log, LOG_WARNING, "signing_keys_not_watched", bad->message, NULL);
    k->failing = bad != OK;
    arena_drop(a);
}

static void wait_turn(key_keeper *k)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += KEY_REFRESH_SECONDS;
    int waited = 0;
    while (!k->stopping && !k->hurried && waited == 0) waited = pthread_cond_timedwait(&k->wake, &k->lock, &until);
    k->hurried = false;
}

static void *watch(void *given)
{
    key_keeper *k = given;
    pthread_mutex_lock(&k->lock);
    while (!k->stopping) {
        pthread_mutex_unlock(&k->lock);
        watch_once(k);
        pthread_mutex_lock(&k->lock);
        wait_turn(k);
    }
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

static void release_locks(void *of)
{
    key_keeper *k = of;
    pthread_cond_destroy(&k->wake);
    pthread_mutex_destroy(&k->lock);
    pthread_mutex_destroy(&k->turn);
}

static void make_locks(key_keeper *k)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&k->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&k->lock, NULL);
    pthread_mutex_init(&k->turn, NULL);
}

error keys_open(arena *a, store *s, const uint8_t master_key[MASTER_KEY_BYTES], const logger *log, key_keeper **out)
{
    key_keeper *k = ARENA_NEW(a, key_keeper);
    k->store = s;
    k->log = log;
    k->ring = key_ring_new(a);
    memcpy(k->master_key, master_key, sizeof k->master_key);
    make_locks(k);
    arena_defer(a, release_locks, k);
    *out = k;
    return keys_refresh(k, a);
}

error keys_watch(key_keeper *k)
{
    static const error_value no_thread = { .kind = INTERNAL,
                                           .pointer = "",
                                           .message = "No thread can be made to watch the signing keys." };
    if (pthread_create(&k->watcher, NULL, watch, k) != 0) return &no_thread;
    k->watching = true;
    return OK;
}

void keys_close(key_keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->stopping = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    if (k->watching) pthread_join(k->watcher, NULL);
    k->watching = false;
    explicit_bzero(k->master_key, sizeof k->master_key);
}
