#include "crypto/password.h"

#include "crypto/common_passwords.h"

#include <sodium.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

static const unsigned long long passes = 3;
static const size_t memory = crypto_pwhash_MEMLIMIT_INTERACTIVE; /* 64 MiB */

/* Of a random password that nobody knows; made with the costs above. */
static const char unknown_hash[] =
    "$argon2id$v=19$m=65536,t=3,p=1$rdqMw4sxefcD8i+GSwzv9w$qm1yteZSsT2lzepE6cI1GtMG5hddZvf8PBHehkLUS00";

/* ------------------------------------------------------------------ whose turn it is */

struct password_hasher {
    password_limits limits;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    int under_way, waiting;
};

static void release_locks(void *of)
{
    password_hasher *h = of;
    pthread_cond_destroy(&h->freed);
    pthread_mutex_destroy(&h->lock);
}

password_hasher *password_hasher_new(arena *a, const password_limits *limits)
{
    password_hasher *h = ARENA_NEW(a, password_hasher);
    h->limits = *limits;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&h->freed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&h->lock, NULL);
    arena_defer(a, release_locks, h);
    return h;
}

int password_hashes_at_once(void)
{
    cpu_set_t usable;
    int processors = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 1;
    return 2 * processors;
}

static struct timespec moment_after(int ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += ms % 1000 * 1000000L;
    if (at.tv_nsec >= 1000000000L) at.tv_sec++, at.tv_nsec -= 1000000000L;
    return at;
}

/* With the lock held. */
static bool wait_for_turn(password_hasher *h)
{
    struct timespec until = moment_after(h->limits.wait_ms);
    int waited = 0;
    h->waiting++;
    while (h->under_way >= h->limits.at_once && waited == 0)
        waited = pthread_cond_timedwait(&h->freed, &h->lock, &until);
    h->waiting--;
    return h->under_way < h->limits.at_once;
}

static error begin(password_hasher *h, arena *a)
{
    pthread_mutex_lock(&h->lock);
    bool mine = h->under_way < h->limits.at_once;
    if (!mine && h->waiting < h->limits.waiting) mine = wait_for_turn(h);
    if (mine) h->under_way++;
    pthread_mutex_unlock(&h->lock);
    return mine ? OK : fail_later(a, UNAVAILABLE, 2, "Too many people sign in at this moment. Try again in a moment.");
}

static void end(password_hasher *h)
{
    pthread_mutex_lock(&h->lock);
    h->under_way--;
    pthread_cond_signal(&h->freed);
    pthread_mutex_unlock(&h->lock);
}

/* ------------------------------------------------------------------ hashing */

static error no_memory(arena *a)
{
    return fail_later(a, UNAVAILABLE, 2, "The server has no memory left for this just now. Try again in a moment.");
}

error password_hash(password_hasher *h, arena *a, text password, text *out)
{
    char *hash = arena_alloc(a, crypto_pwhash_STRBYTES);
    TRY(begin(h, a));
    int failed = crypto_pwhash_str(hash, password.data, password.length, passes, memory);
    end(h);
    if (failed) return no_memory(a);
    *out = text_of(hash);
    return OK;
}

error password_verify(password_hasher *h, arena *a, text hash, text password, password_verdict *out)
{
    *out = (password_verdict){ 0 };
    if (hash.length >= crypto_pwhash_STRBYTES) return OK;
    const char *stored = text_string(a, hash);
    TRY(begin(h, a));
    errno = 0;
    int differs = crypto_pwhash_str_verify(stored, password.data, password.length);
    bool starved = differs && errno == ENOMEM; /* which says nothing about the password */
    end(h);
    if (starved) return no_memory(a);
    out->matches = !differs;
    out->needs_rehash = !differs && crypto_pwhash_str_needs_rehash(stored, passes, memory) != 0;
    return OK;
}

error password_verify_unknown(password_hasher *h, arena *a, text password)
{
    password_verdict ignored;
    return password_verify(h, a, text_of(unknown_hash), password, &ignored);
}

/* ------------------------------------------------------------------ which ones are good enough */

/* "Password-1234!!" and "passwordpassword" say the same word: only letters and digits count, and of a word that only
 * repeats itself, the word. What is beyond ASCII counts as letters. */
static text essence(arena *a, text t)
{
    char *out = arena_alloc(a, t.length + 1);
    size_t n = 0;
    for (size_t i = 0; i < t.length; i++) {
        char c = t.data[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        bool beyond_ascii = (unsigned char)c >= 0x80;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || beyond_ascii) out[n++] = c;
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

/* Hardly a letter: digits, or signs. Nobody has to use letters, but a few characters over and over, or a row of the
 * keyboard, are no password. */
static bool is_poor(text password)
{
    enum { DIFFERENT_LEAST = 8 };
    static const char row[] = "!@#$%^&*";
    bool seen[256] = { false };
    size_t different = 0, row_length = sizeof row - 1;
    for (size_t i = 0; i < password.length; i++) {
        unsigned char c = (unsigned char)password.data[i];
        if (seen[c] || (c >= '0' && c <= '9')) continue;
        seen[c] = true;
        different++;
    }
    bool has_row = memmem(password.data, password.length, row, row_length) != NULL;
    return different < DIFFERENT_LEAST || has_row;
}

static bool is_common(arena *a, text password)
{
    text whole = essence(a, password), core = without_digits_around(whole);
    if (core.length < 4) return is_poor(password);
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

/* Is it hardly more than this word, in any dress? "Umoja-Credit-2026!" says the organization's name. */
static bool says_word(arena *a, text password, text word)
{
    enum { REST_LEAST = 8, WORD_LEAST = 4 };
    text whole = essence(a, password), said = essence(a, word);
    if (said.length < WORD_LEAST || whole.length < said.length) return false;
    return memmem(whole.data, whole.length, said.data, said.length) && whole.length - said.length < REST_LEAST;
}

/* What somebody thinks of first who knows where the password is for. */
static bool says_context(arena *a, text password, text organization)
{
    static const char *const product[] = { "aic platform", "ai integrity", "integrity certification" };
    for (size_t i = 0; i < sizeof product / sizeof *product; i++)
        if (says_word(a, password, text_of(product[i]))) return true;
    return says_word(a, password, organization);
}

error password_check(arena *a, text password, const password_owner *owner, const char *pointer)
{
    size_t length = text_code_points(password);
    if (length < PASSWORD_LEAST)
        return fail(a, INVALID, pointer,
                    "A password needs at least %d characters; this one has %zu. A few unrelated words make a good one.",
                    PASSWORD_LEAST, length);
    if (length > PASSWORD_MOST)
        return fail(a, INVALID, pointer, "A password has at most %d characters; this one has %zu.", PASSWORD_MOST,
                    length);
    if (says_email(password, owner->email))
        return fail(a, INVALID, pointer, "A password must not be the e-mail address.");
    if (says_context(a, password, owner->organization))
        return fail(a, INVALID, pointer,
                    "This password is hardly more than the name of the organization or of this product.");
    if (is_common(a, password))
        return fail(a, INVALID, pointer,
                    "This password is among the first that anybody would try. A few unrelated words make a good one.");
    return OK;
}
