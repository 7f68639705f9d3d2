#include "base/json.h"
#include "crypto/hash.h"
#include "crypto/key_ring.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/token_cache.h"
#include "crypto/totp.h"
#include "crypto/webhook_signature.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

/* FIPS 180-4's examples, and the empty message. */
static void sha256_gives_the_standards_values(void **state)
{
    (void)state;
    arena *a = arena_new();
    assert_string_equal(sha256_hex(a, TEXT("abc")).data,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(sha256_hex(a, TEXT("")).data,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_stream *s = sha256_start(a);
    sha256_more(s, TEXT("a"));
    sha256_more(s, TEXT("bc"));
    text digest = sha256_finish(a, s);
    assert_true(text_equal(digest, sha256_bytes(a, TEXT("abc"))));
    arena_drop(a);
}

static bool fits(password_hasher *h, arena *a, text hash, text password)
{
    password_verdict verdict;
    assert_null(password_verify(h, a, hash, password, &verdict));
    assert_false(verdict.needs_rehash);
    return verdict.matches;
}

static void a_password_fits_its_own_hash_only(void **state)
{
    (void)state;
    arena *a = arena_new();
    password_hasher *h = password_hasher_new(a, &(password_limits){ .at_once = 1 });
    text hash;
    assert_null(password_hash(h, a, TEXT("quiet windmill"), &hash));
    assert_true(text_starts(hash, "$argon2id$v=19$m=65536,t=3,p=1$"));
    assert_true(fits(h, a, hash, TEXT("quiet windmill")));
    assert_false(fits(h, a, hash, TEXT("quiet windmilL")));
    assert_false(fits(h, a, TEXT("not a hash"), TEXT("x")));
    arena_drop(a);
}

static void a_hash_of_older_costs_fits_and_is_to_be_renewed(void **state)
{
    (void)state;
    arena *a = arena_new();
    password_hasher *h = password_hasher_new(a, &(password_limits){ .at_once = 1 });
    char older[crypto_pwhash_STRBYTES];
    password_verdict verdict;
    assert_int_equal(crypto_pwhash_str(older, "quiet", 5, 2, 64 << 20), 0);
    assert_null(password_verify(h, a, text_of(older), TEXT("quiet"), &verdict));
    assert_true(verdict.matches && verdict.needs_rehash);
    assert_null(password_verify(h, a, text_of(older), TEXT("loud"), &verdict));
    assert_false(verdict.matches || verdict.needs_rehash);
    arena_drop(a);
}

enum { CROWD = 12 };

typedef struct crowd_member {
    password_hasher *hasher;
    error_kind kind;
    bool served;
} crowd_member;

static void *hash_one(void *given)
{
    crowd_member *m = given;
    arena *a = arena_new();
    text hash;
    error refused = password_hash(m->hasher, a, TEXT("quiet windmill"), &hash);
    m->served = !refused;
    if (refused) m->kind = refused->kind;
    arena_drop(a);
    return NULL;
}

static int served_of_a_crowd(arena *a, const password_limits *limits)
{
    crowd_member members[CROWD] = { 0 };
    pthread_t threads[CROWD];
    password_hasher *h = password_hasher_new(a, limits);
    int served = 0;
    for (int i = 0; i < CROWD; i++) {
        members[i].hasher = h;
        assert_int_equal(pthread_create(&threads[i], NULL, hash_one, &members[i]), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        pthread_join(threads[i], NULL);
        served += members[i].served;
        if (!members[i].served) assert_int_equal(members[i].kind, UNAVAILABLE);
    }
    return served;
}

static void of_a_crowd_some_hash_some_wait_and_the_rest_are_sent_away(void **state)
{
    (void)state;
    arena *a = arena_new();
    /* Patient enough, and with room for all. */
    assert_int_equal(served_of_a_crowd(a, &(password_limits){ .at_once = 1, .waiting = CROWD, .wait_ms = 600000 }),
                     CROWD);
    /* Nobody may wait: whoever finds the place taken is sent away, and the place is free again for the next. */
    int served = served_of_a_crowd(a, &(password_limits){ .at_once = 1, .waiting = 0, .wait_ms = 600000 });
    assert_in_range(served, 1, CROWD);
    /* Waiting has an end. */
    served = served_of_a_crowd(a, &(password_limits){ .at_once = 1, .waiting = CROWD, .wait_ms = 1 });
    assert_in_range(served, 1, CROWD);
    arena_drop(a);
}

static void common_passwords_are_refused_in_every_dress(void **state)
{
    (void)state;
    static const char *const bad[] = { "short",
                                       "passwordpassword",
                                       "Password1234!",
                                       "1234567890123",
                                       "QwertyQwerty1",
                                       "ada@example.com",
                                       "letmeinplease",
                                       "Liverpool2026!",
                                       "!@#$%^&*()_+",
                                       "............!",
                                       "1122334455667!!",
                                       "UmojaCredit!!",
                                       "umoja-credit-2026",
                                       "My Umoja Credit",
                                       "AIC-Platform-26",
                                       NULL };
    const password_owner ada = { .email = TEXT("ada@example.com"), .organization = TEXT("Umoja Credit") };
    arena *a = arena_new();
    for (size_t i = 0; bad[i]; i++) {
        error refused = password_check(a, text_of(bad[i]), &ada, "/password");
        if (!refused) fail_msg("%s was taken", bad[i]);
        assert_string_equal(refused->pointer, "/password");
    }
    static const char *const good[] = { "quiet windmill counts the rain",
                                        "umoja credit sings over the bay",
                                        "снег идёт над тихой рекой",
                                        "雨風雪山川海空星月日花鳥",
                                        "}{;,.<>?/~`=:",
                                        NULL };
    for (size_t i = 0; good[i]; i++) assert_null(password_check(a, text_of(good[i]), &ada, "/password"));
    arena_drop(a);
}

static void a_sealed_secret_opens_under_its_own_key_only(void **state)
{
    (void)state;
    arena *a = arena_new();
    uint8_t key[MASTER_KEY_BYTES] = { 1 }, other[MASTER_KEY_BYTES] = { 2 };
    text out, sealed = seal(a, key, TEXT("a private key"));
    assert_null(unseal(a, key, sealed, &out));
    assert_true(text_equal_string(out, "a private key"));
    assert_non_null(unseal(a, other, sealed, &out));
    for (size_t i = 0; i < sealed.length; i++) {
        text changed = text_copy(a, sealed);
        ((char *)(uintptr_t)changed.data)[i] ^= 1;
        assert_non_null(unseal(a, key, changed, &out));
    }
    arena_drop(a);
}

typedef struct world {
    arena *arena;
    signing_key *key, *other;
    token_claims claims;
    token_check check;
    text token;
} world;

static world world_new(void)
{
    world w = { .arena = arena_new() };
    instant now = SECONDS(1772000000);
    assert_null(signing_key_new(w.arena, &w.key));
    assert_null(signing_key_new(w.arena, &w.other));
    w.claims = (token_claims){ .subject = uuid_v4(),
                               .org = uuid_v4(),
                               .jti = uuid_v4(),
                               .role = TEXT("ADMIN"),
                               .issuer = TEXT("here"),
                               .audience = TEXT("aic"),
                               .issued_at = now,
                               .expires_at = now + MINUTES(15) };
    w.check = (token_check){ .issuer = TEXT("here"), .audience = TEXT("aic"), .now = now + MINUTES(1) };
    assert_null(token_sign(w.arena, w.key, &w.claims, &w.token));
    return w;
}

static error verify(world *w, text token, token_check check)
{
    token_claims out;
    return token_verify(w->arena, token, &w->key, 1, &check, &out, NULL);
}

static void a_token_comes_back_as_it_was_signed(void **state)
{
    (void)state;
    world w = world_new();
    token_claims out;
    assert_null(token_verify(w.arena, w.token, &w.key, 1, &w.check, &out, NULL));
    assert_true(uuid_equal(out.subject, w.claims.subject) && uuid_equal(out.org, w.claims.org) &&
                uuid_equal(out.jti, w.claims.jti));
    assert_true(text_equal(out.role, w.claims.role) && out.expires_at == w.claims.expires_at);
    assert_null(signing_key_load(w.arena, signing_key_private_pem(w.arena, w.key), signing_key_kid(w.key), &w.key));
    assert_null(verify(&w, w.token, w.check));
    arena_drop(w.arena);
}

static void a_token_of_another_time_place_or_key_is_refused(void **state)
{
    (void)state;
    world w = world_new();
    token_check late = w.check, early = w.check, elsewhere = w.check, for_others = w.check;
    late.now = w.claims.expires_at;
    early.now = w.claims.issued_at - MINUTES(1);
    elsewhere.issuer = TEXT("there");
    for_others.audience = TEXT("other");
    assert_non_null(verify(&w, w.token, late));
    assert_non_null(verify(&w, w.token, early));
    assert_non_null(verify(&w, w.token, elsewhere));
    assert_non_null(verify(&w, w.token, for_others));
    token_claims out;
    assert_non_null(token_verify(w.arena, w.token, &w.other, 1, &w.check, &out, NULL));
    arena_drop(w.arena);
}

static text join(arena *a, const char *head_json, text token)
{
    text head = base64url(a, head_json, strlen(head_json));
    const char *dot = memchr(token.data, '.', token.length);
    return text_format(a, "%.*s%s", PRINT(head), dot);
}

/* "none", a MAC made with the public key, a foreign kid, a critical header, and every changed byte. */
static void a_forged_token_is_refused(void **state)
{
    (void)state;
    world w = world_new();
    static const char *const heads[] = { "{\"alg\":\"none\"}",
                                         "{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
                                         "{\"alg\":\"RS256\",\"kid\":\"0000\"}",
                                         "{\"alg\":\"RS256\",\"crit\":[\"x\"]}",
                                         "[]",
                                         "",
                                         NULL };
    for (size_t i = 0; heads[i]; i++) assert_non_null(verify(&w, join(w.arena, heads[i], w.token), w.check));
    for (size_t i = 0; i < w.token.length; i += 5) {
        text changed = text_copy(w.arena, w.token);
        ((char *)(uintptr_t)changed.data)[i] ^= 1;
        if (!verify(&w, changed, w.check)) fail_msg("a change of byte %zu was not noticed", i);
    }
    for (size_t length = 0; length < w.token.length; length += 17)
        assert_non_null(verify(&w, (text){ w.token.data, length }, w.check));
    char *huge = arena_alloc(w.arena, TOKEN_MOST_BYTES + 2);
    memset(huge, '.', TOKEN_MOST_BYTES + 1);
    assert_non_null(verify(&w, text_of(huge), w.check));
    arena_drop(w.arena);
}

static void a_remembered_token_is_still_asked_for_key_time_and_place(void **state)
{
    (void)state;
    world w = world_new();
    token_cache *cache = token_cache_new(w.arena, 16);
    token_claims out;
    for (int i = 0; i < 3; i++) {
        assert_null(token_cache_verify(cache, w.arena, w.token, &w.key, 1, &w.check, &out));
        assert_true(uuid_equal(out.subject, w.claims.subject) && uuid_equal(out.org, w.claims.org) &&
                    uuid_equal(out.jti, w.claims.jti) && text_equal(out.role, w.claims.role));
    }
    assert_int_equal(token_cache_hits(cache), 2);
    token_check late = w.check, elsewhere = w.check;
    late.now = w.claims.expires_at;
    elsewhere.issuer = TEXT("there");
    assert_non_null(token_cache_verify(cache, w.arena, w.token, &w.key, 1, &late, &out));
    assert_non_null(token_cache_verify(cache, w.arena, w.token, &w.key, 1, &elsewhere, &out));
    assert_non_null(token_cache_verify(cache, w.arena, w.token, &w.other, 1, &w.check, &out)); /* retired */
    assert_non_null(token_cache_verify(cache, w.arena, w.token, NULL, 0, &w.check, &out));
    text changed = text_copy(w.arena, w.token);
    ((char *)(uintptr_t)changed.data)[changed.length / 2] ^= 1;
    for (int i = 0; i < 2; i++) assert_non_null(token_cache_verify(cache, w.arena, changed, &w.key, 1, &w.check, &out));
    arena_drop(w.arena);
}

/* More tokens than there is room for: each is answered rightly whether it is remembered or not. */
static void a_full_cache_answers_rightly(void **state)
{
    (void)state;
    enum { TOKENS = 40 };
    world w = world_new();
    token_cache *cache = token_cache_new(w.arena, 8);
    text tokens[TOKENS];
    uuid ids[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
        w.claims.jti = ids[i] = uuid_v4();
        assert_null(token_sign(w.arena, w.key, &w.claims, &tokens[i]));
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < TOKENS; i++) {
            token_claims out;
            assert_null(token_cache_verify(cache, w.arena, tokens[i], &w.key, 1, &w.check, &out));
            assert_true(uuid_equal(out.jti, ids[i]));
        }
    }
    arena_drop(w.arena);
}

/* HMAC-SHA-256 of "1700000000.{}" under "whsec_test", by another implementation (Python's hmac). */
#define SIGNED_AT "1700000000"
#define GOOD_MAC  "35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91"

static void a_webhook_is_taken_with_its_own_signature_only(void **state)
{
    (void)state;
    arena *a = arena_new();
    const text keys[] = { TEXT("older"), TEXT("whsec_test") };
    const text_list secrets = { keys, 2 }, other = { keys, 1 }, none = { keys, 0 };
    instant now = SECONDS(1700000000);
    const text good = TEXT("t=" SIGNED_AT ",v1=" GOOD_MAC), body = TEXT("{}");
    assert_null(webhook_signature_check(a, good, body, &secrets, now));
    assert_null(webhook_signature_check(a, good, body, &secrets, now + SECONDS(300)));
    assert_null(webhook_signature_check(a, TEXT("t=" SIGNED_AT ", v0=ab, v1=zz,v1=" GOOD_MAC), body, &secrets, now));
    assert_non_null(webhook_signature_check(a, good, body, &secrets, now + SECONDS(301)));
    assert_non_null(webhook_signature_check(a, good, body, &secrets, now - SECONDS(301)));
    assert_non_null(webhook_signature_check(a, good, TEXT("{ }"), &secrets, now));
    assert_non_null(webhook_signature_check(a, good, body, &other, now));
    assert_non_null(webhook_signature_check(a, good, body, &none, now));
    static const char *const bad[] = { "",
                                       "t=",
                                       "v1=" GOOD_MAC,
                                       "t=" SIGNED_AT,
                                       "t=1700000001,v1=" GOOD_MAC,
                                       "t=-1,v1=" GOOD_MAC,
                                       "t=99999999999999999999,v1=" GOOD_MAC,
                                       ",,,",
                                       "t=1,v1=00" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_non_null(webhook_signature_check(a, text_of(bad[i]), body, &secrets, now));
    arena_drop(a);
}

/* The token again with another head, signed by `key` as it then is: what a forger with the key could send. */
static text signed_with_head(arena *a, const signing_key *key, const char *head_json, text token)
{
    text changed = join(a, head_json, token);
    const char *end = memrchr(changed.data, '.', changed.length);
    text part = { changed.data, (size_t)(end - changed.data) };
    text pem = signing_key_private_pem(a, key);
    BIO *in = BIO_new_mem_buf(pem.data, (int)pem.length);
    EVP_PKEY *pair = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[512];
    size_t length = sizeof signature;
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pair), 1);
    assert_int_equal(EVP_DigestSign(context, signature, &length, (const unsigned char *)part.data, part.length), 1);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pair);
    BIO_free(in);
    text encoded = base64url(a, signature, length);
    return text_format(a, "%.*s.%.*s", PRINT(part), PRINT(encoded));
}

