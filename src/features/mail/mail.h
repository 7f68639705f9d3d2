/* Mail: letters from the platform to a person.
 *
 *     TRY(mail_queue(app, db, &(letter){ .kind = LETTER_INVITATION,
 *                                        .to = email,
 *                                        .language = locale,
 *                                        .link = text_format(a, "/app/invite?token=%.*s", PRINT(token)),
 *                                        .values = { { "organization", organization }, { "inviter", inviter },
 *                                                    { "role", role }, { "expires", instant_format(a, ends) } } }));
 *
 * A letter is queued in the transaction of what it tells of (sql/migrations/0030_mail.sql): either both happen or
 * neither. Recipient and values are sealed at rest and erased once it was sent. A thread of each server sends what is
 * due: by SMTP (SMTP_URL); without that, in development, as files of mode 0600 in DATA/mail, and elsewhere not at all,
 * with a warning in the log. What fails is tried again after 5, 25 and 125 seconds, then hourly for a day, then given
 * up.
 *
 * The words of a letter stand in a catalogue per language (words_en.c, letter.h), with text and HTML made of the same
 * words. Values are what people typed: they become neither header nor markup nor a link. Links are made from the
 * configured public address alone, never from what a request says. Nothing of a letter reaches the log. */
#ifndef AIC_FEATURES_MAIL_H
#define AIC_FEATURES_MAIL_H

#include "features/app.h"
#include "features/mail/letter.h"
#include "mail.sql.h"

enum {
    MAIL_LOOK_SECONDS = 1,        /* between two looks at the outbox */
    MAIL_SEND_SECONDS = 60,       /* for one conversation with the mail server, at most */
    MAIL_LEASE_SECONDS = 120,     /* that a letter belongs to the server that took it; longer than the above */
    MAIL_FIRST_RETRY_SECONDS = 5, /* ⚙ then five times as long, twice */
    MAIL_RETRY_SECONDS = 3600,    /* ⚙ and then so often */
    MAIL_RETRY_HOURS = 24,        /* ⚙ for so long */
    MAIL_KEPT_DAYS = 90           /* that it was sent or given up, without what it said */
};

void mail_take_key(platform *app, const uint8_t master_key[MASTER_KEY_BYTES]);

/* In a TENANT or SYSTEM scope; of that scope's organization. A letter whose `once` was used before in the organization
 * is left out without a word. */
error mail_queue(platform *app, scope *db, const letter *l);

/* After how many seconds a letter is tried again that has failed so many times. false: it is given up. */
bool mail_try_again(int64_t attempts, int64_t *seconds);

/* ------------------------------------------------------------------ sending: post.c */

typedef struct mail_options {
    text smtp_url;                            /* NO_TEXT: files, or waiting */
    text from;                                /* "AIC Platform <no-reply@example.org>" */
    text ca_file;                             /* authorities of the mail server's certificate; NO_TEXT: the system's */
    text directory;                           /* for files; NO_TEXT: letters wait for a mail server */
    text public_url;                          /* what links begin with */
    error (*before)(platform *app, arena *a); /* what decides on letters outside of any request; before each look */
} mail_options;

/* INVALID: the address of the sender or of the mail server is none. */
error mail_check(arena *a, const mail_options *options);

/* The thread. Started once the server's own address is known; mail_stop ends it, also in the middle of a letter. */
typedef struct post post;
error mail_start(arena *a, platform *app, const mail_options *options, post **out);
void mail_stop(post *p);

#endif
