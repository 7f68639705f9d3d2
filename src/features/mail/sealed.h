/* A letter out of the outbox. For this room alone. */
#ifndef AIC_FEATURES_MAIL_SEALED_H
#define AIC_FEATURES_MAIL_SEALED_H

#include "crypto/seal.h"
#include "features/mail/letter.h"

/* INTERNAL: not sealed by this platform, or a kind of a newer version. */
error letter_unseal(arena *a, const uint8_t key[MASTER_KEY_BYTES], text sealed, letter *out);

#endif
