#include "crypto/cose.h"

#include "crypto/webauthn.h"

#include <cbor.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

/* ------------------------------------------------------------------ CBOR */

static void set_number(cbor_value *out, uint64_t n, bool is_negative)
{
    if (n > INT64_MAX) return; /* stays CBOR_NOTHING */
    *out = (cbor_value){ .kind = CBOR_NUMBER, .number = is_negative ? -1 - (int64_t)n : (int64_t)n };
}

static void on_uint8(void *out, uint8_t n)
{
    set_number(out, n, false);
}
static void on_uint16(void *out, uint16_t n)
{
    set_number(out, n, false);
}
static void on_uint32(void *out, uint32_t n)
{
    set_number(out, n, false);
}
static void on_uint64(void *out, uint64_t n)
{
    set_number(out, n, false);
}
static void on_negint8(void *out, uint8_t n)
{
    set_number(out, n, true);
}
static void on_negint16(void *out, uint16_t n)
{
    set_number(out, n, true);
}
static void on_negint32(void *out, uint32_t n)
{
    set_number(out, n, true);
}
static void on_negint64(void *out, uint64_t n)
{
    set_number(out, n, true);
}

static void on_bytes(void *out, cbor_data data, size_t length)
{
    *(cbor_value *)out = (cbor_value){ .kind = CBOR_BYTES, .bytes = { (const char *)data, length } };
}

static void on_text(void *out, cbor_data data, size_t length)
{
    *(cbor_value *)out = (cbor_value){ .kind = CBOR_TEXT, .bytes = { (const char *)data, length } };
}

static void on_list(void *out, size_t count)
{
    *(cbor_value *)out = (cbor_value){ .kind = CBOR_LIST, .count = count };
}

static void on_map(void *out, size_t pairs)
{
    *(cbor_value *)out = (cbor_value){ .kind = CBOR_MAP, .count = pairs };
}

static void on_bool(void *out, bool value)
{
    (void)value;
    *(cbor_value *)out = (cbor_value){ .kind = CBOR_OTHER };
}

static void on_null(void *out)
{
    *(cbor_value *)out = (cbor_value){ .kind = CBOR_OTHER };
}

static void on_float(void *out, float value)
{
    (void)value;
    *(cbor_value *)out = (cbor_value){ .kind = CBOR_OTHER };
}

static void on_double(void *out, double value)
{
    (void)value;
    *(cbor_value *)out = (cbor_value){ .kind = CBOR_OTHER };
}

/* What has no callback here (tags, items of no definite length) leaves CBOR_NOTHING. */
static struct cbor_callbacks callbacks(void)
{
    struct cbor_callbacks c = cbor_empty_callbacks;
    c.uint8 = on_uint8, c.uint16 = on_uint16, c.uint32 = on_uint32, c.uint64 = on_uint64;
    c.negint8 = on_negint8, c.negint16 = on_negint16, c.negint32 = on_negint32, c.negint64 = on_negint64;
    c.byte_string = on_bytes, c.string = on_text;
    c.array_start = on_list, c.map_start = on_map;
    c.boolean = on_bool, c.null = on_null, c.undefined = on_null;
    c.float2 = on_float, c.float4 = on_float, c.float8 = on_double;
    return c;
}

bool cbor_take(text *rest, cbor_value *out)
{
    struct cbor_callbacks on = callbacks();
    *out = (cbor_value){ .kind = CBOR_NOTHING };
    if (!rest->data || rest->length == 0) return false;
    struct cbor_decoder_result read = cbor_stream_decode((const unsigned char *)rest->data, rest->length, &on, out);
    if (read.status != CBOR_DECODER_FINISHED || out->kind == CBOR_NOTHING || read.read > rest->length) return false;
    *rest = (text){ rest->data + read.read, rest->length - read.read };
    /* Each item that is still to come takes a byte at least. */
    return out->count <= rest->length;
}

static bool skip(text *rest, int depth) // NOLINT(misc-no-recursion)
{
    enum { MOST_DEPTH = 8 };
    cbor_value value;
    if (depth > MOST_DEPTH || !cbor_take(rest, &value)) return false;
    size_t items = value.kind == CBOR_MAP ? 2 * value.count : value.count;
    for (size_t i = 0; i < items; i++)
        if (!skip(rest, depth + 1)) return false;
    return true;
}

bool cbor_skip(text *rest)
{
    return skip(rest, 0);
}

/* ------------------------------------------------------------------ COSE_Key */

enum { KTY = 1, ALG = 3, CRV = -1, X = -2, Y = -3, RSA_N = -1, RSA_E = -2 };
enum { OKP = 1, EC2 = 2, RSA_KEY = 3, P_256 = 1, ED25519 = 6 };

/* The members by label: 1, 3, -1, -2, -3; no other has a place in any of the three forms. */
typedef struct cose_key {
    cbor_value kty, alg, one, two, three;
} cose_key;

static error no_key(arena *a, const char *why)
{
    return fail(a, INVALID, "", "The public key cannot be used: %s.", why);
}

