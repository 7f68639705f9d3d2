#include "base/clock.h"

#include <time.h>

clock_source clock_system(void)
{
    return (clock_source){ 0 };
}

clock_source clock_at(instant fixed)
{
    return (clock_source){ .fixed = fixed };
}

static instant read_clock(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return SECONDS((instant)t.tv_sec) + t.tv_nsec / 1000;
}

instant clock_now(const clock_source *c)
{
    return c && c->fixed ? c->fixed : read_clock(CLOCK_REALTIME);
}

instant clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static char *put_digits(char *at, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10) at[i] = (char)('0' + value % 10);
    return at + count;
}

/* Written by hand, since every row of every list has several: a tenth of snprintf's time. */
text instant_format(arena *a, instant t)
{
    int64_t micros = t % 1000000;
    if (micros < 0) micros += 1000000;
    time_t seconds = (time_t)((t - micros) / 1000000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    char *out = arena_alloc(a, 28), *at = out;
    at = put_digits(at, utc.tm_year + 1900, 4), *at++ = '-';
    at = put_digits(at, utc.tm_mon + 1, 2), *at++ = '-';
    at = put_digits(at, utc.tm_mday, 2), *at++ = 'T';
    at = put_digits(at, utc.tm_hour, 2), *at++ = ':';
    at = put_digits(at, utc.tm_min, 2), *at++ = ':';
    at = put_digits(at, utc.tm_sec, 2), *at++ = '.';
    at = put_digits(at, (int)micros, 6), *at++ = 'Z';
    return (text){ out, (size_t)(at - out) };
}

static bool digits_at(text t, size_t at, size_t count, int *out)
{
    int value = 0;
    if (at + count > t.length) return false;
    for (size_t i = at; i < at + count; i++) {
        if (t.data[i] < '0' || t.data[i] > '9') return false;
        value = value * 10 + (t.data[i] - '0');
    }
    *out = value;
    return true;
}

static bool char_at(text t, size_t at, char c)
{
    return at < t.length && t.data[at] == c;
}

/* ".123456" at *at: any number of digits, those past microseconds are dropped. */
static bool fraction_at(text t, size_t *at, instant *micros)
{
    if (!char_at(t, *at, '.')) return true;
    instant scale = 100000;
    size_t start = ++*at;
    for (; *at < t.length && t.data[*at] >= '0' && t.data[*at] <= '9'; ++*at, scale /= 10)
        *micros += (t.data[*at] - '0') * scale;
    return *at > start;
}

static bool offset_at(text t, size_t at, instant *offset)
{
    int hours, minutes;
    if (at + 1 == t.length && (t.data[at] == 'Z' || t.data[at] == 'z')) return true;
    if (at + 6 != t.length || !char_at(t, at + 3, ':') || (t.data[at] != '+' && t.data[at] != '-')) return false;
    if (!digits_at(t, at + 1, 2, &hours) || !digits_at(t, at + 4, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset = (t.data[at] == '-' ? -1 : 1) * (HOURS(hours) + MINUTES(minutes));
    return true;
}

bool instant_parse(text t, instant *out)
{
    struct tm utc = { 0 };
    bool shape = digits_at(t, 0, 4, &utc.tm_year) && char_at(t, 4, '-') && digits_at(t, 5, 2, &utc.tm_mon) &&
                 char_at(t, 7, '-') && digits_at(t, 8, 2, &utc.tm_mday) &&
                 (char_at(t, 10, 'T') || char_at(t, 10, 't')) && digits_at(t, 11, 2, &utc.tm_hour) &&
                 char_at(t, 13, ':') && digits_at(t, 14, 2, &utc.tm_min) && char_at(t, 16, ':') &&
                 digits_at(t, 17, 2, &utc.tm_sec);
    if (!shape || utc.tm_mon < 1 || utc.tm_mon > 12 || utc.tm_mday < 1 || utc.tm_mday > 31 || utc.tm_hour > 23 ||
        utc.tm_min > 59 || utc.tm_sec > 59)
        return false;
    instant micros = 0, offset = 0;
    size_t at = 19;
    if (!fraction_at(t, &at, &micros) || at >= t.length || !offset_at(t, at, &offset)) return false;
    int day = utc.tm_mday;
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    time_t seconds = timegm(&utc);
    if (utc.tm_mday != day) return false; /* 30 February and the like */
    *out = SECONDS((instant)seconds) + micros - offset;
    return true;
}
