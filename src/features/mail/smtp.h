/* Sending by SMTP (RFC 5321), by libcurl: it stuffs dots, speaks TLS, signs in, and keeps the connection for the next
 * letter. Off loopback TLS is demanded and the server's certificate checked: nothing goes out in the clear. */
#ifndef AIC_FEATURES_MAIL_SMTP_H
#define AIC_FEATURES_MAIL_SMTP_H

#include "base/error.h"
#include "base/text.h"

#include <stdatomic.h>

typedef struct smtp smtp;

typedef struct smtp_options {
    text url;     /* smtp://user:password@host:587, or smtps:// */
    text ca_file; /* NO_TEXT: the system's authorities */
    int seconds;  /* for one letter */
    const atomic_bool *stopping;
} smtp_options;

/* INVALID, without the password: neither smtp:// nor smtps://, no host, or what cannot be in an address. */
error smtp_check(arena *a, text url);
bool smtp_is_loopback(arena *a, text url);

/* Closed with the arena. */
error smtp_open(arena *a, const smtp_options *options, smtp **out);
/* UNAVAILABLE: in our own words and with the reply code; a server's words may repeat the recipient. */
error smtp_send(arena *a, smtp *s, text from, text to, text message);

#endif
