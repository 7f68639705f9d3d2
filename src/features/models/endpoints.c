#include "features/models/endpoints.h"

#include "crypto/seal.h"

#include <arpa/inet.h>
#include <strings.h>

#include <curl/curl.h>

/* ------------------------------------------------------------------ addresses */

typedef struct range4 {
    uint32_t from;
    int bits;
} range4;

/* What is not of the public internet (IANA's registry of special-purpose addresses). 169.254.169.254, where clouds tell
 * machines their secrets, is link-local. */
static bool is_public_4(uint32_t address)
{
    static const range4 special[] = {
        { 0x00000000, 8 },  /* this network */
        { 0x0A000000, 8 },  /* private */
        { 0x64400000, 10 }, /* carrier's own */
        { 0x7F000000, 8 },  /* loopback */
        { 0xA9FE0000, 16 }, /* link-local */
        { 0xAC100000, 12 }, /* private */
        { 0xC0000000, 24 }, /* protocol assignments */
        { 0xC0000200, 24 }, /* documentation */
        { 0xC0586300, 24 }, /* 6to4 relays */
        { 0xC0A80000, 16 }, /* private */
        { 0xC6120000, 15 }, /* benchmarks */
        { 0xC6336400, 24 }, /* documentation */
        { 0xCB007100, 24 }, /* documentation */
        { 0xE0000000, 4 },  /* multicast */
        { 0xF0000000, 4 },  /* reserved, broadcast */
    };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if ((address ^ special[i].from) >> (32 - special[i].bits) == 0) return false;
    return true;
}

static uint32_t last_four(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Of IPv6 only global unicast (2000::/3), without what embeds an IPv4 address (6to4, Teredo, NAT64 is outside) or is
 * for documentation; an IPv4 address in IPv6 is judged as IPv4. */
static bool is_public_6(const uint8_t a[16])
{
    static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };
    if (memcmp(a, mapped, sizeof mapped) == 0) return is_public_4(last_four(a + 12));
    if (a[0] >> 5 != 1) return false;
    bool is_6to4 = a[0] == 0x20 && a[1] == 0x02;
    bool is_special = a[0] == 0x20 && a[1] == 0x01 && a[2] <= 0x01; /* 2001::/23: Teredo and others */
    bool is_example = a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0D && a[3] == 0xB8;
    bool is_example_2 = a[0] == 0x3F && a[1] == 0xFF && a[2] < 0x10; /* 3fff::/20 */
    return !is_6to4 && !is_special && !is_example && !is_example_2;
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return is_public_4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        return is_public_6(in.sin6_addr.s6_addr);
    }
    return false;
}