static cbor_value *member(cose_key *key, int64_t label)
{
    switch (label) {
    case KTY:
        return &key->kty;
    case ALG:
        return &key->alg;
    case -1:
        return &key->one;
    case -2:
        return &key->two;
    case -3:
        return &key->three;
    default:
        return NULL;
    }
}

static bool read_members(text *rest, cose_key *out)
{
    cbor_value map, label;
    *out = (cose_key){ 0 };
    if (!cbor_take(rest, &map) || map.kind != CBOR_MAP) return false;
    for (size_t i = 0; i < map.count; i++) {
        if (!cbor_take(rest, &label) || label.kind != CBOR_NUMBER) return false;
        cbor_value *place = member(out, label.number);
        if (!place || place->kind != CBOR_NOTHING || !cbor_take(rest, place)) return false;
        if (place->kind != CBOR_NUMBER && place->kind != CBOR_BYTES) return false;
    }
    return true;
}

static bool is_number(const cbor_value *value, int64_t n)
{
    return value->kind == CBOR_NUMBER && value->number == n;
}

static bool is_bytes(const cbor_value *value, size_t least, size_t most)
{
    return value->kind == CBOR_BYTES && value->bytes.length >= least && value->bytes.length <= most;
}

static EVP_PKEY *from_parameters(const char *type, OSSL_PARAM *parameters)
{
    EVP_PKEY *made = NULL;
    EVP_PKEY_CTX *context = parameters ? EVP_PKEY_CTX_new_from_name(NULL, type, NULL) : NULL;
    if (!context || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &made, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        made = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return made;
}

/* The uncompressed point; OpenSSL takes none that is not on the curve. */
static EVP_PKEY *elliptic(const cose_key *key)
{
    unsigned char point[65] = { 4 };
    memcpy(point + 1, key->two.bytes.data, 32);
    memcpy(point + 33, key->three.bytes.data, 32);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) == 1)
        parameters = OSSL_PARAM_BLD_to_param(build);
    OSSL_PARAM_BLD_free(build);
    return from_parameters("EC", parameters);
}

static EVP_PKEY *rivest(const cose_key *key)
{
    BIGNUM *n = BN_bin2bn((const unsigned char *)key->one.bytes.data, (int)key->one.bytes.length, NULL);
    BIGNUM *e = BN_bin2bn((const unsigned char *)key->two.bytes.data, (int)key->two.bytes.length, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    bool is_sound = n && e && BN_num_bits(n) >= 2048 && BN_is_odd(n) && BN_is_odd(e) && BN_num_bits(e) >= 17;
    if (is_sound && build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        parameters = OSSL_PARAM_BLD_to_param(build);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY *made = from_parameters("RSA", parameters);
    BN_free(n);
    BN_free(e);
    return made;
}

static error key_of(arena *a, const cose_key *key, EVP_PKEY **out)
{
    *out = NULL;
    if (is_number(&key->kty, EC2) && is_number(&key->alg, COSE_ES256) && is_number(&key->one, P_256) &&
        is_bytes(&key->two, 32, 32) && is_bytes(&key->three, 32, 32))
        *out = elliptic(key);
    else if (is_number(&key->kty, RSA_KEY) && is_number(&key->alg, COSE_RS256) && is_bytes(&key->one, 256, 512) &&
             is_bytes(&key->two, 3, 4) && key->three.kind == CBOR_NOTHING)
        *out = rivest(key);
    else if (is_number(&key->kty, OKP) && is_number(&key->alg, COSE_EDDSA) && is_number(&key->one, ED25519) &&
             is_bytes(&key->two, 32, 32) && key->three.kind == CBOR_NOTHING)
        *out = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)key->two.bytes.data, 32);
    else
        return no_key(a, "it is of no kind that is taken (ES256, RS256, EdDSA)");
    return *out ? OK : no_key(a, "its numbers do not make a key");
}

error cose_key_take(arena *a, text *rest, text *key)
{
    text start = *rest;
    cose_key members;
    EVP_PKEY *made = NULL;
    if (!read_members(rest, &members)) return no_key(a, "it cannot be read");
    *key = (text){ start.data, start.length - rest->length };
    if (key->length > WEBAUTHN_PUBLIC_KEY_MOST) return no_key(a, "it is too long");
    TRY(key_of(a, &members, &made));
    EVP_PKEY_free(made);
    return OK;
}

error cose_verify(arena *a, text key, text message, text signature, bool *fits)
{
    cose_key members;
    EVP_PKEY *made = NULL;
    *fits = false;
    if (!read_members(&key, &members) || key.length) return no_key(a, "it cannot be read");
    TRY(key_of(a, &members, &made));
    const EVP_MD *digest = is_number(&members.alg, COSE_EDDSA) ? NULL : EVP_sha256();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    *fits = context && EVP_DigestVerifyInit(context, NULL, digest, NULL, made) == 1 &&
            EVP_DigestVerify(context, (const unsigned char *)signature.data, signature.length,
                             (const unsigned char *)message.data, message.length) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(made);
    return OK;
}
