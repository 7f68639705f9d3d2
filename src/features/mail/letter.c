#include "features/mail/letter.h"

#include "base/clock.h"

#include <stdio.h>

static const char *const kind_names[LETTER_KINDS] = {
    [LETTER_VERIFY_EMAIL] = "verify_email",
    [LETTER_KNOWN_ADDRESS] = "known_address",
    [LETTER_RESET] = "reset",
    [LETTER_PASSWORD_RESET] = "password_reset",
    [LETTER_PASSWORD_CHANGED] = "password_changed",
    [LETTER_LOCKED] = "locked",
    [LETTER_MFA_ON] = "mfa_on",
    [LETTER_MFA_OFF] = "mfa_off",
    [LETTER_MFA_CHANGED] = "mfa_changed",
    [LETTER_RECOVERY_CODES_LOW] = "recovery_codes_low",
    [LETTER_EMAIL_CHANGE] = "email_change",
    [LETTER_EMAIL_CHANGE_ASKED] = "email_change_asked",
    [LETTER_EMAIL_CHANGED] = "email_changed",
    [LETTER_INVITATION] = "invitation",
    [LETTER_CASE_RECEIVED] = "case_received",
    [LETTER_CASE_STATUS] = "case_status",
    [LETTER_CASE_MESSAGE] = "case_message",
};

const char *letter_kind_name(letter_kind kind)
{
    return kind_names[kind];
}

bool letter_kind_of(text name, letter_kind *out)
{
    for (letter_kind kind = 0; kind < LETTER_KINDS; kind++) {
        if (!text_equal_string(name, kind_names[kind])) continue;
        *out = kind;
        return true;
    }
    return false;
}

static const letter_catalogue *const catalogues[] = { &letter_words_en, NULL };

const letter_catalogue *letter_words(text language)
{
    for (const letter_catalogue *const *each = catalogues; *each; each++)
        if (text_equal_string(language, (*each)->language)) return *each;
    return catalogues[0];
}

/* ------------------------------------------------------------------ what people typed */

typedef enum { IN_SUBJECT, IN_PLAIN, IN_HTML } place;

typedef struct writing {
    arena *arena;
    const letter *letter;
    const letter_catalogue *words;
    place place;
    text_builder out;
} writing;

static void add_char(writing *w, char c)
{
    if (w->place != IN_HTML) {
        text_add_char(&w->out, c);
        return;
    }
    switch (c) {
    case '&':
        text_add_string(&w->out, "&amp;");
        break;
    case '<':
        text_add_string(&w->out, "&lt;");
        break;
    case '>':
        text_add_string(&w->out, "&gt;");
        break;
    case '"':
        text_add_string(&w->out, "&quot;");
        break;
    case '\'':
        text_add_string(&w->out, "&#39;");
        break;
    default:
        text_add_char(&w->out, c);
    }
}

static void add_plain(writing *w, text t)
{
    for (size_t i = 0; i < t.length; i++) add_char(w, t.data[i]);
}

static uint8_t byte_at(text t, size_t at)
{
    return at < t.length ? (uint8_t)t.data[at] : 0;
}

/* Bytes of a character that breaks lines or does nothing visible: a control character, U+2028 and U+2029. */
static size_t control_at(text t, size_t at)
{
    uint8_t a = byte_at(t, at), b = byte_at(t, at + 1), c = byte_at(t, at + 2);
    if (a < 0x20 || a == 0x7F) return 1;
    if (a == 0xC2 && b >= 0x80 && b < 0xA0) return 2;
    return a == 0xE2 && b == 0x80 && (c == 0xA8 || c == 0xA9) ? 3 : 0;
}

