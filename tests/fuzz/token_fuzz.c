/* Access tokens: whatever comes, nothing is accepted, since nobody but the key's holder can sign. An even first byte
 * gives the rest as it is; an odd one encodes its parts (ended by NUL), so that the JSON behind them is reached. */
#include "fuzz.h"

#include "crypto/random.h"
#include "crypto/token.h"

/* Made once a run: a new RSA key for each input would leave no time for anything else. */
static signing_key *the_key(void)
{
    static arena *kept;
    static signing_key *key;
    if (!kept) {
        kept = arena_new();
        MUST(!signing_key_new(kept, &key));
    }
    return key;
}

static text encoded_parts(arena *a, text rest)
{
    text_builder out = text_builder_in(a);
    while (rest.length) {
        const char *end = memchr(rest.data, 0, rest.length);
        size_t length = end ? (size_t)(end - rest.data) : rest.length;
        if (out.length) text_add_char(&out, '.');
        text_add(&out, base64url(a, rest.data, length));
        size_t taken = length + (end ? 1 : 0);
        rest = (text){ rest.data + taken, rest.length - taken };
    }
    return text_built(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    arena *a = arena_new();
    signing_key *key = the_key();
    text rest = text_from(data + 1, size - 1);
    token_check check = { .issuer = TEXT("here"), .audience = TEXT("aic"), .now = SECONDS(1772000000) };
    token_claims claims;
    error refused = token_verify(a, data[0] % 2 ? encoded_parts(a, rest) : rest, &key, 1, &check, &claims, NULL);
    MUST(refused && refused->kind == UNAUTHENTICATED);
    arena_drop(a);
    return 0;
}
