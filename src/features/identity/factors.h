/* What the kinds of second factor share (codes by time: mfa.h, passkeys: passkeys.h): whose it is, recovery codes, and
 * what happens when somebody gets the first one. For this folder alone. */
#ifndef AIC_FEATURES_IDENTITY_FACTORS_H
#define AIC_FEATURES_IDENTITY_FACTORS_H

#include "features/identity/mfa.h"

/* UNAUTHENTICATED: this sign-in has run out. */
error factor_ended(arena *a);
/* UNAUTHENTICATED: nobody, or not active. */
error factor_person(scope *db, uuid id, account *out);
/* Whose set-up this is: the mfa_token says it (and counts as a try, and holds the account), or the session. CONFLICT:
 * the token was given to somebody without a second factor, and now there is one. */
error factor_whose(scope *db, const principal *who, text token, bool counts, account *out);
/* Until the transaction ends nobody else changes the factors of this person, in whose organization it goes on. */
error factor_hold(scope *db, uuid org_id, uuid user_id);
/* A session that is not needs the password, and the code if there is a second factor. INVALID. */
error factor_check_fresh(platform *app, scope *db, const principal *who, const mfa_confirmation *in);

/* Letters and digits; blanks and dashes are how a person writes. */
text factor_plain_code(arena *a, text code);
error factor_use_totp(const platform *app, scope *db, const account *who, text code, bool *good);
/* A code by time if these are switched on, or a recovery code. */
error factor_use_code(platform *app, scope *db, const account *who, text said, bool *good);
error factor_renew_codes(scope *db, const account *who, text_list *out);
/* The password of somebody for whom an attempt was counted (and committed). UNAVAILABLE, and nothing counted, while the
 * server is too busy. */
error factor_check_password(platform *app, scope *db, const account *who, text password,
                            const sign_in_attempted *attempt, bool *matches);

/* Letters to whom it belongs. what: PASSKEY_ADDED, PASSKEY_REMOVED, CODES_ADDED or CODES_REMOVED, while another factor
 * stays. */
error factor_tell_changed(platform *app, scope *db, const account *who, const char *what);
error factor_tell_gone(platform *app, scope *db, const account *who);

/* What follows when a factor was switched on of somebody who is `owner` as before: the token is spent, recovery codes
 * are made unless there are some, sessions that began without it end, and a new one begins. */
error factor_begin(platform *app, scope *db, const account *owner, text mfa_token, mfa_enabled *out);

#endif
