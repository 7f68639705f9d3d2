#include "base/redact.h"

#include <ctype.h>

/* One kind of thing to hide: `match` tells how many bytes at this place are it, 0 for none. Order matters: the longest
 * and surest first. */
typedef size_t (*match_function)(text rest, bool at_word_start);

typedef struct rule {
    match_function match;
    const char *word;
} rule;

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static size_t run_of(text t, size_t from, const char *others, bool (*is)(char))
{
    size_t i = from;
    while (i < t.length && (is(t.data[i]) || (t.data[i] && strchr(others, t.data[i])))) i++;
    return i - from;
}

/* header.payload.signature, each base64url; a JWT's header begins with {" */
static size_t match_jwt(text t, bool at_word_start)
{
    if (!at_word_start || !text_starts(t, "eyJ")) return 0;
    size_t head = run_of(t, 0, "-", is_word);
    if (head >= t.length || t.data[head] != '.') return 0;
    size_t payload = run_of(t, head + 1, "-", is_word);
    size_t end = head + 1 + payload;
    if (payload < 2) return 0;
    if (end < t.length && t.data[end] == '.') end += 1 + run_of(t, end + 1, "-", is_word);
    return end;
}

static size_t match_api_key(text t, bool at_word_start)
{
    if (!at_word_start || !text_starts(t, "aic_")) return 0;
    size_t length = run_of(t, 0, "-", is_word);
    return length >= 20 ? length : 0;
}

static size_t match_bearer(text t, bool at_word_start)
{
    if (!at_word_start || !(text_starts(t, "Bearer ") || text_starts(t, "bearer "))) return 0;
    size_t length = run_of(t, 7, "-._~+/=", is_word);
    return length >= 8 ? 7 + length : 0;
}

/* scheme://user:password@ — from the colon to the at sign */
static size_t match_url_password(text t, bool at_word_start)
{
    (void)at_word_start;
    if (!text_starts(t, "://")) return 0;
    size_t colon = 0;
    for (size_t i = 3; i < t.length && !strchr(" \t\r\n/\"'", t.data[i]); i++) {
        if (t.data[i] == ':' && !colon) colon = i;
        if (t.data[i] == '@') return colon ? i + 1 : 0;
    }
    return 0;
}

static bool is_local(char c)
{
    return is_word(c) || (c && strchr(".%+-", c));
}

static size_t match_email(text t, bool at_word_start)
{
    if (!at_word_start) return 0;
    size_t local = run_of(t, 0, "", is_local);
    if (!local || local >= t.length || t.data[local] != '@') return 0;
    size_t host = run_of(t, local + 1, ".-", is_word);
    text domain = { t.data + local + 1, host };
    return host >= 3 && memchr(domain.data, '.', domain.length) ? local + 1 + host : 0;
}

typedef struct digit_run {
    char digits[24];
    size_t count, length; /* digits; bytes with the separators between them */
} digit_run;

/* Digits with single blanks or dashes between them, as people write cards and phones. */
static digit_run digits_at(text t)
{
    digit_run r = { 0 };
    size_t i = t.length && t.data[0] == '+' ? 1 : 0;
    for (; i < t.length && r.count < sizeof r.digits; i++) {
        char c = t.data[i];
        if (c >= '0' && c <= '9') {
            r.digits[r.count++] = c;
            r.length = i + 1;
        } else if (!((c == ' ' || c == '-') && r.count && i == r.length)) {
            break;
        }
    }
    return r;
}

static bool luhn(const digit_run *r)
{
    int sum = 0;
    for (size_t i = 0; i < r->count; i++) {
        int digit = r->digits[r->count - 1 - i] - '0';
        if (i % 2) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

static int two_digits(const char *p)
{
    return (p[0] - '0') * 10 + p[1] - '0';
}

/* South African identity number: YYMMDD, four digits, citizenship 0 to 2, one digit, Luhn. */
static size_t match_id_number(text t, bool at_word_start)
{
    if (!at_word_start) return 0;
    digit_run r = digits_at(t);
    if (r.count != 13 || !luhn(&r)) return 0;
    int month = two_digits(r.digits + 2), day = two_digits(r.digits + 4);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31 && r.digits[10] <= '2' ? r.length : 0;
}

static size_t match_card(text t, bool at_word_start)
{
    if (!at_word_start || !t.length || t.data[0] == '+') return 0;
    digit_run r = digits_at(t);
    return r.count >= 13 && r.count <= 19 && r.digits[0] != '0' && luhn(&r) ? r.length : 0;
}

static size_t match_phone(text t, bool at_word_start)
{
    if (!at_word_start || !t.length) return 0;
    digit_run r = digits_at(t);
    if (t.data[0] == '+') return r.count >= 9 && r.count <= 15 ? r.length : 0;
    return r.count == 10 && r.digits[0] == '0' && r.digits[1] >= '1' ? r.length : 0;
}

static const rule rules[] = {
    { match_bearer, "[token]" },  { match_jwt, "[token]" },
    { match_api_key, "[token]" }, { match_url_password, "://[password]@" },
    { match_email, "[email]" },   { match_id_number, "[id]" },
    { match_card, "[card]" },     { match_phone, "[phone]" },
};

static size_t match_any(text rest, bool at_word_start, const char **word)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        size_t length = rules[i].match(rest, at_word_start);
        *word = rules[i].word;
        /* What only begins like a number is a longer word or number: left as it is. */
        if (length && (length == rest.length || !is_word(rest.data[length]) || !is_word(rest.data[length - 1])))
            return length;
    }
    return 0;
}

text redact(arena *a, text t)
{
    text_builder out = text_builder_in(a);
    size_t from = 0;
    for (size_t i = 0; i < t.length;) {
        const char *word;
        bool at_word_start = i == 0 || !(is_word(t.data[i - 1]) || t.data[i - 1] == '.');
        size_t length = match_any((text){ t.data + i, t.length - i }, at_word_start, &word);
        if (!length) {
            i++;
            continue;
        }
        text_add(&out, (text){ t.data + from, i - from });
        text_add_string(&out, word);
        i += length;
        from = i;
    }
    if (from == 0) return t;
    text_add(&out, (text){ t.data + from, t.length - from });
    return text_built(&out);
}
