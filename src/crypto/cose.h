/* Public keys of authenticators (COSE_Key, RFC 9052 section 7, in the three forms that webauthn.h names), and the CBOR
 * (RFC 8949) that they come in: a reader that takes one item after another and allocates nothing. */
#ifndef AIC_CRYPTO_COSE_H
#define AIC_CRYPTO_COSE_H

#include "base/error.h"
#include "base/text.h"

typedef enum { CBOR_NOTHING, CBOR_NUMBER, CBOR_BYTES, CBOR_TEXT, CBOR_LIST, CBOR_MAP, CBOR_OTHER } cbor_kind;

typedef struct cbor_value {
    cbor_kind kind;
    int64_t number; /* of CBOR_NUMBER */
    text bytes;     /* of CBOR_BYTES and CBOR_TEXT */
    size_t count;   /* items of a list, pairs of a map */
} cbor_value;

/* Takes one item off the front of `rest`: of lists and maps the head alone. False: there is none, it is cut short, of
 * no definite length, a tag, or a number beyond 63 bits. */
bool cbor_take(text *rest, cbor_value *out);
/* Takes one item with all that is in it, at most a few levels deep. */
bool cbor_skip(text *rest);

/* Takes a COSE_Key off the front of `rest`; *key is its bytes. INVALID: not one of the three forms, a member too many
 * or too few, a point that is not on the curve, an RSA key of fewer than 2048 or more than 4096 bits. */
error cose_key_take(arena *a, text *rest, text *key);
/* Whether the signature is the key's. INVALID: no key. */
error cose_verify(arena *a, text key, text message, text signature, bool *fits);

#endif
