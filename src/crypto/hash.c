#include "crypto/hash.h"

#include <openssl/evp.h>

#include <stdlib.h>

struct sha256_stream {
    EVP_MD_CTX *context;
};

/* OpenSSL's digests fail only without memory. */
static void must(int done)
{
    if (done != 1) abort();
}

void sha256(const void *data, size_t length, uint8_t out[32])
{
    must(EVP_Digest(length ? data : "", length, out, NULL, EVP_sha256(), NULL));
}

text sha256_bytes(arena *a, text data)
{
    uint8_t *digest = arena_alloc(a, 33);
    sha256(data.data, data.length, digest);
    return (text){ (const char *)digest, 32 };
}

text sha256_hex(arena *a, text data)
{
    uint8_t digest[32];
    sha256(data.data, data.length, digest);
    return text_hex(a, digest, sizeof digest);
}

static void release_context(void *context)
{
    EVP_MD_CTX_free(context);
}

sha256_stream *sha256_start(arena *a)
{
    sha256_stream *s = ARENA_NEW(a, sha256_stream);
    s->context = EVP_MD_CTX_new();
    if (!s->context) abort();
    arena_defer(a, release_context, s->context);
    must(EVP_DigestInit_ex(s->context, EVP_sha256(), NULL));
    return s;
}

void sha256_more(sha256_stream *s, text data)
{
    if (data.length) must(EVP_DigestUpdate(s->context, data.data, data.length));
}

text sha256_finish(arena *a, sha256_stream *s)
{
    uint8_t *digest = arena_alloc(a, 33);
    must(EVP_DigestFinal_ex(s->context, digest, NULL));
    return (text){ (const char *)digest, 32 };
}
