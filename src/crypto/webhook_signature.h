/* Signed webhooks: a header "t=1492774577,v1=5257a8…[,v1=…]" whose v1 is HMAC-SHA-256 in hex, under a shared secret,
 * over "1492774577." and the raw body (the scheme of Stripe-Signature). Several v1 and several secrets are allowed, so
 * that a secret can be rotated without a lost delivery; other parts (v0) are ignored. */
#ifndef AIC_CRYPTO_WEBHOOK_SIGNATURE_H
#define AIC_CRYPTO_WEBHOOK_SIGNATURE_H

#include "base/clock.h"
#include "base/error.h"
#include "base/maybe.h"

enum { WEBHOOK_TOLERANCE_SECONDS = 300, WEBHOOK_SIGNATURES_MOST = 16 };

/* BAD_REQUEST: the header is missing or cannot be read, its time is more than five minutes from `now`, or no v1 fits
 * any of the secrets. The comparison takes the same time wherever the first difference is. */
error webhook_signature_check(arena *a, text sent, text body, const text_list *secrets, instant now);

#endif
