#include "crypto/webauthn.h"
#include "features/identity/passkeys.h"

/* ------------------------------------------------------------------ fields */

/* Characters of base64url of so many bytes. */
#define ENCODED(bytes) (((bytes)*4 + 2) / 3)
enum {
    CLIENT_DATA_LETTERS = ENCODED(WEBAUTHN_CLIENT_DATA_MOST),
    ATTESTATION_LETTERS = ENCODED(WEBAUTHN_ATTESTATION_MOST),
    AUTHENTICATOR_DATA_LETTERS = ENCODED(WEBAUTHN_AUTHENTICATOR_DATA_MOST),
    SIGNATURE_LETTERS = ENCODED(WEBAUTHN_SIGNATURE_MOST),
    USER_HANDLE_LETTERS = ENCODED(64),
    PUBLIC_KEY_LETTERS = ENCODED(2 * WEBAUTHN_PUBLIC_KEY_MOST),
    CREDENTIAL_ID_LETTERS = ENCODED(WEBAUTHN_CREDENTIAL_ID_MOST)
};

static const char *const type_names[] = { "public-key", NULL };

static const field descriptor_fields[] = { FIELD(passkey_descriptor, type, ONE_OF(type_names)),
                                           FIELD(passkey_descriptor, id, A_TEXT, .doc = "base64url"),
                                           FIELD(passkey_descriptor, transports, TEXTS), FIELDS_END };
static const field algorithm_fields[] = { FIELD(passkey_algorithm, type, ONE_OF(type_names)),
                                          FIELD(passkey_algorithm, alg, AN_INTEGER, .doc = "COSE's number"),
                                          FIELDS_END };
static const field rp_fields[] = { FIELD(struct passkey_rp, id, A_TEXT), FIELD(struct passkey_rp, name, A_TEXT),
                                   FIELDS_END };
static const field user_fields[] = { FIELD(struct passkey_user, id, A_TEXT, .doc = "base64url"),
                                     FIELD(struct passkey_user, name, A_TEXT),
                                     FIELD_AS(struct passkey_user, display_name, "displayName", A_TEXT), FIELDS_END };
static const field wish_fields[] = { FIELD_AS(struct passkey_wishes, resident_key, "residentKey", A_TEXT),
                                     FIELD_AS(struct passkey_wishes, user_verification, "userVerification", A_TEXT),
                                     FIELDS_END };
static const field creation_fields[] = {
    FIELD(passkey_creation, challenge, A_TEXT, .doc = "base64url; good once, for five minutes"),
    FIELD(passkey_creation, rp, OBJECT_OF(rp_fields)),
    FIELD(passkey_creation, user, OBJECT_OF(user_fields)),
    FIELD_AS(passkey_creation, algorithms, "pubKeyCredParams", LIST_OF(passkey_algorithm, algorithm_fields)),
    FIELD(passkey_creation, timeout, AN_INTEGER, .doc = "Milliseconds"),
    FIELD_AS(passkey_creation, known, "excludeCredentials", LIST_OF(passkey_descriptor, descriptor_fields)),
    FIELD_AS(passkey_creation, wishes, "authenticatorSelection", OBJECT_OF(wish_fields)),
    FIELD(passkey_creation, attestation, A_TEXT,
          .doc = "none: what kind of device it is, nobody asks and nobody trusts"),
    FIELDS_END
};
const field passkey_request_fields[] = {
    FIELD(passkey_request, challenge, A_TEXT, .doc = "base64url; good once, for five minutes"),
    FIELD_AS(passkey_request, relying_party, "rpId", A_TEXT),
    FIELD(passkey_request, timeout, AN_INTEGER, .doc = "Milliseconds"),
    FIELD_AS(passkey_request, user_verification, "userVerification", A_TEXT),
    FIELD_AS(passkey_request, allowed, "allowCredentials", LIST_OF(passkey_descriptor, descriptor_fields),
             .doc = "Empty: any that the device has for this site"),
    FIELDS_END
};

#define BASE64URL(type, member, name, letters) FIELD_AS(type, member, name, A_TEXT, MAX(letters), .doc = "base64url")