/* Even what the right key signed is good only under the algorithm and the kid that this server writes. */
static void a_kid_that_is_no_kid_of_ours_is_refused_whoever_signed(void **state)
{
    (void)state;
    world w = world_new();
    static const char *const heads[] = { "{\"alg\":\"RS256\",\"kid\":\"../../etc/passwd\"}",
                                         "{\"alg\":\"RS256\",\"kid\":\"' or 1=1 --\"}",
                                         "{\"alg\":\"RS256\",\"kid\":\"\"}",
                                         "{\"alg\":\"RS256\",\"kid\":\"00000000000000000000000000000000\"}",
                                         "{\"alg\":\"RS512\"}",
                                         "{\"alg\":\"none\"}",
                                         "{\"alg\":\"rs256\"}",
                                         "{}",
                                         NULL };
    for (size_t i = 0; heads[i]; i++)
        if (!verify(&w, signed_with_head(w.arena, w.key, heads[i], w.token), w.check))
            fail_msg("%s was taken", heads[i]);
    text kid = signing_key_kid(w.key);
    text good = text_format(w.arena, "{\"alg\":\"RS256\",\"kid\":\"%.*s\"}", PRINT(kid));
    assert_null(verify(&w, signed_with_head(w.arena, w.key, good.data, w.token), w.check));
    assert_non_null(verify(&w, signed_with_head(w.arena, w.other, good.data, w.token), w.check)); /* a borrowed kid */
    arena_drop(w.arena);
}

