#include "crypto/token.h"

#include "base/json.h"
#include "crypto/random.h"
#include "crypto/signing_key.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ signing */

static text encode_json(arena *a, const json_writer *w)
{
    text json = json_written(w);
    return base64url(a, json.data, json.length);
}

static text head_of(arena *a, const signing_key *key)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "alg"), json_write_string(&w, "RS256");
    json_key(&w, "kid"), json_write_text(&w, key->kid);
    json_key(&w, "typ"), json_write_string(&w, "JWT");
    json_close(&w, '}');
    return encode_json(a, &w);
}

static text payload_of(arena *a, const token_claims *c)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "iss"), json_write_text(&w, c->issuer);
    json_key(&w, "aud"), json_write_text(&w, c->audience);
    json_key(&w, "sub"), json_write_uuid(&w, c->subject);
    json_key(&w, "org"), json_write_uuid(&w, c->org);
    json_key(&w, "role"), json_write_text(&w, c->role);
    if (text_is(c->scope)) json_key(&w, "scope"), json_write_text(&w, c->scope);
    json_key(&w, "super"), json_write_bool(&w, c->is_super_admin);
    json_key(&w, "jti"), json_write_uuid(&w, c->jti);
    if (c->authenticated_at) json_key(&w, "auth_time"), json_write_integer(&w, c->authenticated_at / SECONDS(1));
    json_key(&w, "iat"), json_write_integer(&w, c->issued_at / SECONDS(1));
    json_key(&w, "exp"), json_write_integer(&w, c->expires_at / SECONDS(1));
    json_close(&w, '}');
    return encode_json(a, &w);
}

error token_sign(arena *a, const signing_key *key, const token_claims *claims, text *out)
{
    text head = head_of(a, key), payload = payload_of(a, claims);
    text signed_part = text_format(a, "%.*s.%.*s", PRINT(head), PRINT(payload));
    unsigned char signature[512];
    size_t length = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done =
        context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->pair) == 1 &&
        EVP_DigestSign(context, signature, &length, (const unsigned char *)signed_part.data, signed_part.length) == 1;
    EVP_MD_CTX_free(context);
    if (!done) return fail(a, INTERNAL, "", "A token cannot be signed.");
    text encoded = base64url(a, signature, length);
    *out = text_format(a, "%.*s.%.*s", PRINT(signed_part), PRINT(encoded));
    return OK;
}

/* ------------------------------------------------------------------ verifying */

static error unreadable(arena *a)
{
    return fail(a, UNAUTHENTICATED, "", "The access token cannot be read. Sign in again.");
}

static error part_json(arena *a, text part, json_t **out)
{
    text json;
    if (!base64url_read(a, part, &json) || json_read(a, json, out) || !json_is_object(*out)) return unreadable(a);
    return OK;
}

static const signing_key *key_named(signing_key *const *keys, size_t count, text kid)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(keys[i]->kid, kid)) return keys[i];
    return NULL;
}

text token_kid(arena *a, text token)
{
    json_t *object;
    const char *dot = token.length <= TOKEN_MOST_BYTES ? memchr(token.data, '.', token.length) : NULL;
    if (!dot || part_json(a, (text){ token.data, (size_t)(dot - token.data) }, &object)) return NO_TEXT;
    return json_text_of(json_object_get(object, "kid"));
}

/* A token without kid is tried against the active key (the first) only. */
static error find_key(arena *a, text head, signing_key *const *keys, size_t count, instant now, const signing_key **out)
{
    json_t *object;
    TRY(part_json(a, head, &object));
    if (!text_equal_string(json_text_of(json_object_get(object, "alg")), "RS256") || json_object_get(object, "crit"))
        return fail(a, UNAUTHENTICATED, "", "The access token is not signed as this server signs. Sign in again.");
    text kid = json_text_of(json_object_get(object, "kid"));
    *out = text_is(kid) ? key_named(keys, count, kid) : (count ? keys[0] : NULL);
    if (*out && signing_key_verifies(*out, now)) return OK;
    return fail(a, UNAUTHENTICATED, "",
                "The access token was signed by a key that is no longer in use. Sign in again.");
}