/* Bytes of a character that turns the direction of what stands around it: U+200E, F, U+202A to E, U+2066 to 9. */
static size_t turn_at(text t, size_t at)
{
    uint8_t a = byte_at(t, at), b = byte_at(t, at + 1), c = byte_at(t, at + 2);
    if (a != 0xE2) return 0;
    bool turns =
        (b == 0x80 && (c == 0x8E || c == 0x8F || (c >= 0xAA && c <= 0xAE))) || (b == 0x81 && c >= 0xA6 && c <= 0xA9);
    return turns ? 3 : 0;
}

/* One line, without markup. A mail program makes a link of what looks like one ("evil.example", "https://…"): a word
 * joiner (U+2060), which nobody sees, stands where it would look. */
static void add_typed(writing *w, text t)
{
    static const char joiner[] = "\xE2\x81\xA0";
    for (size_t i = 0; i < t.length;) {
        size_t breaks = control_at(t, i), turns = turn_at(t, i);
        if (breaks) text_add_char(&w->out, ' ');
        if (breaks || turns) {
            i += breaks + turns;
            continue;
        }
        add_char(w, t.data[i]);
        bool looks = (t.data[i] == '.' && byte_at(t, i + 1) > ' ') || (t.data[i] == ':' && byte_at(t, i + 1) == '/');
        if (looks && w->place != IN_SUBJECT) text_add_string(&w->out, joiner);
        i++;
    }
}

/* ------------------------------------------------------------------ gaps */

static error value_of(const writing *w, text name, text *out)
{
    for (size_t i = 0; i < LETTER_VALUES && w->letter->values[i].name; i++) {
        if (!text_equal_string(name, w->letter->values[i].name)) continue;
        *out = w->letter->values[i].value;
        if (text_is(*out) && text_valid_utf8(*out)) return OK;
    }
    return fail(w->arena, INTERNAL, "", "A letter of kind %s has no %.*s.", letter_kind_name(w->letter->kind),
                PRINT(name));
}

/* "2026-11-28T01:20:00.000000Z" as "28 November 2026, 01:20 UTC". */
static error add_time(writing *w, text value)
{
    instant at;
    if (!instant_parse(value, &at)) return fail(w->arena, INTERNAL, "", "A letter's time cannot be read.");
    text utc = instant_format(w->arena, at);
    int month = (utc.data[5] - '0') * 10 + utc.data[6] - '0', day = (utc.data[8] - '0') * 10 + utc.data[9] - '0';
    for (const char *p = w->words->time; *p;) {
        if (strncmp(p, "{day}", 5) == 0)
            text_add_format(&w->out, "%d", day), p += 5;
        else if (strncmp(p, "{month}", 7) == 0)
            text_add_string(&w->out, w->words->months[month - 1]), p += 7;
        else if (strncmp(p, "{year}", 6) == 0)
            text_add_format(&w->out, "%.4s", utc.data), p += 6;
        else if (strncmp(p, "{clock}", 7) == 0)
            text_add_format(&w->out, "%.5s", utc.data + strlen("2026-11-28T")), p += 7;
        else
            text_add_char(&w->out, *p++);
    }
    return OK;
}

static error add_word(writing *w, text value)
{
    for (size_t i = 0; i < LETTER_WORDS && w->words->words[i].name; i++) {
        if (!text_equal_string(value, w->words->words[i].name)) continue;
        add_plain(w, text_of(w->words->words[i].said));
        return OK;
    }
    return fail(w->arena, INTERNAL, "", "A letter has no word for a value that it tells.");
}

static error fill_gap(writing *w, text gap)
{
    text value = NO_TEXT, name = gap, form = NO_TEXT;
    const char *colon = memchr(gap.data, ':', gap.length);
    if (colon) {
        name.length = (size_t)(colon - gap.data);
        form = (text){ colon + 1, gap.length - name.length - 1 };
    }
    TRY(value_of(w, name, &value));
    if (text_equal_string(form, "time")) return add_time(w, value);
    if (text_equal_string(form, "word")) return add_word(w, value);
    add_typed(w, value);
    return OK;
}