static void a_token_without_kid_is_tried_against_the_active_key_only(void **state)
{
    (void)state;
    world w = world_new();
    token_claims out;
    text bare = signed_with_head(w.arena, w.key, "{\"alg\":\"RS256\"}", w.token);
    signing_key *active_first[] = { w.key, w.other }, *retired_second[] = { w.other, w.key };
    assert_null(token_verify(w.arena, bare, active_first, 2, &w.check, &out, NULL));
    assert_non_null(token_verify(w.arena, bare, retired_second, 2, &w.check, &out, NULL));
    assert_null(token_verify(w.arena, w.token, retired_second, 2, &w.check, &out, NULL)); /* the same, with its kid */
    assert_non_null(token_verify(w.arena, bare, NULL, 0, &w.check, &out, NULL));
    token_cache *cache = token_cache_new(w.arena, 16);
    for (int i = 0; i < 2; i++) { /* that it was good once is not remembered beyond the active key's turn */
        assert_null(token_cache_verify(cache, w.arena, bare, active_first, 2, &w.check, &out));
        assert_null(token_cache_verify(cache, w.arena, w.token, active_first, 2, &w.check, &out));
    }
    assert_non_null(token_cache_verify(cache, w.arena, bare, retired_second, 2, &w.check, &out));
    assert_null(token_cache_verify(cache, w.arena, w.token, retired_second, 2, &w.check, &out));
    arena_drop(w.arena);
}

