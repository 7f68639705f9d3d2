/* A letter as the internet carries it: RFC 5322, subject and names by RFC 2047, text and HTML as multipart/alternative
 * (RFC 2046) in quoted-printable. ASCII throughout, lines of at most 78 characters, ended by CR LF. */
#ifndef AIC_FEATURES_MAIL_MESSAGE_H
#define AIC_FEATURES_MAIL_MESSAGE_H

#include "base/error.h"
#include "base/uuid.h"

typedef struct mailbox {
    text name; /* NO_TEXT: none */
    text address;
} mailbox;

typedef struct mail_message {
    mailbox from;
    text to; /* an address alone */
    text subject, language, plain, html;
    instant at;
    uuid id; /* of Message-ID and boundary */
} mail_message;

/* An address that stands in a header as it is: printable ASCII, one @, nothing that has a meaning there. */
bool message_is_address(text t);
/* "ada@example.org" or "Ada Lovelace <ada@example.org>". INVALID. */
error message_read_mailbox(arena *a, text t, mailbox *out);
/* INVALID: the recipient's address is none. */
error message_write(arena *a, const mail_message *m, text *out);

#endif
