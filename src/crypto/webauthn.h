/* Passkeys: what a relying party checks of the answers of authenticators (W3C Web Authentication, level 2, sections 7.1
 * and 7.2; level 3 where it is stricter). Pure functions: bytes in, verdict out; the challenge's life, whose credential
 * it is and what its counter was last are the caller's to know (features/identity/passkeys.h).
 *
 * Signatures: ES256, RS256 and EdDSA, by OpenSSL; CBOR by libcbor's streaming decoder, which allocates nothing. Of an
 * attestation only the authenticator data is read: a statement of any format is let in and none is trusted, so that a
 * passkey says that somebody holds a key and nothing about what it is kept in.
 *
 * Every refusal is INVALID with a message for the log; what a stranger is told is the caller's choice. */
#ifndef AIC_CRYPTO_WEBAUTHN_H
#define AIC_CRYPTO_WEBAUTHN_H

#include "base/error.h"
#include "base/text.h"

/* ⚙ Bounds of what is looked at: ids by the standard, the others well above what authenticators send. */
enum {
    WEBAUTHN_CLIENT_DATA_MOST = 2048,
    WEBAUTHN_ATTESTATION_MOST = 16384,
    WEBAUTHN_AUTHENTICATOR_DATA_MOST = 4096,
    WEBAUTHN_CREDENTIAL_ID_LEAST = 16,
    WEBAUTHN_CREDENTIAL_ID_MOST = 1023,
    WEBAUTHN_PUBLIC_KEY_MOST = 1024,
    WEBAUTHN_SIGNATURE_MOST = 1024
};

/* COSE's numbers of the algorithms, most wanted first. */
enum { COSE_ES256 = -7, COSE_EDDSA = -8, COSE_RS256 = -257 };

typedef struct webauthn_check {
    text relying_party; /* its id: the host of the origin */
    text origin;        /* "https://aic.example", as a browser writes it */
    text challenge;     /* base64url, as it was given out */
    bool wants_verified_user;
} webauthn_check;

typedef struct webauthn_credential {
    text id, public_key; /* bytes; the key as its COSE_Key */
    int64_t sign_count;
    bool backup_eligible, backed_up;
} webauthn_credential;

typedef struct webauthn_assertion {
    text client_data, authenticator_data, signature; /* bytes */
} webauthn_assertion;

/* What an assertion says that is true once its signature fits. */
typedef struct webauthn_proof {
    int64_t sign_count;
    bool user_verified, backed_up;
    bool counter_went_back; /* of a copy of the key: the caller refuses, and says so on record */
} webauthn_proof;

/* The challenge that an answer names, whoever made it: a hint where to look, proof of nothing. NO_TEXT when none. */
text webauthn_challenge(arena *a, text client_data);
/* Of a registration (navigator.credentials.create). */
error webauthn_register(arena *a, const webauthn_check *check, text client_data, text attestation,
                        webauthn_credential *out);
/* Of a sign-in (navigator.credentials.get) with a credential that is known. */
error webauthn_assert(arena *a, const webauthn_check *check, const webauthn_credential *known,
                      const webauthn_assertion *in, webauthn_proof *out);

#endif
