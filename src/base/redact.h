/* Removes secrets and personal data from a text: e-mail addresses, phone numbers (+27…, 0xx…), South African ID numbers
 * (13 digits, a valid date, Luhn), payment cards (13–19 digits, Luhn), JWTs, API keys (aic_…), bearer tokens,
 * passwords in URLs. Each becomes a word in brackets: [email], [phone], [id], [card], [token], [password]. */
#ifndef AIC_BASE_REDACT_H
#define AIC_BASE_REDACT_H

#include "base/text.h"

text redact(arena *a, text t);

#endif
