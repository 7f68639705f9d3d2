#include "crypto/webauthn.h"

#include "crypto/cose.h"
#include "crypto/webauthn_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ------------------------------------------------------------------ the peer's answers */

typedef struct vector {
    const char *challenge, *create_client, *attestation, *get_client, *data, *signature;
} vector;

#define VECTOR(name)                                                                                                   \
    {                                                                                                                  \
        name##_challenge, name##_create_client, name##_attestation, name##_get_client, name##_data, name##_signature   \
    }
static const vector vectors[] = { VECTOR(es256), VECTOR(eddsa), VECTOR(rs256) };
enum { VECTORS = sizeof vectors / sizeof *vectors };

static uint8_t digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* A copy of its own: a test may change it. */
static text bytes(arena *a, const char *hex)
{
    size_t length = strlen(hex) / 2;
    char *out = arena_alloc(a, length + 1);
    for (size_t i = 0; i < length; i++) out[i] = (char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
    return (text){ out, length };
}

static webauthn_check check_of(const vector *v)
{
    return (webauthn_check){ .relying_party = TEXT("aic.example"),
                             .origin = TEXT("https://aic.example"),
                             .challenge = text_of(v->challenge),
                             .wants_verified_user = true };
}

static error register_it(arena *a, const vector *v, webauthn_credential *out)
{
    webauthn_check check = check_of(v);
    return webauthn_register(a, &check, bytes(a, v->create_client), bytes(a, v->attestation), out);
}

static webauthn_assertion assertion_of(arena *a, const vector *v)
{
    return (webauthn_assertion){ bytes(a, v->get_client), bytes(a, v->data), bytes(a, v->signature) };
}

static void what_the_peer_made_and_signed_is_taken(void **state)
{
    (void)state;
    arena *a = arena_new();
    for (size_t i = 0; i < VECTORS; i++) {
        webauthn_credential made;
        webauthn_proof proof;
        webauthn_check check = check_of(&vectors[i]);
        assert_null(register_it(a, &vectors[i], &made));
        assert_int_equal(made.id.length, 32);
        assert_int_equal(made.sign_count, 7);
        assert_true(made.backup_eligible && made.backed_up);
        webauthn_assertion shown = assertion_of(a, &vectors[i]);
        assert_true(text_equal_string(webauthn_challenge(a, shown.client_data), vectors[i].challenge));
        assert_null(webauthn_assert(a, &check, &made, &shown, &proof));
        assert_int_equal(proof.sign_count, 8);
        assert_true(proof.user_verified && proof.backed_up && !proof.counter_went_back);
        made.sign_count = 8;
        assert_null(webauthn_assert(a, &check, &made, &shown, &proof));
        assert_true(proof.counter_went_back);
    }
    arena_drop(a);
}

/* Whatever bit is turned in what was signed, and wherever it is cut, the answer is refused. */
static void no_changed_answer_is_taken(void **state)
{
    (void)state;
    arena *a = arena_new();
    const vector *v = &vectors[0];
    webauthn_credential made;
    webauthn_proof proof;
    webauthn_check check = check_of(v);
    assert_null(register_it(a, v, &made));
    webauthn_assertion shown = assertion_of(a, v);
    text *parts[] = { &shown.client_data, &shown.authenticator_data, &shown.signature };
    for (size_t p = 0; p < 3; p++) {
        text whole = *parts[p];
        for (size_t i = 0; i < whole.length; i++) {
            ((char *)(uintptr_t)whole.data)[i] ^= 1;
            assert_non_null(webauthn_assert(a, &check, &made, &shown, &proof));
            ((char *)(uintptr_t)whole.data)[i] ^= 1;
            *parts[p] = (text){ whole.data, i };
            assert_non_null(webauthn_assert(a, &check, &made, &shown, &proof));
            *parts[p] = whole;
        }
    }
    assert_null(webauthn_assert(a, &check, &made, &shown, &proof));
    arena_drop(a);
}

static void no_attestation_that_was_cut_is_read(void **state)
{
    (void)state;
    arena *a = arena_new();
    for (size_t v = 0; v < VECTORS; v++) {
        webauthn_check check = check_of(&vectors[v]);
        webauthn_credential made;
        text whole = bytes(a, vectors[v].attestation), client = bytes(a, vectors[v].create_client);
        for (size_t i = 0; i < whole.length; i++)
            assert_non_null(webauthn_register(a, &check, client, (text){ whole.data, i }, &made));
    }
    arena_drop(a);
}

static void another_key_site_origin_or_challenge_does_not_fit(void **state)
{
    (void)state;
    arena *a = arena_new();
    webauthn_credential mine, other;
    webauthn_proof proof;
    assert_null(register_it(a, &vectors[0], &mine));
    assert_null(register_it(a, &vectors[1], &other));
    webauthn_assertion shown = assertion_of(a, &vectors[0]);
    webauthn_check check = check_of(&vectors[0]);
    assert_non_null(webauthn_assert(a, &check, &other, &shown, &proof));
    const text wrong[] = { TEXT("evil.example"), TEXT("example"), TEXT("aic.example."), TEXT("") };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        check = check_of(&vectors[0]), check.relying_party = wrong[i];
        assert_non_null(webauthn_assert(a, &check, &mine, &shown, &proof));
        check = check_of(&vectors[0]), check.origin = text_format(a, "https://%.*s", PRINT(wrong[i]));
        assert_non_null(webauthn_assert(a, &check, &mine, &shown, &proof));
        check = check_of(&vectors[0]), check.challenge = wrong[i];
        assert_non_null(webauthn_assert(a, &check, &mine, &shown, &proof));
    }
    check = check_of(&vectors[0]);
    mine.backup_eligible = false;
    assert_non_null(webauthn_assert(a, &check, &mine, &shown, &proof));
    arena_drop(a);
}