static bool is_loopback(const struct sockaddr *address)
{
    static const uint8_t one[16] = { [15] = 1 };
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (address->sa_family == AF_INET) {
        memcpy(&in, address, sizeof in);
        return ntohl(in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (address->sa_family != AF_INET6) return false;
    memcpy(&in6, address, sizeof in6);
    return memcmp(in6.sin6_addr.s6_addr, one, sizeof one) == 0;
}

/* ------------------------------------------------------------------ which hosts */

typedef struct target {
    text scheme, host;
    bool has_user, has_fragment;
} target;

static void release_url(void *url)
{
    curl_url_cleanup(url);
}

static text url_part(arena *a, CURLU *url, CURLUPart which)
{
    char *part = NULL;
    if (curl_url_get(url, which, &part, 0) != CURLUE_OK) return NO_TEXT;
    text copy = text_copy(a, text_of(part));
    curl_free(part);
    return copy;
}

static error parse(arena *a, text address, target *out)
{
    CURLU *url = curl_url();
    if (!url) return fail(a, INTERNAL, "", "No address can be read.");
    arena_defer(a, release_url, url);
    if (curl_url_set(url, CURLUPART_URL, text_string(a, address), 0) != CURLUE_OK)
        return fail(a, INVALID, "/url", "Expected an address such as https://models.example.com/predict.");
    *out = (target){ .scheme = url_part(a, url, CURLUPART_SCHEME),
                     .host = text_lower_ascii(a, url_part(a, url, CURLUPART_HOST)),
                     .has_user =
                         text_is(url_part(a, url, CURLUPART_USER)) || text_is(url_part(a, url, CURLUPART_PASSWORD)),
                     .has_fragment = text_is(url_part(a, url, CURLUPART_FRAGMENT)) };
    return OK;
}

static bool host_is(text host, text entry)
{
    if (!host.data || host.length != entry.length) return false;
    return strncasecmp(host.data, entry.data, host.length) == 0;
}

static bool allows_loopback(const platform *app, text host)
{
    for (size_t i = 0; i < app->prediction_hosts.count; i++) {
        text entry = app->prediction_hosts.items[i];
        if (!text_ends(entry, ":loopback")) continue;
        entry.length -= sizeof ":loopback" - 1;
        if (app->is_development && host_is(host, entry)) return true;
    }
    return false;
}

static bool is_allowed(const platform *app, text host)
{
    for (size_t i = 0; i < app->prediction_hosts.count; i++)
        if (host_is(host, app->prediction_hosts.items[i])) return true;
    return allows_loopback(app, host);
}

error endpoint_check(arena *a, const platform *app, text url)
{
    target t = { 0 };
    TRY(parse(a, url, &t));
    if (!text_equal_string(t.scheme, "https") && !(text_equal_string(t.scheme, "http") && allows_loopback(app, t.host)))
        return fail(a, INVALID, "/url", "Expected https, found %.*s.", PRINT(t.scheme));
    if (t.has_user || t.has_fragment)
        return fail(a, INVALID, "/url",
                    "An endpoint's address has no user, no password and no fragment; send a secret as header_value.");
    if (!app->prediction_hosts.count)
        return fail(
            a, INVALID, "/url",
            "No host is allowed here: whoever runs the platform names those that may be asked (AIC_PREDICTION_HOSTS).");
    if (is_allowed(app, t.host)) return OK;
    return fail(a, INVALID, "/url",
                "%.*s is not among the hosts that whoever runs the platform allows (AIC_PREDICTION_HOSTS).",
                PRINT(t.host));
}

/* ------------------------------------------------------------------ storing */

static error check_header(arena *a, text name, text value)
{
    static const char *const ours[] = { "host", "content-length", "content-type", "transfer-encoding", "connection" };
    if (text_is(name) != text_is(value))
        return fail(a, INVALID, text_is(name) ? "/header_value" : "/header_name",
                    "header_name and header_value are given together.");
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        if (!is_fine) return fail(a, INVALID, "/header_name", "A header's name has letters, digits and hyphens only.");
    }
    for (size_t i = 0; i < value.length; i++)
        if ((unsigned char)value.data[i] < 32 || (unsigned char)value.data[i] == 127)
            return fail(a, INVALID, "/header_value", "A header's value has no control characters and no line breaks.");
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (host_is(name, text_of(ours[i])))
            return fail(a, INVALID, "/header_name", "The header %.*s is the platform's own.", PRINT(name));
    return OK;
}

error endpoint_store(platform *app, scope *db, text url, text header_name, text header_value, maybe_uuid *id)
{
    TRY(check_header(db->arena, header_name, header_value));
    *id = (maybe_uuid){ true, uuid_v7(&db->clock) };
    return sql_prediction_endpoint_insert(
        db, &(sql_prediction_endpoint_insert_in){
                .id = id->value,
                .url = url,
                .header_name = header_name,
                .header_sealed = text_is(header_value) ? seal(db->arena, app->endpoint_key, header_value) : NO_TEXT,
                .created_by = { db->who.kind == ACTOR_USER, db->who.id } });
}

/* ------------------------------------------------------------------ asking */

typedef struct endpoint {
    platform *app;
    CURL *curl;
    struct curl_slist *headers;
    const char *url;
    text host;
    text columns; /* JSON */
    size_t features, outputs;
    bool may_loop_back;
    char refused[INET6_ADDRSTRLEN]; /* the last address that was not connected to */
    char problem[CURL_ERROR_SIZE];
} endpoint;

typedef struct answer {
    text_builder body;
    bool is_too_large;
} answer;

static curl_socket_t open_socket(void *given, curlsocktype purpose, struct curl_sockaddr *to)
{
    endpoint *e = given;
    (void)purpose;
    bool may = address_is_public(&to->addr) || (e->may_loop_back && is_loopback(&to->addr));
    if (may) return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    const char *bytes = (const char *)&to->addr;
    size_t offset =
        to->family == AF_INET ? offsetof(struct sockaddr_in, sin_addr) : offsetof(struct sockaddr_in6, sin6_addr);
    if (!inet_ntop(to->family, bytes + offset, e->refused, sizeof e->refused)) memcpy(e->refused, "?", 2);
    return CURL_SOCKET_BAD;
}

static size_t take_answer(void *data, size_t size, size_t count, void *given)
{
    answer *got = given;
    size_t length = size * count;
    got->is_too_large = got->body.length + length > ENDPOINT_ANSWER_MOST;
    if (got->is_too_large) return 0;
    text_add(&got->body, (text){ data, length });
    return length;
}

static void set_bounds(CURL *curl, bool may_loop_back)
{
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, may_loop_back ? "http,https" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)ENDPOINT_CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ENDPOINT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, (long)ENDPOINT_ANSWER_MOST);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

