#include "features/mail/smtp.h"

#include <arpa/inet.h>

#include <curl/curl.h>

enum { CONNECT_SECONDS = 10 };

struct smtp {
    CURL *curl;
    const atomic_bool *stopping;
};

/* ------------------------------------------------------------------ the address */

static void release_url(void *url)
{
    curl_url_cleanup(url);
}

/* NO_TEXT when the address cannot be read. */
static text host_of(arena *a, text url)
{
    char *host = NULL;
    CURLU *parsed = curl_url();
    if (!parsed) return NO_TEXT;
    arena_defer(a, release_url, parsed);
    if (curl_url_set(parsed, CURLUPART_URL, text_string(a, url), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        return NO_TEXT;
    text copy = text_copy(a, text_of(host));
    curl_free(host);
    return copy;
}

error smtp_check(arena *a, text url)
{
    bool known = text_starts(url, "smtp://") || text_starts(url, "smtps://");
    if (known && text_is(host_of(a, url))) return OK;
    return fail(a, INVALID, "",
                "SMTP_URL: expected smtp://user:password@host:587 or smtps://…; its value is not shown.");
}

bool smtp_is_loopback(arena *a, text url)
{
    struct in_addr address;
    text host = host_of(a, url);
    if (text_equal_string(host, "localhost") || text_equal_string(host, "[::1]")) return true;
    return text_is(host) && inet_pton(AF_INET, text_string(a, host), &address) == 1 &&
           ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

/* ------------------------------------------------------------------ one letter */

typedef struct reading {
    text rest;
} reading;

static size_t read_more(char *into, size_t size, size_t count, void *given)
{
    reading *r = given;
    size_t length = size * count < r->rest.length ? size * count : r->rest.length;
    if (length) memcpy(into, r->rest.data, length);
    r->rest.data += length;
    r->rest.length -= length;
    return length;
}

/* Not zero ends the transfer. */
static int watch(void *given, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
    (void)down_all, (void)down, (void)up_all, (void)up;
    const smtp *s = given;
    return atomic_load(s->stopping);
}

static void release(void *of)
{
    smtp *s = of;
    curl_easy_cleanup(s->curl);
}

error smtp_open(arena *a, const smtp_options *o, smtp **out)
{
    smtp *s = ARENA_NEW(a, smtp);
    s->stopping = o->stopping;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(s->curl = curl_easy_init()))
        return fail(a, INTERNAL, "", "The library that sends mail does not start.");
    arena_defer(a, release, s);
    long tls = smtp_is_loopback(a, o->url) ? CURLUSESSL_TRY : CURLUSESSL_ALL;
    CURLcode bad = curl_easy_setopt(s->curl, CURLOPT_URL, text_string(a, o->url));
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_USE_SSL, tls);
    if (!bad && text_is(o->ca_file)) bad = curl_easy_setopt(s->curl, CURLOPT_CAINFO, text_string(a, o->ca_file));
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_PROXY, ""); /* whatever the environment says */
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, (long)o->seconds);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 1L);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_READFUNCTION, read_more);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_NOPROGRESS, 0L);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_XFERINFOFUNCTION, watch);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_XFERINFODATA, s);
    *out = s;
    return bad ? fail(a, INTERNAL, "", "The library that sends mail refuses an option: %s.", curl_easy_strerror(bad))
               : OK;
}

error smtp_send(arena *a, smtp *s, text from, text to, text message)
{
    reading body = { message };
    struct curl_slist *recipients = curl_slist_append(NULL, text_format(a, "<%.*s>", PRINT(to)).data);
    CURLcode bad = recipients ? CURLE_OK : CURLE_OUT_OF_MEMORY;
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, text_format(a, "<%.*s>", PRINT(from)).data);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, recipients);
    if (!bad) bad = curl_easy_setopt(s->curl, CURLOPT_READDATA, &body);
    if (!bad) bad = curl_easy_perform(s->curl);
    curl_slist_free_all(recipients);
    long reply = 0;
    if (curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &reply) != CURLE_OK) reply = 0;
    /* The list and the text are gone with this call. */
    (void)curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
    (void)curl_easy_setopt(s->curl, CURLOPT_READDATA, NULL);
    return bad ? fail(a, UNAVAILABLE, "", "%s; the mail server's last reply was %ld.", curl_easy_strerror(bad), reply)
               : OK;
}