/* ------------------------------------------------------------------ CBOR */

static void the_reader_takes_what_is_whole_and_nothing_else(void **state)
{
    (void)state;
    arena *a = arena_new();
    static const struct {
        const char *hex;
        bool is_taken;
        cbor_kind kind;
        int64_t number;
    } cases[] = {
        { "00", true, CBOR_NUMBER, 0 },
        { "390100", true, CBOR_NUMBER, -257 },
        { "1b7fffffffffffffff", true, CBOR_NUMBER, INT64_MAX },
        { "3b7fffffffffffffff", true, CBOR_NUMBER, INT64_MIN },
        { "1b8000000000000000", false, CBOR_NOTHING, 0 },
        { "4100", true, CBOR_BYTES, 0 },
        { "4200", false, CBOR_NOTHING, 0 },
        { "5bffffffffffffffff00", false, CBOR_NOTHING, 0 },
        { "9bffffffffffffffff", false, CBOR_NOTHING, 0 },
        { "bb7fffffffffffffff00", false, CBOR_NOTHING, 0 },
        { "8100", true, CBOR_LIST, 0 },
        { "81", false, CBOR_NOTHING, 0 },
        { "9f00ff", false, CBOR_NOTHING, 0 },
        { "c000", false, CBOR_NOTHING, 0 },
        { "f5", true, CBOR_OTHER, 0 },
        { "", false, CBOR_NOTHING, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text rest = bytes(a, cases[i].hex);
        cbor_value value;
        assert_int_equal(cbor_take(&rest, &value), cases[i].is_taken);
        if (!cases[i].is_taken) continue;
        assert_int_equal(value.kind, cases[i].kind);
        assert_true(value.number == cases[i].number);
    }
    text deep = bytes(a, "8181818181818181818181818181818100"), flat = bytes(a, "a20081018203f400");
    assert_false(cbor_skip(&deep));
    assert_true(cbor_skip(&flat));
    assert_int_equal(flat.length, 0);
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_peer_made_and_signed_is_taken),
        cmocka_unit_test(no_changed_answer_is_taken),
        cmocka_unit_test(no_attestation_that_was_cut_is_read),
        cmocka_unit_test(another_key_site_origin_or_challenge_does_not_fit),
        cmocka_unit_test(the_reader_takes_what_is_whole_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
