/* What people typed, in a letter: whatever it is, the mail has its own headers and no others, in ASCII and short lines.
 */
#include "fuzz.h"

#include "features/mail/letter.h"
#include "features/mail/message.h"

static size_t count(text t, const char *part)
{
    size_t found = 0, length = strlen(part);
    for (size_t i = 0; i + length <= t.length; i++) found += memcmp(t.data + i, part, length) == 0;
    return found;
}

static void check_lines(text mail)
{
    size_t column = 0;
    for (size_t i = 0; i < mail.length; i++) {
        unsigned char c = (unsigned char)mail.data[i];
        MUST(c == '\r' || c == '\n' || (c >= ' ' && c <= '~'));
        MUST((c == '\n') == (i > 0 && mail.data[i - 1] == '\r'));
        column = c == '\n' ? 0 : column + 1;
        MUST(column <= 998);
    }
}

/* Lines of the header that begin with a letter, so are not the rest of the one before. */
static size_t headers_of(text mail)
{
    size_t found = 0;
    for (size_t i = 0; i + 4 <= mail.length && memcmp(mail.data + i, "\r\n\r\n", 4) != 0; i++)
        found += (i == 0 || mail.data[i - 1] == '\n') && mail.data[i] != ' ';
    return found;
}

static void check_mail(arena *a, const letter_written *w)
{
    enum { HEADERS = 9 };
    text mail;
    mail_message m = { .from = { w->subject, TEXT("post@example.org") },
                       .to = TEXT("ada@example.org"),
                       .subject = w->subject,
                       .language = w->language,
                       .plain = w->plain,
                       .html = w->html };
    MUST(!message_write(a, &m, &mail));
    check_lines(mail);
    MUST(headers_of(mail) == HEADERS);
    MUST(count(mail, "\r\n--=_") == 3);
}

static void write(arena *a, text given)
{
    letter_written w;
    letter l = { .kind = LETTER_INVITATION,
                 .to = TEXT("ada@example.org"),
                 .link = TEXT("/app/x?token=y"),
                 .values = { { "organization", given },
                             { "inviter", given },
                             { "role", TEXT("VIEWER") },
                             { "expires", TEXT("2026-11-28T01:20:00Z") } } };
    error bad = letter_write(a, &l, TEXT("https://aic.example.org"), &w);
    MUST((bad == OK) == text_valid_utf8(given));
    if (bad) return;
    letter empty = l;
    letter_written plain;
    empty.values[0].value = empty.values[1].value = TEXT("");
    MUST(!letter_write(a, &empty, TEXT("https://aic.example.org"), &plain));
    MUST(count(w.html, "<") == count(plain.html, "<") && count(w.html, ">") == count(plain.html, ">"));
    MUST(count(w.plain, "\n") == count(plain.plain, "\n") && count(w.subject, "\n") == 0);
    MUST(count(w.plain, "://") == 1 && count(w.plain, "\r") == 0);
    check_mail(a, &w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new();
    mailbox sender;
    text given = text_from(data, size);
    write(a, given);
    if (!message_read_mailbox(a, given, &sender)) MUST(message_is_address(sender.address));
    arena_drop(a);
    return 0;
}
