/* Answers of authenticators. The first byte chooses: an attestation object; a COSE_Key; the authenticator data,
 * signature and client data of an assertion (each ended by "|||"). No signature ever fits, since nobody holds the key;
 * what is let in keeps the bounds. */
#include "fuzz.h"

#include "crypto/cose.h"
#include "crypto/webauthn.h"

static const webauthn_check check = { .relying_party = { "aic.example", 11 },
                                      .origin = { "https://aic.example", 19 },
                                      .challenge = { "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 43 } };
static const text created = {
    "{\"type\":\"webauthn.create\",\"challenge\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
    "\"origin\":\"https://aic.example\"}",
    115
};
/* Of Ed25519, RFC 8032's second test. */
static const text key = { "\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20"
                          "\x3d\x40\x17\xc3\xe8\x43\x89\x5a\x92\xb7\x0a\xa7\x4d\x1b\x7e\xbc"
                          "\x9c\x98\x2c\xcf\x2e\xc4\x96\x8c\xc0\xcd\x55\xf1\x2a\xf4\x66\x0c",
                          42 };

static text next_part(text *rest)
{
    const char *end = rest->length ? memmem(rest->data, rest->length, "|||", 3) : NULL;
    text part = { rest->data, end ? (size_t)(end - rest->data) : rest->length };
    size_t taken = part.length + (end ? 3 : 0);
    *rest = (text){ rest->data + taken, rest->length - taken };
    return part;
}

static void try_attestation(arena *a, text rest)
{
    webauthn_credential made;
    if (webauthn_register(a, &check, created, rest, &made)) return;
    text again = made.public_key, whole;
    MUST(made.id.length >= WEBAUTHN_CREDENTIAL_ID_LEAST && made.id.length <= WEBAUTHN_CREDENTIAL_ID_MOST);
    MUST(made.sign_count >= 0 && made.sign_count <= UINT32_MAX && (made.backup_eligible || !made.backed_up));
    MUST(!cose_key_take(a, &again, &whole) && again.length == 0 && text_equal(whole, made.public_key));
}

static void try_assertion(arena *a, text rest)
{
    webauthn_assertion shown = { .authenticator_data = next_part(&rest), .signature = next_part(&rest) };
    shown.client_data = rest;
    webauthn_credential known = { .public_key = key };
    webauthn_proof proof;
    (void)webauthn_challenge(a, rest);
    error refused = webauthn_assert(a, &check, &known, &shown, &proof);
    MUST(refused && refused->kind == INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    arena *a = arena_new();
    text rest = text_from(data + 1, size - 1), taken;
    if (data[0] % 3 == 0)
        try_attestation(a, rest);
    else if (data[0] % 3 == 1)
        (void)cose_key_take(a, &rest, &taken);
    else
        try_assertion(a, rest);
    arena_drop(a);
    return 0;
}
