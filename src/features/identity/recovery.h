/* Recovery: a new password by a link to the mailbox, addresses confirmed and changed by such links, and the letters
 * that tell people what happened to their account.
 *
 * Nobody learns from these calls whether an address has an account. A call writes one row (recovery_asks), the same for
 * everybody, and answers; a server's thread looks at it afterwards (recovery_work), finds the account or nobody, makes
 * the link and queues the letter. Links hold 256 random bits, stored as SHA-256; each is of one purpose, good once,
 * however many show it at the same time, and good only for the address that it was sent to. Three letters of a purpose
 * an hour for one account, and no more. */
#ifndef AIC_FEATURES_IDENTITY_RECOVERY_H
#define AIC_FEATURES_IDENTITY_RECOVERY_H

#include "features/identity/identity.h"

enum { RESET_MINUTES = 30, VERIFY_HOURS = 24, USER_TOKEN_KEPT_DAYS = 7 };

typedef struct address_given {
    text email;
} address_given;

typedef struct password_reset {
    text token, password;
} password_reset;

typedef struct link_shown {
    text token;
} link_shown;

typedef struct link_done {
    bool email_changed; /* else it was confirmed */
} link_done;

typedef struct email_change {
    text new_email, password, code; /* code: of the second factor, if there is one */
} email_change;

typedef struct accepted {
    text message;
} accepted;

extern const route recovery_routes[];

/* ------------------------------------------------------------------ asking */

/* Somebody says to have forgotten the password of this address. */
error recovery_forgot(scope *db, const address_given *in, accepted *out);
error recovery_resend(scope *db, const address_given *in, accepted *out);
/* By somebody signed in, with password and code: INVALID at /password, /code or /new_email. */
error recovery_change_email(platform *app, scope *db, const principal *who, const email_change *in, accepted *out);

/* Of these the owner of the address, if there is one, gets a letter. */
error recovery_ask_verification(scope *db, text email);
error recovery_tell_known(scope *db, text email); /* somebody registers with it again */
error recovery_tell_locked(scope *db, text email, instant until);

/* ------------------------------------------------------------------ showing a link */

/* GONE: used, run out, or no such link; one text for all. INVALID at /password; the link stays good then. Ends all
 * sessions, lifts the lockout, keeps the second factor. */
error recovery_reset(platform *app, scope *db, const password_reset *in);
/* Confirms an address, or changes it: what the link was made for. GONE, also when somebody else has the new address. */
error recovery_verify(platform *app, scope *db, const link_shown *in, link_done *out);

/* ------------------------------------------------------------------ afterwards: recovery_letters.c */

/* Works on all that was asked so far; mail_options.before. */
error recovery_work(platform *app, arena *a);

#endif
