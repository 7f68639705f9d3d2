#include "features/mail/message.h"

#include <time.h>

#include <openssl/evp.h>

/* ------------------------------------------------------------------ addresses */

bool message_is_address(text t)
{
    static const char special[] = "()<>[]:;,\\\"";
    size_t at = 0, marks = 0;
    if (t.length < 3 || t.length > 254) return false;
    for (size_t i = 0; i < t.length; i++) {
        if (t.data[i] <= ' ' || t.data[i] > '~' || strchr(special, t.data[i])) return false;
        if (t.data[i] == '@') at = i, marks++;
    }
    return marks == 1 && at > 0 && at < t.length - 1;
}

error message_read_mailbox(arena *a, text t, mailbox *out)
{
    t = text_trim(t);
    const char *angle = memchr(t.data, '<', t.length);
    *out = (mailbox){ .address = t };
    if (angle && t.data[t.length - 1] == '>') {
        size_t before = (size_t)(angle - t.data);
        out->name = text_trim((text){ t.data, before });
        out->address = (text){ angle + 1, t.length - before - 2 };
    }
    if (out->name.length == 0) out->name = NO_TEXT;
    if (message_is_address(out->address) && text_valid_utf8(out->name)) return OK;
    return fail(a, INVALID, "", "AIC_MAIL_FROM is no mailbox: expected name@example.org or Name <name@example.org>.");
}

/* ------------------------------------------------------------------ headers */

/* Printable ASCII that cannot be taken for an encoded word, and fits on its line. */
static bool is_plain(text t)
{
    enum { MOST = 60 };
    for (size_t i = 0; i < t.length; i++)
        if (t.data[i] < ' ' || t.data[i] > '~' || (t.data[i] == '=' && i + 1 < t.length && t.data[i + 1] == '?'))
            return false;
    return t.length <= MOST;
}

/* "=?UTF-8?B?…?=" words, each of whole characters and with a line of its own (RFC 2047, sections 2 and 5). */
static void add_encoded(text_builder *b, text t)
{
    enum { BYTES = 30 };
    for (size_t from = 0; from < t.length;) {
        size_t length = t.length - from < BYTES ? t.length - from : BYTES;
        while (length > 1 && from + length < t.length && ((unsigned char)t.data[from + length] & 0xC0) == 0x80)
            length--;
        unsigned char word[4 * (BYTES + 2) / 3 + 1];
        EVP_EncodeBlock(word, (const unsigned char *)t.data + from, (int)length);
        text_add_format(b, "%s=?UTF-8?B?%s?=", from ? "\r\n " : "", (const char *)word);
        from += length;
    }
}

/* No byte of a header can end it: what is not printable is encoded. */
static void add_unstructured(text_builder *b, text t)
{
    if (is_plain(t))
        text_add(b, t);
    else
        add_encoded(b, t);
}

static void add_mailbox(text_builder *b, const mailbox *m)
{
    bool quotes = memchr(m->name.data ? m->name.data : "", '"', m->name.length) ||
                  memchr(m->name.data ? m->name.data : "", '\\', m->name.length);
    if (text_is(m->name) && is_plain(m->name) && !quotes)
        text_add_format(b, "\"%.*s\"\r\n ", PRINT(m->name));
    else if (text_is(m->name))
        add_encoded(b, m->name), text_add_string(b, "\r\n ");
    text_add_format(b, "<%.*s>", PRINT(m->address));
}

/* RFC 5322, section 3.3: "Sat, 28 Nov 2026 01:20:00 +0000", whatever the locale. */
static text date_of(arena *a, instant at)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t seconds = (time_t)(at / SECONDS(1));
    struct tm t;
    gmtime_r(&seconds, &t);
    return text_format(a, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
                       t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* ------------------------------------------------------------------ parts */

/* RFC 2045, section 6.7; line breaks of the text are those of the mail. */
static void add_quoted_printable(text_builder *b, text t)
{
    enum { MOST = 75 }; /* and the "=" of a soft break */
    size_t column = 0;
    for (size_t i = 0; i < t.length; i++) {
        unsigned char c = (unsigned char)t.data[i];
        bool is_last = i + 1 == t.length || t.data[i + 1] == '\n';
        if (c == '\n') {
            text_add_string(b, "\r\n");
            column = 0;
            continue;
        }
        bool as_is = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !is_last);
        size_t width = as_is ? 1 : 3;
        if (column + width > MOST) {
            text_add_string(b, "=\r\n");
            column = 0;
        }
        if (as_is)
            text_add_char(b, (char)c);
        else
            text_add_format(b, "=%02X", c);
        column += width;
    }
}

static void add_part(text_builder *b, const char *boundary, const char *type, text body)
{
    text_add_format(b,
                    "--%s\r\nContent-Type: %s; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                    boundary, type);
    add_quoted_printable(b, body);
    text_add_string(b, "\r\n");
}

static void add_headers(text_builder *b, const mail_message *m, const char *boundary)
{
    const char *domain = (const char *)memchr(m->from.address.data, '@', m->from.address.length) + 1;
    text at = { domain, m->from.address.length - (size_t)(domain - m->from.address.data) };
    text_add_string(b, "From: ");
    add_mailbox(b, &m->from);
    text_add_format(b, "\r\nTo: <%.*s>\r\nSubject: ", PRINT(m->to));
    add_unstructured(b, m->subject);
    text_add_format(b, "\r\nDate: %.*s\r\n", PRINT(date_of(b->arena, m->at)));
    text_add_format(b, "Message-ID: <%.*s@%.*s>\r\n", PRINT(uuid_format(b->arena, m->id)), PRINT(at));
    /* RFC 3834: so that nobody's holiday notice answers. */
    text_add_string(b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    text_add_format(b, "Content-Language: %.*s\r\n", PRINT(m->language));
    text_add_format(b, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", boundary);
}

error message_write(arena *a, const mail_message *m, text *out)
{
    if (!message_is_address(m->to)) return fail(a, INVALID, "", "The recipient's address cannot stand in a letter.");
    text_builder b = text_builder_in(a);
    /* "=_" is in no quoted-printable text, so this line is in neither part. */
    const char *boundary = text_format(a, "=_%.*s", PRINT(uuid_format(a, m->id))).data;
    add_headers(&b, m, boundary);
    add_part(&b, boundary, "text/plain", m->plain);
    add_part(&b, boundary, "text/html", m->html);
    text_add_format(&b, "--%s--\r\n", boundary);
    *out = text_built(&b);
    return OK;
}
