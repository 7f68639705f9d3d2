#include "crypto/password.h"

#include "crypto/common_passwords.h"

#include <sodium.h>

#include <stdlib.h>
#include <strings.h>

static const unsigned long long passes = crypto_pwhash_OPSLIMIT_INTERACTIVE; /* 2 */
static const size_t memory = crypto_pwhash_MEMLIMIT_INTERACTIVE;             /* 64 MiB */

/* Of a random password that nobody knows; made with the costs above. */
static const char unknown_hash[] =
    "$argon2id$v=19$m=65536,t=2,p=1$VWWgtNb2uO8yRsNaJPwsCA$Kld/Aj55QWh3hjQj4gdOBi2P6S1NIoXyBu39aVEqiJE";

error password_hash(arena *a, text password, text *out)
{
    char *hash = arena_alloc(a, crypto_pwhash_STRBYTES);
    if (crypto_pwhash_str(hash, password.data, password.length, passes, memory) != 0)
        return fail_later(a, UNAVAILABLE, 2, "The server has no memory left for this just now. Try again in a moment.");
    *out = text_of(hash);
    return OK;
}

bool password_verify(arena *a, text hash, text password, bool *needs_rehash)
{
    *needs_rehash = false;
    if (hash.length >= crypto_pwhash_STRBYTES) return false;
    const char *stored = text_string(a, hash);
    if (crypto_pwhash_str_verify(stored, password.data, password.length) != 0) return false;
    *needs_rehash = crypto_pwhash_str_needs_rehash(stored, passes, memory) != 0;
    return true;
}

void password_verify_unknown(arena *a, text password)
{
    bool ignored;
    (void)password_verify(a, text_of(unknown_hash), password, &ignored);
}

/* "Password-1234!!" and "passwordpassword" say the same word: only letters and digits count, and of a word that only
 * repeats itself, the word. */
static text essence(arena *a, text t)
{
    char *out = arena_alloc(a, t.length + 1);
    size_t n = 0;
    for (size_t i = 0; i < t.length; i++) {
        char c = t.data[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out[n++] = c;
    }
    for (size_t period = 1; period <= n / 2; period++)
        if (n % period == 0 && memcmp(out, out + period, n - period) == 0) return (text){ out, period };
    return (text){ out, n };
}

static text without_digits_around(text t)
{
    while (t.length && t.data[t.length - 1] >= '0' && t.data[t.length - 1] <= '9') t.length--;
    while (t.length && t.data[0] >= '0' && t.data[0] <= '9') t.data++, t.length--;
    return t;
}

static int compare_words(const void *key, const void *entry)
{
    return text_compare(*(const text *)key, text_of(*(const char *const *)entry));
}

static bool is_common(arena *a, text password)
{
    text whole = essence(a, password), core = without_digits_around(whole);
    if (core.length < 4) return true; /* digits, and hardly anything else */
    return bsearch(&whole, common_passwords, common_password_count, sizeof *common_passwords, compare_words) ||
           bsearch(&core, common_passwords, common_password_count, sizeof *common_passwords, compare_words);
}

static bool says_email(text password, text email)
{
    const char *at = email.length ? memchr(email.data, '@', email.length) : NULL;
    text name = { email.data, at ? (size_t)(at - email.data) : email.length };
    return (password.length == email.length && strncasecmp(password.data, email.data, email.length) == 0) ||
           (name.length >= 4 && password.length == name.length &&
            strncasecmp(password.data, name.data, name.length) == 0);
}

error password_check(arena *a, text password, text email, const char *pointer)
{
    size_t length = text_code_points(password);
    if (length < PASSWORD_LEAST)
        return fail(a, INVALID, pointer,
                    "A password needs at least %d characters; this one has %zu. A few unrelated words make a good one.",
                    PASSWORD_LEAST, length);
    if (length > PASSWORD_MOST)
        return fail(a, INVALID, pointer, "A password has at most %d characters; this one has %zu.", PASSWORD_MOST,
                    length);
    if (says_email(password, email)) return fail(a, INVALID, pointer, "A password must not be the e-mail address.");
    if (is_common(a, password))
        return fail(a, INVALID, pointer,
                    "This password is among the first that anybody would try. A few unrelated words make a good one.");
    return OK;
}