static void a_token_that_says_when_it_begins_is_believed(void **state)
{
    (void)state;
    world w = world_new();
    token_claims claims = w.claims;
    claims.not_before = (maybe_instant){ true, w.check.now + MINUTES(5) };
    assert_non_null(token_check_claims(w.arena, &claims, &w.check));
    claims.not_before.value = w.check.now + SECONDS(TOKEN_CLOCK_SKEW_SECONDS);
    assert_null(token_check_claims(w.arena, &claims, &w.check));
    arena_drop(w.arena);
}

static void a_retired_key_verifies_until_its_end(void **state)
{
    (void)state;
    world w = world_new();
    token_claims out;
    token_cache *cache = token_cache_new(w.arena, 16);
    signing_key *keys[] = { w.other, w.key };
    signing_key_ends(w.key, w.check.now + 1);
    assert_null(token_cache_verify(cache, w.arena, w.token, keys, 2, &w.check, &out));
    assert_null(token_verify(w.arena, w.token, keys, 2, &w.check, &out, NULL));
    signing_key_ends(w.key, w.check.now);
    assert_non_null(token_cache_verify(cache, w.arena, w.token, keys, 2, &w.check, &out)); /* although remembered */
    assert_non_null(token_verify(w.arena, w.token, keys, 2, &w.check, &out, NULL));
    arena_drop(w.arena);
}