static error add_words(writing *w, const char *template)
{
    for (const char *p = template; *p;) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (!end) {
            add_char(w, *p++);
            continue;
        }
        TRY(fill_gap(w, (text){ p + 1, (size_t)(end - p) - 1 }));
        p = end + 1;
    }
    return OK;
}

/* ------------------------------------------------------------------ the two forms of one letter */

static bool has_link(const writing *w, const letter_text *said)
{
    return said->action && text_is(w->letter->link);
}

static error write_plain(writing *w, const letter_text *said, text url)
{
    text_add_format(&w->out, "%s\n\n", w->words->greeting);
    for (size_t i = 0; i < LETTER_PARAGRAPHS && said->paragraphs[i]; i++) {
        TRY(add_words(w, said->paragraphs[i]));
        text_add_string(&w->out, "\n\n");
    }
    if (has_link(w, said)) text_add_format(&w->out, "%s:\n%.*s\n\n", said->action, PRINT(url));
    text_add_format(&w->out, "%s\n\n-- \n", w->words->closing);
    TRY(add_words(w, said->reason));
    text_add_char(&w->out, '\n');
    return OK;
}

static void add_link(writing *w, const letter_text *said, text url)
{
    text_add_string(&w->out, "<p><a href=\"");
    add_plain(w, url);
    text_add_string(&w->out, "\" style=\"display:inline-block;padding:10px 18px;border-radius:6px;background:#0f5c5c;"
                             "color:#ffffff;text-decoration:none\">");
    add_plain(w, text_of(said->action));
    text_add_string(&w->out, "</a></p>\n<p style=\"font-size:13px;color:#4b5563;word-break:break-all\">");
    add_plain(w, url);
    text_add_string(&w->out, "</p>\n");
}

static error write_html(writing *w, const letter_text *said, text url)
{
    text_add_format(&w->out, "<!doctype html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"><title>",
                    w->words->language);
    add_plain(w, text_of(w->words->closing));
    text_add_string(&w->out, "</title></head>\n<body style=\"font-family:sans-serif;font-size:16px;line-height:1.5;"
                             "max-width:36em;margin:24px auto;padding:0 16px\">\n<p>");
    add_plain(w, text_of(w->words->greeting));
    text_add_string(&w->out, "</p>\n");
    for (size_t i = 0; i < LETTER_PARAGRAPHS && said->paragraphs[i]; i++) {
        text_add_string(&w->out, "<p>");
        TRY(add_words(w, said->paragraphs[i]));
        text_add_string(&w->out, "</p>\n");
    }
    if (has_link(w, said)) add_link(w, said, url);
    text_add_string(&w->out, "<p>");
    add_plain(w, text_of(w->words->closing));
    text_add_string(&w->out, "</p>\n<hr>\n<p style=\"font-size:13px;color:#4b5563\">");
    TRY(add_words(w, said->reason));
    text_add_string(&w->out, "</p>\n</body>\n</html>\n");
    return OK;
}

static writing writing_in(arena *a, const letter *l, place where)
{
    return (writing){ a, l, letter_words(l->language), where, text_builder_in(a) };
}

error letter_write(arena *a, const letter *l, text public_url, letter_written *out)
{
    writing subject = writing_in(a, l, IN_SUBJECT), plain = writing_in(a, l, IN_PLAIN),
            html = writing_in(a, l, IN_HTML);
    const letter_text *said = &subject.words->letters[l->kind];
    text url = text_is(l->link) ? text_format(a, "%.*s%.*s", PRINT(public_url), PRINT(l->link)) : NO_TEXT;
    TRY(add_words(&subject, said->subject));
    out->language = text_of(subject.words->language);
    out->subject = text_built(&subject.out);
    TRY(write_plain(&plain, said, url));
    TRY(write_html(&html, said, url));
    out->plain = text_built(&plain.out);
    out->html = text_built(&html.out);
    return OK;
}
