/* The keys that sign access tokens, and their replacement while the servers run (docs/runbooks/key-rotation.md).
 *
 * One key is active: it signs. A rotation makes a new one active at once; the old one verifies a day more, in an
 * emergency not at all. Each server keeps the keys that verify in a ring (crypto/key_ring.h), which a thread of its own
 * compares with the database every two seconds; a token whose kid is not there leads to one look more, so that what
 * one server signed is good at the others at once; and nothing is signed without asking which key is active. Private
 * parts are sealed by the master key, at rest and always. */
#ifndef AIC_FEATURES_KEYS_H
#define AIC_FEATURES_KEYS_H

#include "crypto/key_ring.h"
#include "crypto/seal.h"
#include "features/app.h"
#include "keys.sql.h"

enum {
    KEY_REFRESH_SECONDS = 2,        /* a rotation is seen everywhere within five */
    KEY_LOOK_AGAIN_SECONDS = 1,     /* at least, between two looks that unknown kids lead to */
    KEY_VERIFIES_HOURS = 24,        /* ⚙ after its retirement; the database refuses more */
    KEY_CLEANUP_SECONDS = 60,       /* at least, between two cleanups of one server */
    KEY_PRIVATE_PART_DAYS = 30,     /* that a key keeps it after its end */
    REVOKED_TOKEN_GRACE_MINUTES = 1 /* clocks of two servers may differ */
};

typedef struct rotation {
    bool emergency; /* what older keys signed is refused from now on */
    text reason;    /* NO_TEXT: a routine rotation */
} rotation;

typedef struct compromise {
    text reason;
} compromise;

extern const route keys_routes[];

/* ------------------------------------------------------------------ the keys of a server: key_keeper.c */

typedef struct key_keeper key_keeper;

/* Loads the keys, making the first one when there is none. Lives as long as the arena. */
error keys_open(arena *a, store *s, const uint8_t master_key[MASTER_KEY_BYTES], const logger *log, key_keeper **out);
/* Starts the thread that looks for newer keys and cleans up; keys_close stops it and forgets the master key. */
error keys_watch(key_keeper *k);
void keys_close(key_keeper *k);

/* By the key that is active in the database at this moment, whichever server made it so. In a SYSTEM scope. */
error keys_sign(platform *app, scope *db, const token_claims *claims, text *out);
/* UNAUTHENTICATED: not a token of ours that is good now. UNAVAILABLE: its key is unknown and cannot be looked up. */
error keys_verify(platform *app, arena *a, text token, token_claims *out);
/* RFC 7517: every key that still verifies. */
text keys_jwks(platform *app, arena *a);
/* Looks at the database now, as after a rotation that this server itself has committed. */
error keys_refresh(key_keeper *k, arena *a);

/* The two changes below for a request: committed, and good on this server when they return. */
error keys_rotate_now(platform *app, scope *db, const rotation *in, signing_key_view *out);
error keys_mark_compromised_now(platform *app, scope *db, text kid, const compromise *in, signing_key_view *out);

/* ------------------------------------------------------------------ rules: keys.c; SYSTEM scopes only */

/* Makes an active key when there is none. */
error keys_make_first(scope *db, const uint8_t master_key[MASTER_KEY_BYTES]);

/* Makes a new active key and retires the old one; audited, and in the operator's ledger if there is an operator. Of
 * several at once each takes its turn. CONFLICT: the keys are sealed by another master key. */
error keys_rotate(scope *db, const uint8_t master_key[MASTER_KEY_BYTES], const rotation *in, signing_key_view *out);
/* The key verifies nothing from now on; when it was the active one, a new one takes its place. NOT_FOUND; CONFLICT when
 * it was marked before. `out` is the compromised key. */
error keys_mark_compromised(scope *db, const uint8_t master_key[MASTER_KEY_BYTES], text kid, const compromise *in,
                            signing_key_view *out);
error keys_list(scope *db, const page_query *page, page_reply *out);

/* Could this be a kid of ours? What could not is never asked for. */
bool keys_is_kid(text kid);

#endif