static void the_kid_of_any_token_can_be_read_and_of_anything_else_is_none(void **state)
{
    (void)state;
    world w = world_new();
    assert_true(text_equal(token_kid(w.arena, w.token), signing_key_kid(w.key)));
    assert_false(text_is(token_kid(w.arena, join(w.arena, "{\"alg\":\"RS256\"}", w.token))));
    assert_false(text_is(token_kid(w.arena, join(w.arena, "{\"kid\":5}", w.token))));
    assert_false(text_is(token_kid(w.arena, TEXT("no dots"))));
    assert_false(text_is(token_kid(w.arena, TEXT("..."))));
    arena_drop(w.arena);
}

static void a_key_is_loaded_under_its_own_kid_only(void **state)
{
    (void)state;
    world w = world_new();
    signing_key *out;
    text pem = signing_key_private_pem(w.arena, w.key);
    assert_null(signing_key_load(w.arena, pem, signing_key_kid(w.key), &out));
    assert_non_null(signing_key_load(w.arena, pem, signing_key_kid(w.other), &out));
    arena_drop(w.arena);
}

/* ------------------------------------------------------------------ the ring */

enum { READERS = 4, ROUNDS = 60 };

typedef struct turning_ring {
    world w;
    key_ring *ring;
    text pems[2], kids[2];
    atomic_bool done;
    atomic_int verified;
} turning_ring;