/* Some browsers say more than is needed; of that, nothing is looked at. */
static const field response_fields[] = {
    FIELD_AS(passkey_response, client_data, "clientDataJSON", A_TEXT, REQUIRED, MAX(CLIENT_DATA_LETTERS),
             .doc = "base64url"),
    BASE64URL(passkey_response, attestation, "attestationObject", ATTESTATION_LETTERS),
    BASE64URL(passkey_response, authenticator_data, "authenticatorData", AUTHENTICATOR_DATA_LETTERS),
    BASE64URL(passkey_response, signature, "signature", SIGNATURE_LETTERS),
    BASE64URL(passkey_response, user_handle, "userHandle", USER_HANDLE_LETTERS),
    BASE64URL(passkey_response, public_key, "publicKey", PUBLIC_KEY_LETTERS),
    FIELD_AS(passkey_response, public_key_algorithm, "publicKeyAlgorithm", AN_INTEGER),
    FIELD(passkey_response, transports, TEXTS, MAX(40), .most_items = 20),
    FIELDS_END
};
const field passkey_answer_fields[] = {
    FIELD(passkey_answer, id, A_TEXT, REQUIRED, MIN(1), MAX(CREDENTIAL_ID_LETTERS), .doc = "base64url"),
    BASE64URL(passkey_answer, raw_id, "rawId", CREDENTIAL_ID_LETTERS),
    FIELD(passkey_answer, type, ONE_OF(type_names), REQUIRED),
    FIELD_AS(passkey_answer, attachment, "authenticatorAttachment", A_TEXT, MAX(40)),
    FIELD_AS(passkey_answer, extension_results, "clientExtensionResults", ANY_JSON),
    FIELD(passkey_answer, response, OBJECT_OF(response_fields), REQUIRED),
    FIELDS_END
};

#define TOKEN(type)                                                                                                    \
    FIELD(type, mfa_token, A_SECRET, MAX(100), .doc = "What signing in gave; or send it as the bearer token")

static const field begin_fields[] = {
    TOKEN(passkey_begin),
    FIELD(passkey_begin, password, A_SECRET, MIN(1), MAX(200),
          .doc = "In place of a step-up, when the last proof is older than five minutes"),
    FIELD(passkey_begin, code, A_SECRET, MIN(6), MAX(40), .doc = "With the password, if you have a second factor"),
    FIELDS_END
};
static const field addition_fields[] = {
    TOKEN(passkey_addition),
    FIELD(passkey_addition, name, A_TEXT, REQUIRED, MIN(1), MAX(100), .example = "Blue key on the key ring"),
    FIELD(passkey_addition, credential, OBJECT_OF(passkey_answer_fields), REQUIRED,
          .doc = "What navigator.credentials.create gave, as its toJSON writes it"),
    FIELDS_END
};
static const field row_fields[] = { FIELD(passkey_row, id, A_UUID),
                                    FIELD(passkey_row, name, A_TEXT),
                                    FIELD(passkey_row, backed_up, A_BOOL,
                                          .doc = "Kept by a service as well, such as a password manager"),
                                    FIELD(passkey_row, created_at, AN_INSTANT),
                                    FIELD(passkey_row, last_used_at, MAYBE_INSTANT),
                                    FIELDS_END };
static const field added_fields[] = { FIELD(passkey_added, passkey, OBJECT_OF(row_fields)),
                                      FIELD(passkey_added, first, OBJECT_OF(mfa_enabled_fields), LEFT_OUT,
                                            .doc = "When it is your first second factor: new tokens, recovery codes"),
                                      FIELDS_END };

typedef struct passkey_list {
    item_list items;
} passkey_list;
static const field list_fields[] = { FIELD(passkey_list, items, LIST_OF(passkey_row, row_fields)), FIELDS_END };

typedef struct passkey_naming {
    text name;
} passkey_naming;
static const field naming_fields[] = { FIELD(passkey_naming, name, A_TEXT, REQUIRED, MIN(1), MAX(100)), FIELDS_END };

typedef struct passkey_asking {
    text mfa_token;
} passkey_asking;
static const field asking_fields[] = {
    FIELD(passkey_asking, mfa_token, A_SECRET, MAX(100), .doc = "Of a sign-in that wants its second factor"), FIELDS_END
};
static const field proof_fields[] = { FIELD(passkey_proof, mfa_token, A_SECRET, MAX(100),
                                            .doc = "Of a sign-in that wants its second factor"),
                                      FIELD(passkey_proof, credential, OBJECT_OF(passkey_answer_fields), REQUIRED,
                                            .doc = "What navigator.credentials.get gave, as its toJSON writes it"),
                                      FIELDS_END };

/* ------------------------------------------------------------------ handlers */

static error site_of(request *rq, passkey_site *out)
{
    return passkey_site_of(rq->app, rq->arena, request_header(rq, "Host"), out);
}

static error post_options(request *rq, const void *body, void *reply)
{
    passkey_site site = { 0 };
    passkey_begin in = *(const passkey_begin *)body;
    in.mfa_token = mfa_token_of(rq, in.mfa_token);
    TRY(site_of(rq, &site));
    return passkeys_begin(rq->app, rq->scope, &site, rq->who, &in, reply);
}