static bool signature_fits(arena *a, const signing_key *key, text signed_part, text encoded)
{
    text signature;
    if (!base64url_read(a, encoded, &signature)) return false;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool fits = context && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key->pair) == 1 &&
                EVP_DigestVerify(context, (const unsigned char *)signature.data, signature.length,
                                 (const unsigned char *)signed_part.data, signed_part.length) == 1;
    EVP_MD_CTX_free(context);
    return fits;
}

static bool is_second(const json_t *value)
{
    const int64_t latest = 253402300799; /* the end of the year 9999 */
    return json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= latest;
}

static error read_not_before(arena *a, const json_t *value, maybe_instant *out)
{
    if (!value) return OK;
    if (!is_second(value)) return unreadable(a);
    *out = (maybe_instant){ true, SECONDS(json_integer_value(value)) };
    return OK;
}

static error read_claims(arena *a, text payload, token_claims *out)
{
    json_t *object;
    TRY(part_json(a, payload, &object));
    const json_t *issued = json_object_get(object, "iat"), *expires = json_object_get(object, "exp");
    const json_t *proven = json_object_get(object, "auth_time");
    *out = (token_claims){
        .role = json_text_of(json_object_get(object, "role")),
        .scope = json_text_of(json_object_get(object, "scope")),
        .issuer = json_text_of(json_object_get(object, "iss")),
        .audience = json_text_of(json_object_get(object, "aud")),
        .is_super_admin = json_is_true(json_object_get(object, "super")),
    };
    bool whole = is_second(issued) && is_second(expires) && text_is(out->role) && text_is(out->issuer) &&
                 text_is(out->audience) && uuid_parse(json_text_of(json_object_get(object, "sub")), &out->subject) &&
                 uuid_parse(json_text_of(json_object_get(object, "org")), &out->org) &&
                 uuid_parse(json_text_of(json_object_get(object, "jti")), &out->jti);
    bool has_proof = !proven || (is_second(proven) && json_integer_value(proven) <= json_integer_value(issued));
    if (!whole || !has_proof) return unreadable(a);
    TRY(read_not_before(a, json_object_get(object, "nbf"), &out->not_before));
    out->authenticated_at = proven ? SECONDS(json_integer_value(proven)) : 0;
    out->issued_at = SECONDS(json_integer_value(issued));
    out->expires_at = SECONDS(json_integer_value(expires));
    return OK;
}

error token_check_claims(arena *a, const token_claims *c, const token_check *check)
{
    if (!text_equal(c->issuer, check->issuer) || !text_equal(c->audience, check->audience))
        return fail(a, UNAUTHENTICATED, "", "The access token belongs to another server. Sign in again.");
    if (c->expires_at <= check->now)
        return fail(a, UNAUTHENTICATED, "", "The access token has expired. Refresh it, or sign in again.");
    instant begins = c->not_before.is_set && c->not_before.value > c->issued_at ? c->not_before.value : c->issued_at;
    if (begins > check->now + SECONDS(TOKEN_CLOCK_SKEW_SECONDS))
        return fail(a, UNAUTHENTICATED, "", "The access token is not valid yet. Sign in again.");
    return OK;
}

error token_verify(arena *a, text token, signing_key *const *keys, size_t key_count, const token_check *check,
                   token_claims *out, text *kid)
{
    if (token.length > TOKEN_MOST_BYTES) return unreadable(a);
    const char *first = memchr(token.data, '.', token.length);
    const char *second = first ? memchr(first + 1, '.', token.length - (size_t)(first + 1 - token.data)) : NULL;
    if (!second) return unreadable(a);
    text head = { token.data, (size_t)(first - token.data) };
    text payload = { first + 1, (size_t)(second - first - 1) };
    text signature = { second + 1, token.length - (size_t)(second + 1 - token.data) };
    const signing_key *key = NULL;
    TRY(find_key(a, head, keys, key_count, check->now, &key));
    if (kid) *kid = key->kid;
    if (!signature_fits(a, key, (text){ token.data, (size_t)(second - token.data) }, signature))
        return fail(a, UNAUTHENTICATED, "", "The access token's signature is wrong. Sign in again.");
    TRY(read_claims(a, payload, out));
    return token_check_claims(a, out, check);
}