static void put_keys(turning_ring *t, int first, int count)
{
    arena *own = arena_new();
    signing_key **keys = ARENA_ARRAY(own, 2, signing_key *);
    for (int i = 0; i < count; i++)
        assert_null(signing_key_load(own, t->pems[(first + i) % 2], t->kids[(first + i) % 2], &keys[i]));
    key_ring_put(t->ring, own, keys, (size_t)count);
}

/* Whatever set is taken is whole: the token's key is in each of them. */
static void *take_and_verify(void *given)
{
    turning_ring *t = given;
    while (!atomic_load(&t->done)) {
        token_claims out;
        arena *a = arena_new();
        const key_set *keys = key_ring_take(t->ring, a), *again = key_ring_take(t->ring, a);
        if (!token_verify(a, t->w.token, keys->verifying, keys->count, &t->w.check, &out, NULL) && again->count)
            atomic_fetch_add(&t->verified, 1);
        else
            atomic_store(&t->verified, -1000000000);
        arena_drop(a);
    }
    return NULL;
}

static void keys_are_replaced_under_those_who_use_them(void **state)
{
    (void)state;
    turning_ring t = { .w = world_new() };
    pthread_t readers[READERS];
    signing_key *both[] = { t.w.key, t.w.other };
    for (int i = 0; i < 2; i++) {
        t.pems[i] = signing_key_private_pem(t.w.arena, both[i]);
        t.kids[i] = signing_key_kid(both[i]);
    }
    t.ring = key_ring_new(t.w.arena);
    assert_int_equal(key_ring_take(t.ring, t.w.arena)->count, 0);
    put_keys(&t, 0, 1);
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&readers[i], NULL, take_and_verify, &t), 0);
    for (int i = 0; i < ROUNDS; i++) put_keys(&t, i % 2, 2);
    while (atomic_load(&t.verified) >= 0 && atomic_load(&t.verified) < ROUNDS) sched_yield();
    atomic_store(&t.done, true);
    for (int i = 0; i < READERS; i++) pthread_join(readers[i], NULL);
    assert_true(atomic_load(&t.verified) >= ROUNDS);
    arena_drop(t.w.arena);
}

static void a_set_outlives_its_successor_for_whoever_took_it(void **state)
{
    (void)state;
    turning_ring t = { .w = world_new() };
    t.pems[0] = signing_key_private_pem(t.w.arena, t.w.key), t.kids[0] = signing_key_kid(t.w.key);
    t.pems[1] = signing_key_private_pem(t.w.arena, t.w.other), t.kids[1] = signing_key_kid(t.w.other);
    t.ring = key_ring_new(t.w.arena);
    put_keys(&t, 0, 1);
    arena *request = arena_new();
    const key_set *taken = key_ring_take(t.ring, request);
    put_keys(&t, 1, 1); /* an emergency: the first is gone */
    assert_true(key_set_knows(taken, t.kids[0]));
    assert_false(key_set_knows(taken, t.kids[1]));
    arena *next = arena_new();
    assert_false(key_set_knows(key_ring_take(t.ring, next), t.kids[0]));
    arena_drop(next);
    token_claims out;
    assert_null(token_verify(request, t.w.token, taken->verifying, taken->count, &t.w.check, &out, NULL));
    arena_drop(request);
    arena_drop(t.w.arena);
}