static error post_passkey(request *rq, const void *body, void *reply)
{
    passkey_site site = { 0 };
    passkey_added *out = reply;
    passkey_addition in = *(const passkey_addition *)body;
    in.mfa_token = mfa_token_of(rq, in.mfa_token);
    TRY(site_of(rq, &site));
    TRY(passkeys_add(rq->app, rq->scope, &site, rq->who, &in, out));
    if (text_is(out->first.tokens.access_token)) identity_set_cookies(rq, &out->first.tokens);
    return OK;
}

static error get_passkeys(request *rq, const void *body, void *reply)
{
    (void)body;
    passkey_list *out = reply;
    return passkeys_list(rq->scope, rq->who, &out->items);
}

static error patch_passkey(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    const passkey_naming *in = body;
    return passkeys_rename(rq->scope, rq->who, path->id, in->name, reply);
}

static error delete_passkey(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    return passkeys_remove(rq->app, rq->scope, rq->who, path->id);
}

static error post_sign_in_options(request *rq, const void *body, void *reply)
{
    const passkey_asking *in = body;
    passkey_site site = { 0 };
    TRY(site_of(rq, &site));
    return passkeys_ask(rq->scope, &site, in->mfa_token, reply);
}

static error post_sign_in(request *rq, const void *body, void *reply)
{
    passkey_site site = { 0 };
    TRY(site_of(rq, &site));
    TRY(passkeys_sign_in(rq->app, rq->scope, &site, body, reply));
    identity_set_cookies(rq, reply);
    return identity_replace_session(rq);
}

#define UNFINISHED_SCOPE SYSTEM(S1_SIGN_IN, "Who has not finished signing in has no tenant's scope yet")
#define OWN_SCOPE        SYSTEM(S1_SIGN_IN, "Passwords, second factors and sessions are in no tenant's reach")
enum { ANSWER_BYTES = 65536 };

const route passkeys_routes[] = {
    { POST, "/auth/passkeys/options", "Begin to add a passkey", UNFINISHED, UNFINISHED_SCOPE,
      BODY(passkey_begin, begin_fields), REPLY(passkey_creation, creation_fields), .audit = "passkey_setup",
      .rate = RATE_SIGN_IN, .heavy = true, .handle = post_options,
      .description = "The reply is for navigator.credentials.create, as PublicKeyCredential."
                     "parseCreationOptionsFromJSON reads it." },
    { POST, "/auth/passkeys", "Add a passkey", UNFINISHED, UNFINISHED_SCOPE, BODY(passkey_addition, addition_fields),
      REPLY(passkey_added, added_fields), .status = 201, .audit = "passkey_added", .rate = RATE_SIGN_IN,
      .body_limit = ANSWER_BYTES, .handle = post_passkey,
      .description = "Keys of ES256, EdDSA and RS256. An attestation of any format is let in, and none is trusted. "
                     "When it is your first second factor, sessions that began without one end." },
    { GET, "/auth/passkeys", "Your passkeys", SIGNED_IN, TENANT, REPLY(passkey_list, list_fields), .rate = RATE_READ,
      .handle = get_passkeys },
    { PATCH, "/auth/passkeys/{id}", "Rename a passkey", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      BODY(passkey_naming, naming_fields), REPLY(passkey_row, row_fields), .audit = "passkey_renamed",
      .rate = RATE_WRITE, .handle = patch_passkey },
    { DELETE_, "/auth/passkeys/{id}", "Remove a passkey", SIGNED_IN, OWN_SCOPE, PATH(id_path, id_path_fields),
      .audit = "passkey_removed", .rate = RATE_WRITE, .step_up = true, .handle = delete_passkey,
      .description = "Not the last second factor of somebody who must have one." },
    { POST, "/auth/passkeys/sign-in/options", "Begin to sign in with a passkey", PUBLIC, UNFINISHED_SCOPE,
      BODY(passkey_asking, asking_fields), REPLY(passkey_request, passkey_request_fields), .rate = RATE_SIGN_IN,
      .handle = post_sign_in_options,
      .description = "With an mfa_token, the passkeys of this person, after the password. Without, whichever the "
                     "device has; it must make sure who it is, and no password is needed." },
    { POST, "/auth/passkeys/sign-in", "Sign in with a passkey", PUBLIC, UNFINISHED_SCOPE,
      BODY(passkey_proof, proof_fields), REPLY(sign_in, sign_in_fields), .audit = "login", .rate = RATE_SIGN_IN,
      .body_limit = ANSWER_BYTES, .handle = post_sign_in },
    ROUTES_END
};
