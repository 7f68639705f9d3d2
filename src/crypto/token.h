/* Access tokens: JSON Web Tokens (RFC 7519) signed RS256 (RFC 7518) with a kid. Only RS256 under a known kid is ever
 * accepted: neither "none", nor a MAC made with the public key, nor a key that the token brings along. */
#ifndef AIC_CRYPTO_TOKEN_H
#define AIC_CRYPTO_TOKEN_H

#include "base/error.h"
#include "base/maybe.h"
#include "base/uuid.h"

/* An RSA-2048 key pair; the kid is the first 16 bytes of the SHA-256 of the public key (DER), as hex. */
typedef struct signing_key signing_key;

error signing_key_new(arena *a, signing_key **out);
/* INTERNAL: not a private RSA key, or not the one of this kid. */
error signing_key_load(arena *a, text private_pem, text kid, signing_key **out);
text signing_key_kid(const signing_key *key);
/* From `not_after` on the key verifies nothing any more; until this is called it verifies for ever. */
void signing_key_ends(signing_key *key, instant not_after);
bool signing_key_verifies(const signing_key *key, instant now);
text signing_key_private_pem(arena *a, const signing_key *key);
text signing_key_public_pem(arena *a, const signing_key *key);
text signing_key_jwk(arena *a, const signing_key *key); /* RFC 7517: kty, n, e, kid, alg, use */

typedef struct token_claims {
    uuid subject, org, jti;
    text role, issuer, audience;
    text scope; /* what the bearer may do, words with blanks between (RFC 8693); NO_TEXT: what the role says */
    bool is_super_admin;
    instant authenticated_at; /* auth_time: when somebody last proved who it is; 0 when the token does not say it */
    instant issued_at, expires_at; /* whole seconds */
    maybe_instant not_before;      /* never said by us; believed when it is said */
} token_claims;

error token_sign(arena *a, const signing_key *key, const token_claims *claims, text *out);

typedef struct token_check {
    text issuer, audience;
    instant now;
} token_check;

enum { TOKEN_MOST_BYTES = 4096, TOKEN_CLOCK_SKEW_SECONDS = 30 };

/* The first of `keys` is the active one, and the only one that a token without kid is tried against. UNAUTHENTICATED:
 * cannot be read, wrong signature, key, issuer or audience, expired or from the future. `kid` (may be NULL) is that of
 * the key that had signed it. */
error token_verify(arena *a, text token, signing_key *const *keys, size_t key_count, const token_check *check,
                   token_claims *out, text *kid);

/* The kid that a token names, whoever made it: a hint where to look, proof of nothing. NO_TEXT when it names none. */
text token_kid(arena *a, text token);

/* Only what does not need the signature: issuer, audience and times. */
error token_check_claims(arena *a, const token_claims *c, const token_check *check);

#endif