/* RFC 4226, appendix D; RFC 6238, appendix B (its eight digits end in our six). */
static void codes_are_those_of_the_standards(void **state)
{
    (void)state;
    arena *a = arena_new();
    static const struct {
        int64_t counter;
        const char *code;
    } known[] = {
        { 0, "755224" },
        { 1, "287082" },
        { 2, "359152" },
        { 3, "969429" },
        { 4, "338314" },
        { 5, "254676" },
        { 6, "287922" },
        { 7, "162583" },
        { 8, "399871" },
        { 9, "520489" },
        { 59 / 30, "287082" },
        { 1111111109 / 30, "081804" },
        { 1111111111 / 30, "050471" },
        { 1234567890 / 30, "005924" },
        { 2000000000 / 30, "279037" },
        { 20000000000 / 30, "353130" },
    };
    text secret = TEXT("12345678901234567890");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_true(text_equal_string(totp_code(a, secret, known[i].counter), known[i].code));
    assert_true(text_equal_string(totp_base32(a, secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
    assert_false(text_is(totp_code(a, secret, -1)));
    arena_drop(a);
}

static void a_code_fits_one_step_around_now_and_once(void **state)
{
    (void)state;
    arena *a = arena_new();
    text secret = totp_secret_new(a);
    int64_t counter = 0;
    instant now = SECONDS(1800000010);
    for (int64_t step = -3; step <= 3; step++) {
        text code = totp_code(a, secret, 60000000 + step);
        assert_int_equal(totp_fits(a, secret, code, now, 0, &counter), step >= -1 && step <= 1);
        if (step >= -1 && step <= 1) assert_int_equal(counter, 60000000 + step);
    }
    text code = totp_code(a, secret, 60000000);
    assert_false(totp_fits(a, secret, code, now, 60000000, &counter)); /* it was the last one used */
    assert_true(totp_fits(a, secret, code, now, 59999999, &counter));
    assert_false(totp_fits(a, secret, TEXT("12345"), now, 0, &counter));
    assert_false(totp_fits(a, secret, TEXT(""), now, 0, &counter));
    assert_false(totp_fits(a, secret, totp_code(a, secret, 0), 0, 0, &counter));
    arena_drop(a);
}

static void a_purpose_has_a_key_of_its_own(void **state)
{
    (void)state;
    arena *a = arena_new();
    uint8_t master[MASTER_KEY_BYTES] = { 7 }, one[MASTER_KEY_BYTES], same[MASTER_KEY_BYTES], two[MASTER_KEY_BYTES];
    text out;
    seal_key_for(master, "one", one), seal_key_for(master, "one", same), seal_key_for(master, "two", two);
    assert_memory_equal(one, same, sizeof one);
    assert_true(memcmp(one, two, sizeof one) != 0 && memcmp(one, master, sizeof one) != 0);
    assert_non_null(unseal(a, two, seal(a, one, TEXT("x")), &out));
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_standards_values),
        cmocka_unit_test(codes_are_those_of_the_standards),
        cmocka_unit_test(a_code_fits_one_step_around_now_and_once),
        cmocka_unit_test(a_purpose_has_a_key_of_its_own),
        cmocka_unit_test(a_password_fits_its_own_hash_only),
        cmocka_unit_test(a_hash_of_older_costs_fits_and_is_to_be_renewed),
        cmocka_unit_test(of_a_crowd_some_hash_some_wait_and_the_rest_are_sent_away),
        cmocka_unit_test(common_passwords_are_refused_in_every_dress),
        cmocka_unit_test(a_sealed_secret_opens_under_its_own_key_only),
        cmocka_unit_test(a_token_comes_back_as_it_was_signed),
        cmocka_unit_test(a_token_of_another_time_place_or_key_is_refused),
        cmocka_unit_test(a_remembered_token_is_still_asked_for_key_time_and_place),
        cmocka_unit_test(a_full_cache_answers_rightly),
        cmocka_unit_test(a_webhook_is_taken_with_its_own_signature_only),
        cmocka_unit_test(a_forged_token_is_refused),
        cmocka_unit_test(a_kid_that_is_no_kid_of_ours_is_refused_whoever_signed),
        cmocka_unit_test(a_token_without_kid_is_tried_against_the_active_key_only),
        cmocka_unit_test(a_token_that_says_when_it_begins_is_believed),
        cmocka_unit_test(a_retired_key_verifies_until_its_end),
        cmocka_unit_test(the_kid_of_any_token_can_be_read_and_of_anything_else_is_none),
        cmocka_unit_test(a_key_is_loaded_under_its_own_kid_only),
        cmocka_unit_test(keys_are_replaced_under_those_who_use_them),
        cmocka_unit_test(a_set_outlives_its_successor_for_whoever_took_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
