#include "crypto/seal.h"

#include <sodium.h>
#include <string.h>

enum { VERSION = 1, HEAD = 1 + crypto_secretbox_NONCEBYTES };

void seal_key_for(const uint8_t master_key[MASTER_KEY_BYTES], const char *purpose, uint8_t out[MASTER_KEY_BYTES])
{
    crypto_generichash(out, MASTER_KEY_BYTES, (const uint8_t *)purpose, strlen(purpose), master_key, MASTER_KEY_BYTES);
}

text seal(arena *a, const uint8_t master_key[MASTER_KEY_BYTES], text plain)
{
    size_t length = HEAD + crypto_secretbox_MACBYTES + plain.length;
    uint8_t *out = arena_alloc(a, length);
    out[0] = VERSION;
    randombytes_buf(out + 1, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(out + HEAD, (const uint8_t *)plain.data, plain.length, out + 1, master_key);
    return (text){ (const char *)out, length };
}

error unseal(arena *a, const uint8_t master_key[MASTER_KEY_BYTES], text sealed, text *out)
{
    static const char wrong[] =
        "A sealed secret cannot be opened: the master key is another one, or the secret was changed.";
    if (sealed.length < HEAD + crypto_secretbox_MACBYTES || sealed.data[0] != VERSION)
        return fail(a, INTERNAL, "", "%s", wrong);
    const uint8_t *bytes = (const uint8_t *)sealed.data;
    size_t length = sealed.length - HEAD - crypto_secretbox_MACBYTES;
    uint8_t *plain = arena_alloc(a, length + 1);
    if (crypto_secretbox_open_easy(plain, bytes + HEAD, sealed.length - HEAD, bytes + 1, master_key) != 0)
        return fail(a, INTERNAL, "", "%s", wrong);
    *out = (text){ (const char *)plain, length };
    return OK;
}
