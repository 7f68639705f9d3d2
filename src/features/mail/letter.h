/* A letter: which one, to whom, and what stands in its gaps; and its words, out of a catalogue per language.
 *
 * A catalogue's texts have gaps: {organization} is a value as it was typed, {expires:time} an instant (RFC 3339) as
 * people of the language write it, {role:word} a word that the catalogue translates. */
#ifndef AIC_FEATURES_MAIL_LETTER_H
#define AIC_FEATURES_MAIL_LETTER_H

#include "base/error.h"
#include "base/text.h"

typedef enum {
    LETTER_VERIFY_EMAIL,       /* link, expires */
    LETTER_KNOWN_ADDRESS,      /* somebody registers with an address that has an account; link */
    LETTER_RESET,              /* link, expires */
    LETTER_PASSWORD_RESET,     /* it was done */
    LETTER_PASSWORD_CHANGED,   /* */
    LETTER_LOCKED,             /* until; link */
    LETTER_MFA_ON,             /* */
    LETTER_MFA_OFF,            /* */
    LETTER_MFA_CHANGED,        /* what */
    LETTER_RECOVERY_CODES_LOW, /* left; link */
    LETTER_EMAIL_CHANGE,       /* to the new address: link, expires */
    LETTER_EMAIL_CHANGE_ASKED, /* to the old one: new_email; link */
    LETTER_EMAIL_CHANGED,      /* to the old one: new_email */
    LETTER_INVITATION,         /* organization, inviter, role, expires; link */
    LETTER_CASE_RECEIVED,      /* to a reporter: reference, due; link */
    LETTER_CASE_STATUS,        /* reference, status; link */
    LETTER_CASE_MESSAGE,       /* reference; link */
    LETTER_KINDS
} letter_kind;

enum { LETTER_VALUES = 6 };

typedef struct letter_value {
    const char *name; /* NULL: no more of them */
    text value;
} letter_value;

typedef struct letter {
    letter_kind kind;
    text to;
    text language; /* NO_TEXT, or one without a catalogue: English */
    text link;     /* a path of ours, with its query; NO_TEXT: none */
    text once;     /* dedupe key; NO_TEXT: none */
    letter_value values[LETTER_VALUES];
} letter;

const char *letter_kind_name(letter_kind kind); /* "verify_email" … */
bool letter_kind_of(text name, letter_kind *out);

/* ------------------------------------------------------------------ words */

enum { LETTER_PARAGRAPHS = 4, LETTER_WORDS = 16 };

typedef struct letter_text {
    const char *subject;
    const char *paragraphs[LETTER_PARAGRAPHS]; /* ended by NULL if there are fewer */
    const char *action;                        /* what the link is called; NULL: there is none */
    const char *reason;                        /* "You get this because …" */
} letter_text;

typedef struct letter_word {
    const char *name, *said;
} letter_word;

typedef struct letter_catalogue {
    const char *language; /* BCP 47 */
    const char *greeting, *closing;
    const char *time; /* with {day}, {month}, {year}, {clock} */
    const char *months[12];
    letter_word words[LETTER_WORDS];
    letter_text letters[LETTER_KINDS];
} letter_catalogue;

extern const letter_catalogue letter_words_en;
const letter_catalogue *letter_words(text language);

/* ------------------------------------------------------------------ written */

typedef struct letter_written {
    text language, subject, plain, html;
} letter_written;

/* public_url: "https://aic.example.org". INTERNAL: a gap has no value, or one that is not of its form. */
error letter_write(arena *a, const letter *l, text public_url, letter_written *out);

#endif
