#include "crypto/signing_key.h"

#include "crypto/hash.h"
#include "crypto/random.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdlib.h>

static void release_key(void *key)
{
    EVP_PKEY_free(key);
}

static signing_key *key_of(arena *a, EVP_PKEY *pair, text kid)
{
    signing_key *key = ARENA_NEW(a, signing_key);
    arena_defer(a, release_key, pair);
    *key = (signing_key){ .pair = pair, .kid = kid };
    return key;
}

static text kid_of(arena *a, const EVP_PKEY *pair)
{
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(pair, &der);
    if (length <= 0) abort();
    uint8_t digest[32];
    sha256(der, (size_t)length, digest);
    OPENSSL_free(der);
    return text_hex(a, digest, 16);
}

error signing_key_new(arena *a, signing_key **out)
{
    EVP_PKEY *pair = EVP_RSA_gen(2048);
    if (!pair) return fail(a, INTERNAL, "", "A signing key cannot be made.");
    *out = key_of(a, pair, kid_of(a, pair));
    return OK;
}

error signing_key_load(arena *a, text private_pem, text kid, signing_key **out)
{
    BIO *in = BIO_new_mem_buf(private_pem.data, (int)private_pem.length);
    EVP_PKEY *pair = in ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL) : NULL;
    BIO_free(in);
    if (!pair) return fail(a, INTERNAL, "", "The signing key %.*s cannot be read.", PRINT(kid));
    if (!EVP_PKEY_is_a(pair, "RSA")) {
        EVP_PKEY_free(pair);
        return fail(a, INTERNAL, "", "The signing key %.*s is not an RSA key.", PRINT(kid));
    }
    *out = key_of(a, pair, text_copy(a, kid));
    if (text_equal(kid, kid_of(a, pair))) return OK;
    return fail(a, INTERNAL, "", "The signing key %.*s is another key than its kid says.", PRINT(kid));
}

text signing_key_kid(const signing_key *key)
{
    return key->kid;
}

void signing_key_ends(signing_key *key, instant not_after)
{
    key->not_after = not_after;
}

bool signing_key_verifies(const signing_key *key, instant now)
{
    return key->not_after == 0 || now < key->not_after;
}

static text pem_of(arena *a, const signing_key *key, bool is_private)
{
    BIO *out = BIO_new(BIO_s_mem());
    int done = out ? (is_private ? PEM_write_bio_PKCS8PrivateKey(out, key->pair, NULL, NULL, 0, NULL, NULL)
                                 : PEM_write_bio_PUBKEY(out, key->pair))
                   : 0;
    if (done != 1) abort(); /* only without memory */
    char *data;
    long length = BIO_get_mem_data(out, &data);
    text pem = text_copy(a, (text){ data, (size_t)length });
    BIO_free(out);
    return pem;
}

text signing_key_private_pem(arena *a, const signing_key *key)
{
    return pem_of(a, key, true);
}

text signing_key_public_pem(arena *a, const signing_key *key)
{
    return pem_of(a, key, false);
}

static text number_of(arena *a, const signing_key *key, const char *name)
{
    BIGNUM *number = NULL;
    if (!EVP_PKEY_get_bn_param(key->pair, name, &number)) abort();
    size_t length = (size_t)BN_num_bytes(number);
    unsigned char *bytes = arena_alloc(a, length);
    BN_bn2bin(number, bytes);
    BN_free(number);
    return base64url(a, bytes, length);
}

text signing_key_jwk(arena *a, const signing_key *key)
{
    text n = number_of(a, key, OSSL_PKEY_PARAM_RSA_N), e = number_of(a, key, OSSL_PKEY_PARAM_RSA_E);
    return text_format(
        a, "{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"%.*s\",\"n\":\"%.*s\",\"e\":\"%.*s\"}",
        PRINT(key->kid), PRINT(n), PRINT(e));
}
