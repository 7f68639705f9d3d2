/* Codes by time: TOTP (RFC 6238) with SHA-1, six digits and steps of thirty seconds, as every authenticator app takes
 * it; by liboath. */
#ifndef AIC_CRYPTO_TOTP_H
#define AIC_CRYPTO_TOTP_H

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"

enum { TOTP_SECRET_BYTES = 20, TOTP_DIGITS = 6, TOTP_STEP_SECONDS = 30, TOTP_DRIFT_STEPS = 1 };

text totp_secret_new(arena *a);          /* random bytes (RFC 4226, section 4: at least 128 bits, 160 wanted) */
text totp_base32(arena *a, text secret); /* as people and apps take it: RFC 4648, without padding */

/* NO_TEXT when the library refuses. */
text totp_code(arena *a, text secret, int64_t counter);

/* Whether the code is that of now, of the step before or of the one after, and later than `last`, the counter of the
 * last code that was used: each code is good once. *counter is then its own. Takes the same time whichever fits. */
bool totp_fits(arena *a, text secret, text code, instant now, int64_t last, int64_t *counter);

#endif
