/* The inside of a signing key, for this room only; token.h is its door. */
#ifndef AIC_CRYPTO_SIGNING_KEY_H
#define AIC_CRYPTO_SIGNING_KEY_H

#include "crypto/token.h"

#include <openssl/evp.h>

struct signing_key {
    EVP_PKEY *pair;
    text kid;
    instant not_after; /* 0: no end is set */
};

#endif
