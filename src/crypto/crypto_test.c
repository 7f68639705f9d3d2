#include "base/json.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/token_cache.h"
#include "crypto/webhook_signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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

static void a_password_fits_its_own_hash_only(void **state)
{
    (void)state;
    arena *a = arena_new();
    text hash;
    bool stale;
    assert_null(password_hash(a, TEXT("quiet windmill"), &hash));
    assert_true(text_starts(hash, "$argon2id$v=19$m=65536,t=2,p=1$"));
    assert_true(password_verify(a, hash, TEXT("quiet windmill"), &stale));
    assert_false(stale);
    assert_false(password_verify(a, hash, TEXT("quiet windmilL"), &stale));
    assert_false(password_verify(a, TEXT("not a hash"), TEXT("x"), &stale));
    arena_drop(a);
}

static void common_passwords_are_refused_in_every_dress(void **state)
{
    (void)state;
    static const char *const bad[] = { "short",         "passwordpassword", "Password1234!",
                                       "1234567890123", "QwertyQwerty1",    "ada@example.com",
                                       "letmeinplease", "Liverpool2026!",   NULL };
    arena *a = arena_new();
    for (size_t i = 0; bad[i]; i++) {
        error refused = password_check(a, text_of(bad[i]), TEXT("ada@example.com"), "/password");
        if (!refused) fail_msg("%s was taken", bad[i]);
        assert_string_equal(refused->pointer, "/password");
    }
    assert_null(password_check(a, TEXT("quiet windmill counts the rain"), TEXT("ada@example.com"), "/password"));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_standards_values),
        cmocka_unit_test(a_password_fits_its_own_hash_only),
        cmocka_unit_test(common_passwords_are_refused_in_every_dress),
        cmocka_unit_test(a_sealed_secret_opens_under_its_own_key_only),
        cmocka_unit_test(a_token_comes_back_as_it_was_signed),
        cmocka_unit_test(a_token_of_another_time_place_or_key_is_refused),
        cmocka_unit_test(a_remembered_token_is_still_asked_for_key_time_and_place),
        cmocka_unit_test(a_full_cache_answers_rightly),
        cmocka_unit_test(a_webhook_is_taken_with_its_own_signature_only),
        cmocka_unit_test(a_forged_token_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
