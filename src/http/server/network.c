#include "http/server/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

/* ------------------------------------------------------------------ networks */

/* IPv4 is kept as ::ffff:a.b.c.d, so that one comparison serves both. */
typedef struct network {
    uint8_t bytes[16];
    int bits;
} network;

struct networks {
    network *rows;
    size_t count;
};

static bool parse_address(text t, uint8_t out[16], bool *is_v4)
{
    char copy[INET6_ADDRSTRLEN];
    if (t.length == 0 || t.length >= sizeof copy) return false;
    memcpy(copy, t.data, t.length);
    copy[t.length] = 0;
    *is_v4 = memchr(t.data, ':', t.length) == NULL;
    if (!*is_v4) return inet_pton(AF_INET6, copy, out) == 1;
    memset(out, 0, 10);
    memset(out + 10, 0xFF, 2);
    return inet_pton(AF_INET, copy, out + 12) == 1;
}

static bool parse_network(text t, network *out)
{
    const char *slash = t.length ? memchr(t.data, '/', t.length) : NULL;
    text address = { t.data, slash ? (size_t)(slash - t.data) : t.length };
    bool is_v4;
    int64_t bits;
    if (!parse_address(address, out->bytes, &is_v4)) return false;
    int most = is_v4 ? 32 : 128;
    bits = most;
    if (slash && !text_integer((text){ slash + 1, t.length - address.length - 1 }, &bits)) return false;
    out->bits = (int)bits + 128 - most;
    return bits >= 0 && bits <= most;
}

error networks_read(arena *a, text list, networks **out)
{
    networks *n = ARENA_NEW(a, networks);
    n->rows = ARENA_ARRAY(a, list.length / 2 + 1, network);
    for (size_t from = 0; from < list.length;) {
        const char *comma = memchr(list.data + from, ',', list.length - from);
        size_t length = comma ? (size_t)(comma - list.data) - from : list.length - from;
        text one = text_trim((text){ list.data + from, length });
        if (one.length && !parse_network(one, &n->rows[n->count++]))
            return fail(a, INVALID, "", "\"%.*s\" is not an address or network such as 10.0.0.0/8.", PRINT(one));
        from += length + 1;
    }
    *out = n;
    return OK;
}

static bool is_within(const network *n, const uint8_t address[16])
{
    int whole = n->bits / 8, rest = n->bits % 8;
    if (memcmp(n->bytes, address, (size_t)whole) != 0) return false;
    return rest == 0 || (n->bytes[whole] ^ address[whole]) >> (8 - rest) == 0;
}

bool networks_hold(const networks *n, text address)
{
    uint8_t bytes[16];
    bool is_v4;
    if (!parse_address(address, bytes, &is_v4)) return false;
    for (size_t i = 0; i < n->count; i++)
        if (is_within(&n->rows[i], bytes)) return true;
    return false;
}

/* ------------------------------------------------------------------ clients */

text address_text(arena *a, const struct sockaddr *address)
{
    char *out = arena_alloc(a, INET6_ADDRSTRLEN);
    const char *made = NULL;
    if (address->sa_family == AF_INET) {
        made =
            inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, out, INET6_ADDRSTRLEN);
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        made = IN6_IS_ADDR_V4MAPPED(six) ? inet_ntop(AF_INET, six->s6_addr + 12, out, INET6_ADDRSTRLEN)
                                         : inet_ntop(AF_INET6, six, out, INET6_ADDRSTRLEN);
    }
    return text_of(made ? made : "unknown");
}

text client_address(const networks *trusted, text peer, text forwarded_for)
{
    text who = peer;
    while (forwarded_for.length && networks_hold(trusted, who)) {
        size_t start = forwarded_for.length;
        while (start && forwarded_for.data[start - 1] != ',') start--;
        text last = text_trim((text){ forwarded_for.data + start, forwarded_for.length - start });
        uint8_t bytes[16];
        bool is_v4;
        if (!parse_address(last, bytes, &is_v4)) return who;
        who = last;
        forwarded_for.length = start ? start - 1 : 0;
    }
    return who;
}

bool is_loopback_host(text host)
{
    const char *bracket = host.length ? memchr(host.data, ']', host.length) : NULL;
    size_t from = bracket ? (size_t)(bracket - host.data) : 0;
    const char *colon = host.length ? memchr(host.data + from, ':', host.length - from) : NULL;
    text name = { host.data, colon ? (size_t)(colon - host.data) : host.length };
    uint8_t bytes[16];
    bool is_v4;
    if (text_equal_string(name, "localhost") || text_equal_string(name, "[::1]")) return true;
    return parse_address(name, bytes, &is_v4) && is_v4 && bytes[12] == 127;
}

/* ------------------------------------------------------------------ listening */

static error split_listen(arena *a, text where, const char **host, const char **port)
{
    size_t colon = where.length;
    while (colon && where.data[colon - 1] != ':') colon--;
    if (colon == 0 || colon == where.length)
        return fail(a, INVALID, "", "\"%.*s\" is no place to listen; expected host:port such as 127.0.0.1:8080.",
                    PRINT(where));
    text name = { where.data, colon - 1 };
    bool in_brackets = name.length >= 2 && name.data[0] == '[' && name.data[name.length - 1] == ']';
    if (in_brackets) name = (text){ name.data + 1, name.length - 2 };
    bool is_any = name.length == 0 || text_equal_string(name, "*");
    *host = is_any ? NULL : text_string(a, name);
    *port = text_string(a, (text){ where.data + colon, where.length - colon });
    return OK;
}

static int socket_at(const struct addrinfo *at)
{
    const int on = 1;
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0) return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage bound = { 0 };
    socklen_t size = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0) return 0;
    if (bound.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
    return ntohs(((struct sockaddr_in *)&bound)->sin_port);
}

static error listen_in(arena *a, text where, int family, const char *host, const char *service, int *fd)
{
    struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;
    int bad = getaddrinfo(host, service, &hints, &found);
    if (bad) return fail(a, INVALID, "", "Cannot listen at %.*s: %s.", PRINT(where), gai_strerror(bad));
    *fd = -1;
    for (const struct addrinfo *at = found; at && *fd < 0; at = at->ai_next) *fd = socket_at(at);
    int why = errno;
    freeaddrinfo(found);
    if (*fd >= 0) return OK;
    return fail(a, UNAVAILABLE, "", "Cannot listen at %.*s: %s.", PRINT(where), strerror(why));
}

error listen_at(arena *a, text where, int *fd, int *port)
{
    const char *host = NULL, *service = NULL;
    TRY(split_listen(a, where, &host, &service));
    /* Everywhere means one IPv6 socket that takes IPv4 too, or IPv4 alone on a machine without IPv6. */
    error bad = listen_in(a, where, host ? AF_UNSPEC : AF_INET6, host, service, fd);
    if (bad && !host) bad = listen_in(a, where, AF_INET, host, service, fd);
    TRY(bad);
    *port = port_of(*fd);
    return OK;
}