static text request_json(arena *a, const endpoint *e, const matrix *rows, size_t from, size_t to)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "columns"), json_write_raw(&w, e->columns);
    json_key(&w, "rows"), json_open(&w, '[');
    for (size_t r = from; r < to; r++) {
        json_open(&w, '[');
        for (size_t f = 0; f < e->features; f++) json_write_number(&w, matrix_row(rows, r)[f]);
        json_close(&w, ']');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return json_written(&w);
}

static error not_answered(arena *a, const endpoint *e, const answer *got, CURLcode code)
{
    if (got->is_too_large || code == CURLE_FILESIZE_EXCEEDED)
        return fail(a, INVALID, "/url", "The endpoint %.*s answered with more than %d MB.", PRINT(e->host),
                    ENDPOINT_ANSWER_MOST / 1024 / 1024);
    if (e->refused[0])
        return fail(a, INVALID, "/url", "The endpoint's name leads to %s, which is no address of the public internet.",
                    e->refused);
    return fail(a, INVALID, "/url", "The endpoint %.*s cannot be asked: %s.", PRINT(e->host),
                e->problem[0] ? e->problem : curl_easy_strerror(code));
}

static error post(endpoint *e, arena *a, text body, text *out)
{
    answer got = { .body = text_builder_in(a) };
    long status = 0;
    e->refused[0] = e->problem[0] = 0;
    curl_easy_setopt(e->curl, CURLOPT_POSTFIELDS, body.data);
    curl_easy_setopt(e->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.length);
    curl_easy_setopt(e->curl, CURLOPT_WRITEDATA, &got);
    CURLcode code = curl_easy_perform(e->curl);
    if (code != CURLE_OK) return not_answered(a, e, &got, code);
    curl_easy_getinfo(e->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return fail(a, INVALID, "/url", "The endpoint %.*s answered with status %ld, expected 200.", PRINT(e->host),
                    status);
    *out = text_built(&got.body);
    return OK;
}

static error take_score(arena *a, const endpoint *e, const json_t *value, size_t row, size_t place, double *out)
{
    if (!json_is_number(value))
        return fail(a, INVALID, "/url", "The endpoint %.*s gave no number for row %zu.", PRINT(e->host), row + 1);
    out[place] = json_number_value(value);
    return OK;
}

static error read_scores(arena *a, const endpoint *e, text answered, size_t from, size_t count, double *out)
{
    json_t *document;
    error bad = json_read(a, answered, &document);
    const json_t *scores = bad ? NULL : json_object_get(document, "scores");
    if (!json_is_array(scores) || json_array_size(scores) != count)
        return fail(a, INVALID, "/url",
                    "The endpoint %.*s must answer {\"scores\": [...]} with %zu entries, one for each row.",
                    PRINT(e->host), count);
    for (size_t r = 0; r < count; r++) {
        const json_t *one = json_array_get(scores, r);
        if (e->outputs == 1 && !json_is_array(one)) {
            TRY(take_score(a, e, one, from + r, r, out));
            continue;
        }
        if (json_array_size(one) != e->outputs)
            return fail(a, INVALID, "/url", "The endpoint %.*s gave row %zu no list of %zu scores.", PRINT(e->host),
                        from + r + 1, e->outputs);
        for (size_t o = 0; o < e->outputs; o++)
            TRY(take_score(a, e, json_array_get(one, o), from + r, r * e->outputs + o, out));
    }
    return OK;
}

/* Whether it is a margin or a probability is the endpoint's to know. */
static error predict(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    endpoint *e = context;
    (void)output;
    for (size_t from = 0; from < rows->rows; from += ENDPOINT_BATCH) {
        size_t to = rows->rows - from < ENDPOINT_BATCH ? rows->rows : from + ENDPOINT_BATCH;
        arena *of_batch = arena_new();
        text answered;
        error bad = post(e, of_batch, request_json(of_batch, e, rows, from, to), &answered);
        if (!bad) bad = read_scores(of_batch, e, answered, from, to - from, out + from * e->outputs);
        bad = error_copy(a, bad);
        arena_drop(of_batch);
        TRY(bad);
    }
    return OK;
}

static void release(void *of)
{
    endpoint *e = of;
    curl_slist_free_all(e->headers);
    curl_easy_cleanup(e->curl);
}

static error add_header(arena *a, endpoint *e, const char *line)
{
    struct curl_slist *more = curl_slist_append(e->headers, line);
    if (!more) return fail(a, INTERNAL, "", "No header can be made.");
    e->headers = more;
    return OK;
}

static error names_of(arena *a, text json, bool of_objects, text *out, size_t *count)
{
    json_t *list, *one;
    size_t i;
    json_writer w = json_writer_in(a);
    TRY(json_read(a, json, &list));
    *count = json_array_size(list);
    json_open(&w, '[');
    json_array_foreach(list, i, one) json_write_text(&w, json_text_of(of_objects ? json_object_get(one, "name") : one));
    json_close(&w, ']');
    *out = json_written(&w);
    return OK;
}

static error set_headers(platform *app, arena *a, endpoint *e, const prediction_endpoint_row *stored)
{
    TRY(add_header(a, e, "Content-Type: application/json"));
    TRY(add_header(a, e, "Accept: application/json"));
    TRY(add_header(a, e, "Expect:"));
    if (!text_is(stored->header_name)) return OK;
    text secret;
    TRY(unseal(a, app->endpoint_key, stored->header_sealed, &secret));
    return add_header(a, e, text_format(a, "%.*s: %.*s", PRINT(stored->header_name), PRINT(secret)).data);
}

error endpoint_of_model(platform *app, scope *db, arena *a, const model_row *row, predictor *out)
{
    endpoint *e = ARENA_NEW(a, endpoint);
    prediction_endpoint_row stored;
    target t = { 0 };
    text outputs;
    TRY(sql_prediction_endpoint_by_id(db, &(sql_prediction_endpoint_by_id_in){ .id = row->endpoint_id.value },
                                      &stored));
    /* Anew: the list may have become shorter since the model was registered. */
    TRY(endpoint_check(a, app, stored.url));
    TRY(parse(a, stored.url, &t));
    *e = (endpoint){
        .app = app, .url = text_string(a, stored.url), .host = t.host, .may_loop_back = allows_loopback(app, t.host)
    };
    TRY(names_of(a, row->features, true, &e->columns, &e->features));
    TRY(names_of(a, row->outputs, false, &outputs, &e->outputs));
    e->curl = curl_easy_init();
    if (!e->curl) return fail(a, INTERNAL, "", "No endpoint can be asked.");
    arena_defer(a, release, e);
    TRY(set_headers(app, a, e, &stored));
    set_bounds(e->curl, e->may_loop_back);
    curl_easy_setopt(e->curl, CURLOPT_URL, e->url);
    curl_easy_setopt(e->curl, CURLOPT_HTTPHEADER, e->headers);
    curl_easy_setopt(e->curl, CURLOPT_ERRORBUFFER, e->problem);
    curl_easy_setopt(e->curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(e->curl, CURLOPT_OPENSOCKETDATA, e);
    curl_easy_setopt(e->curl, CURLOPT_WRITEFUNCTION, take_answer);
    *out = (predictor){ .context = e, .feature_count = e->features, .output_count = e->outputs, .predict = predict };
    return OK;
}

/* ------------------------------------------------------------------ of a program */

void models_take_key(platform *app, const uint8_t master_key[MASTER_KEY_BYTES])
{
    seal_key_for(master_key, "aic prediction endpoints", app->endpoint_key);
}

void models_allow_hosts(arena *a, platform *app, text hosts)
{
    text *items = ARENA_ARRAY(a, hosts.length + 1, text);
    size_t count = 0;
    for (size_t from = 0; from < hosts.length;) {
        const char *comma = memchr(hosts.data + from, ',', hosts.length - from);
        size_t end = comma ? (size_t)(comma - hosts.data) : hosts.length;
        text one = text_trim((text){ hosts.data + from, end - from });
        if (one.length) items[count++] = one;
        from = end + 1;
    }
    app->prediction_hosts = (text_list){ items, count };
}
