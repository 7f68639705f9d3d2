#include "crypto/webauthn.h"

#include "base/json.h"
#include "crypto/cose.h"
#include "crypto/hash.h"

static error refuse(arena *a, const char *why)
{
    return fail(a, INVALID, "", "The passkey's answer is refused: %s.", why);
}

/* ------------------------------------------------------------------ client data */

static error read_client_data(arena *a, text client_data, json_t **out)
{
    if (client_data.length > WEBAUTHN_CLIENT_DATA_MOST) return refuse(a, "the client data is too long");
    if (json_read(a, client_data, out) || !json_is_object(*out)) return refuse(a, "the client data cannot be read");
    return OK;
}

text webauthn_challenge(arena *a, text client_data)
{
    json_t *object;
    return read_client_data(a, client_data, &object) ? NO_TEXT : json_text_of(json_object_get(object, "challenge"));
}

static error check_client_data(arena *a, const webauthn_check *check, text client_data, const char *type)
{
    json_t *object;
    TRY(read_client_data(a, client_data, &object));
    if (!text_equal_string(json_text_of(json_object_get(object, "type")), type))
        return refuse(a, "it was made for something else");
    if (!text_equal(json_text_of(json_object_get(object, "challenge")), check->challenge))
        return refuse(a, "it answers another challenge");
    if (!text_equal(json_text_of(json_object_get(object, "origin")), check->origin))
        return refuse(a, "it was made on another site");
    const json_t *crossed = json_object_get(object, "crossOrigin");
    if ((crossed && !json_is_false(crossed)) || json_object_get(object, "topOrigin"))
        return refuse(a, "it was made inside another site");
    return OK;
}

/* ------------------------------------------------------------------ authenticator data */

enum { HEAD_BYTES = 37, AAGUID_BYTES = 16 };
enum {
    USER_PRESENT = 0x01,
    USER_VERIFIED = 0x04,
    BACKUP_ELIGIBLE = 0x08,
    BACKED_UP = 0x10,
    HOLDS_CREDENTIAL = 0x40,
    HOLDS_EXTENSIONS = 0x80
};

typedef struct authenticator_data {
    uint8_t flags;
    int64_t sign_count;
    text rest; /* credential and extensions */
} authenticator_data;

static error read_head(arena *a, const webauthn_check *check, text bytes, authenticator_data *out)
{
    const unsigned char *at = (const unsigned char *)bytes.data;
    if (bytes.length < HEAD_BYTES || bytes.length > WEBAUTHN_AUTHENTICATOR_DATA_MOST)
        return refuse(a, "the authenticator data is of a wrong length");
    uint8_t expected[32];
    sha256(check->relying_party.data, check->relying_party.length, expected);
    if (memcmp(at, expected, sizeof expected) != 0) return refuse(a, "it was made for another site");
    out->flags = at[32];
    out->sign_count = (int64_t)at[33] << 24 | (int64_t)at[34] << 16 | (int64_t)at[35] << 8 | (int64_t)at[36];
    out->rest = (text){ bytes.data + HEAD_BYTES, bytes.length - HEAD_BYTES };
    if (!(out->flags & USER_PRESENT)) return refuse(a, "nobody was there to say yes");
    if (check->wants_verified_user && !(out->flags & USER_VERIFIED))
        return refuse(a, "the device did not make sure who it was");
    if ((out->flags & BACKED_UP) && !(out->flags & BACKUP_ELIGIBLE))
        return refuse(a, "it is backed up and cannot be backed up");
    return OK;
}

static error check_tail(arena *a, authenticator_data *data)
{
    text rest = data->rest;
    if (data->flags & HOLDS_EXTENSIONS) {
        cbor_value map;
        text look = rest;
        if (!cbor_take(&look, &map) || map.kind != CBOR_MAP || !cbor_skip(&rest))
            return refuse(a, "its extensions cannot be read");
    }
    return rest.length ? refuse(a, "bytes follow its end") : OK;
}

/* ------------------------------------------------------------------ registering */

