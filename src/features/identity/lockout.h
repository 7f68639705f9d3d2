/* Lockout. Five wrong passwords or codes lock an account for 15 minutes; again within a day for 30, then 60. While it
 * is locked the right password is refused, too (423, with the time). Success sets the counters to 0 and NULL.
 *
 * An attempt is counted, and committed, before the password is checked: of fifty guesses that are made at the same time
 * five are checked. The addresses of nobody are counted in a table of their own, with the same answers in the same
 * time. */
#ifndef AIC_FEATURES_IDENTITY_LOCKOUT_H
#define AIC_FEATURES_IDENTITY_LOCKOUT_H

#include "identity.sql.h"
#include "store/store.h"

/* LOCKED while it is. Commits the scope's transaction (scope_pause): the count stays whatever follows. */
error lockout_attempt(scope *db, text email, sign_in_attempted *out);
/* To the audit log as `event`, and committed: that the attempt failed, and that it was the one that locked, of which
 * the owner of the address gets a letter. who: NULL for nobody's address. */
error lockout_failed(scope *db, const account *who, text email, const char *event, const sign_in_attempted *attempt);
error lockout_succeeded(scope *db, const account *who, const sign_in_attempted *attempt);
/* The password was right and the second factor is still to come: takes back this attempt, and no earlier one. */
error lockout_uncount(scope *db, const account *who, const sign_in_attempted *attempt);

/* The password could not be looked at (the server is too busy): takes back this attempt, committed, and gives `why`
 * back.
 */
error lockout_unchecked(scope *db, text email, const sign_in_attempted *attempt, error why);

/* By an administrator, for somebody of the own organization. NOT_FOUND. */
error lockout_unlock(scope *db, uuid user_id);

#endif
