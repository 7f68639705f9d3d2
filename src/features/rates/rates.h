/* How often: what each rate class of http.h allows to whom, counted over all servers.
 *
 * Exact limits (sign-in, registration, intake, cases, exports, analyses, verification) are counted in the database
 * before the request goes on. The others, which every click meets, are counted in memory and told to the database once
 * a second: see docs/decisions/0009-rates-near-and-exact.md for the error that this allows. Sign-in counts failures:
 * what is taken beforehand is given back when it succeeds, so that guesses made at the same time are all counted.
 *
 * An address is an IPv4 address or an IPv6 /64, a network an IPv4 /24 or an IPv6 /48: what one customer is given. The
 * numbers stand in the table rate_limits (sql/migrations/0039_rates.sql). Each answer says where its caller stands:
 *
 *     RateLimit-Policy: "api";q=1000;w=60
 *     RateLimit: "api";r=998;t=41
 *
 * as draft-ietf-httpapi-ratelimit-headers has it; for sign-in r is the failures that are left. */
#ifndef AIC_FEATURES_RATES_H
#define AIC_FEATURES_RATES_H

#include "features/app.h"

typedef struct rates rates;

typedef struct rates_options {
    store *store;
    const logger *log;
    int address_factor; /* ⚙ outside production limits by address are 50 times as large */
} rates_options;

enum { RATE_TELL_SECONDS = 1, RATE_READ_SECONDS = 60 };

/* Reads the numbers. INTERNAL when one is missing. */
error rates_open(arena *a, const rates_options *options, rates **out);
error rates_watch(rates *r); /* a thread that tells and asks the database */
void rates_close(rates *r);

/* For the door: TOO_MANY when it is one too many. Puts the headers into the answer. */
error rates_admit(request *rq);
/* A sign-in succeeded: within rq->scope, gives back what it took. */
error rates_succeeded(request *rq);

void rates_metrics(rates *r, text_builder *out);

#endif