static error read_credential(arena *a, authenticator_data *data, webauthn_credential *out)
{
    text rest = data->rest;
    if (!(data->flags & HOLDS_CREDENTIAL)) return refuse(a, "it holds no credential");
    if (rest.length < AAGUID_BYTES + 2) return refuse(a, "the credential is cut short");
    const unsigned char *at = (const unsigned char *)rest.data + AAGUID_BYTES;
    size_t length = (size_t)at[0] << 8 | at[1];
    rest = (text){ rest.data + AAGUID_BYTES + 2, rest.length - AAGUID_BYTES - 2 };
    if (length < WEBAUTHN_CREDENTIAL_ID_LEAST || length > WEBAUTHN_CREDENTIAL_ID_MOST || length > rest.length)
        return refuse(a, "the credential's id is of a wrong length");
    out->id = (text){ rest.data, length };
    data->rest = (text){ rest.data + length, rest.length - length };
    return cose_key_take(a, &data->rest, &out->public_key);
}

/* A member of an attestation object is there once, and of its kind. */
static bool take_member(text *rest, text *format, text *data, bool *has_statement)
{
    cbor_value name, value;
    if (!cbor_take(rest, &name) || name.kind != CBOR_TEXT) return false;
    if (text_equal_string(name.bytes, "attStmt")) {
        text look = *rest;
        bool is_map = cbor_take(&look, &value) && value.kind == CBOR_MAP && !*has_statement;
        *has_statement = true;
        return is_map && (value.count == 0 || !text_equal_string(*format, "none")) && cbor_skip(rest);
    }
    bool is_format = text_equal_string(name.bytes, "fmt");
    text *place = is_format ? format : text_equal_string(name.bytes, "authData") ? data : NULL;
    if (!place || text_is(*place) || !cbor_take(rest, &value)) return false;
    *place = value.bytes;
    return value.kind == (is_format ? CBOR_TEXT : CBOR_BYTES);
}

static error read_attestation(arena *a, text attestation, text *data)
{
    cbor_value map;
    text rest = attestation, format = NO_TEXT;
    bool has_statement = false;
    *data = NO_TEXT;
    if (attestation.length > WEBAUTHN_ATTESTATION_MOST) return refuse(a, "the attestation is too long");
    bool is_sound = cbor_take(&rest, &map) && map.kind == CBOR_MAP && map.count == 3;
    for (size_t i = 0; is_sound && i < map.count; i++) is_sound = take_member(&rest, &format, data, &has_statement);
    if (!is_sound || rest.length || !has_statement || !text_is(format) || !text_is(*data))
        return refuse(a, "the attestation cannot be read");
    return OK;
}

error webauthn_register(arena *a, const webauthn_check *check, text client_data, text attestation,
                        webauthn_credential *out)
{
    text bytes;
    authenticator_data data = { 0 };
    *out = (webauthn_credential){ 0 };
    TRY(check_client_data(a, check, client_data, "webauthn.create"));
    TRY(read_attestation(a, attestation, &bytes));
    TRY(read_head(a, check, bytes, &data));
    TRY(read_credential(a, &data, out));
    TRY(check_tail(a, &data));
    out->sign_count = data.sign_count;
    out->backup_eligible = data.flags & BACKUP_ELIGIBLE;
    out->backed_up = data.flags & BACKED_UP;
    return OK;
}

/* ------------------------------------------------------------------ signing in */

error webauthn_assert(arena *a, const webauthn_check *check, const webauthn_credential *known,
                      const webauthn_assertion *in, webauthn_proof *out)
{
    authenticator_data data = { 0 };
    bool fits = false;
    *out = (webauthn_proof){ 0 };
    TRY(check_client_data(a, check, in->client_data, "webauthn.get"));
    TRY(read_head(a, check, in->authenticator_data, &data));
    if (data.flags & HOLDS_CREDENTIAL) return refuse(a, "it holds a credential of its own");
    TRY(check_tail(a, &data));
    if (!!(data.flags & BACKUP_ELIGIBLE) != known->backup_eligible)
        return refuse(a, "it says otherwise than before whether it can be backed up");
    if (in->signature.length > WEBAUTHN_SIGNATURE_MOST) return refuse(a, "the signature is too long");
    text hash = sha256_bytes(a, in->client_data);
    text_builder message = text_builder_in(a);
    text_add(&message, in->authenticator_data);
    text_add(&message, hash);
    TRY(cose_verify(a, known->public_key, text_built(&message), in->signature, &fits));
    if (!fits) return refuse(a, "the signature does not fit");
    out->sign_count = data.sign_count;
    out->user_verified = data.flags & USER_VERIFIED;
    out->backed_up = data.flags & BACKED_UP;
    bool counts = known->sign_count > 0 || data.sign_count > 0;
    out->counter_went_back = counts && data.sign_count <= known->sign_count;
    return OK;
}
