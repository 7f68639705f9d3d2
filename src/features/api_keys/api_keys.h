/* API keys: how programs come in. `Authorization: Bearer aic_live_…` (aic_test_… in development).
 *
 * A key holds 256 random bits, is shown once and kept as its SHA-256 with the first characters, by which people tell it
 * apart. What it may do is its scopes, capabilities by name or one of the two bundles below, and never more than the
 * person who made it may do at that moment; when that person is no longer active, nothing. Each request asks the
 * database, so that a revoked key is refused everywhere at once. Keys make no keys, people or roles, are asked for no
 * second factor, and enter no SYSTEM scope. */
#ifndef AIC_FEATURES_API_KEYS_H
#define AIC_FEATURES_API_KEYS_H

#include "api_keys.sql.h"
#include "features/app.h"

enum { API_KEY_DAYS = 90, API_KEY_MOST_DAYS = 365, API_KEY_OVERLAP_HOURS = 24, API_KEY_SEEN_SECONDS = 60 };

typedef struct api_key_draft {
    text name;
    text_list scopes, allowed_ips;
    maybe_instant expires_at;
} api_key_draft;

typedef struct api_key_made {
    api_key_row row;
    text key; /* shown once */
} api_key_made;

typedef struct api_keys_query {
    page_query page;
} api_keys_query;

extern const route api_keys_routes[];

/* Does a credential claim to be one? */
bool api_key_looks_like(text credential);
/* Who comes with this key, from this address. UNAUTHENTICATED with one text for every cause; that a known key was
 * refused is on record. */
error api_keys_enter(platform *app, const request *rq, text key, principal *out);

error api_keys_list(scope *db, const page_query *page, page_reply *out);
error api_keys_read(scope *db, uuid id, api_key_row *out);
/* FORBIDDEN: a scope that the maker lacks. INVALID: scopes, addresses or the end are wrong. */
error api_keys_create(const platform *app, scope *db, const principal *who, const api_key_draft *in, api_key_made *out);
/* Like the old one, which stays good for a day more. CONFLICT: it is no longer good. */
error api_keys_rotate(const platform *app, scope *db, const principal *who, uuid id, api_key_made *out);
error api_keys_revoke(scope *db, uuid id);

#endif
