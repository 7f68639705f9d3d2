#include "features/rates/subjects.h"

#include <arpa/inet.h>
#include <string.h>

/* Where an IPv4 address begins in its IPv6 form, ::ffff:a.b.c.d. */
enum { V4_AT = 12 };
static const uint8_t mapped[V4_AT] = { [10] = 0xFF, [11] = 0xFF };

typedef struct prefix {
    int v4, v6;
} prefix;

/* One address of IPv4 and what one customer has of IPv6; their network and what one site has. */
static prefix prefix_of(subject_kind kind)
{
    return kind == BY_NETWORK ? (prefix){ .v4 = 24, .v6 = 48 } : (prefix){ .v4 = 32, .v6 = 64 };
}

rate_subject subject_of_person(uuid id)
{
    rate_subject out;
    memcpy(out.bytes, id.bytes, sizeof out.bytes);
    return out;
}

static bool is_v4(const rate_subject *subject)
{
    return memcmp(subject->bytes, mapped, sizeof mapped) == 0;
}

static void keep_bits(rate_subject *subject, int bits)
{
    for (int i = bits / 8; i < 16; i++) {
        int kept = i == bits / 8 ? 0xFF << (8 - bits % 8) : 0;
        subject->bytes[i] = (uint8_t)(subject->bytes[i] & kept);
    }
}

rate_subject subject_of_address(arena *a, subject_kind kind, text ip)
{
    const char *sent = text_string(a, ip);
    prefix counts = prefix_of(kind);
    rate_subject out = { 0 };
    if (inet_pton(AF_INET, sent, out.bytes + V4_AT) == 1)
        memcpy(out.bytes, mapped, sizeof mapped);
    else if (inet_pton(AF_INET6, sent, out.bytes) != 1)
        return (rate_subject){ 0 };
    keep_bits(&out, is_v4(&out) ? V4_AT * 8 + counts.v4 : counts.v6);
    return out;
}

text subject_name(arena *a, subject_kind kind, const rate_subject *subject)
{
    char shown[INET6_ADDRSTRLEN];
    prefix counts = prefix_of(kind);
    if (kind == BY_PERSON) {
        uuid id;
        memcpy(id.bytes, subject->bytes, sizeof id.bytes);
        return uuid_format(a, id);
    }
    if (!is_v4(subject)) {
        inet_ntop(AF_INET6, subject->bytes, shown, sizeof shown);
        return text_format(a, "%s/%d", shown, counts.v6);
    }
    inet_ntop(AF_INET, subject->bytes + V4_AT, shown, sizeof shown);
    return counts.v4 == 32 ? text_copy(a, text_of(shown)) : text_format(a, "%s/%d", shown, counts.v4);
}
