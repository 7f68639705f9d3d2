#include "features/identity/sessions.h"

#include <strings.h>

/* ------------------------------------------------------------------ fields */

#define TOKEN(type)                                                                                                    \
    FIELD(type, mfa_token, A_SECRET, MAX(100), .doc = "What signing in gave; or send it as the bearer token")
#define CODE .doc = "Six digits of the authenticator app, or a recovery code"

static const field proof_fields[] = { TOKEN(mfa_proof),
                                      FIELD(mfa_proof, code, A_SECRET, REQUIRED, MIN(6), MAX(40), CODE), FIELDS_END };
static const field setup_fields[] = { TOKEN(mfa_setup),
                                      FIELD(mfa_setup, password, A_SECRET, MAX(200),
                                            .doc = "Needed by a session that is older than five minutes"),
                                      FIELD(mfa_setup, code, A_SECRET, MIN(6), MAX(40),
                                            .doc = "With the password, if you have a passkey already: a recovery code"),
                                      FIELDS_END };
static const field secret_fields[] = { FIELD(mfa_secret, secret, A_TEXT, .doc = "Base 32, to be typed into an app"),
                                       FIELD(mfa_secret, otpauth_uri, A_TEXT),
                                       FIELD(mfa_secret, qr_svg, A_TEXT, .doc = "The address as a QR code"),
                                       FIELDS_END };
static const field confirmation_fields[] = { FIELD(mfa_confirmation, password, A_SECRET, REQUIRED, MIN(1), MAX(200)),
                                             FIELD(mfa_confirmation, code, A_SECRET, REQUIRED, MIN(6), MAX(40), CODE),
                                             FIELDS_END };
static const field renewal_fields[] = { FIELD(mfa_confirmation, password, A_SECRET, REQUIRED, MIN(1), MAX(200)),
                                        FIELD(mfa_confirmation, code, A_SECRET, MIN(6), MAX(40),
                                              .doc = "If codes are switched on, or else to stand in for a passkey"),
                                        FIELDS_END };
static const field codes_fields[] = { FIELD(mfa_codes, recovery_codes, TEXTS, .doc = "Shown once; each is good once"),
                                      FIELDS_END };
static const field state_fields[] = { FIELD(mfa_state, enabled, A_BOOL, .doc = "There is one, of whatever kind"),
                                      FIELD(mfa_state, required, A_BOOL, .doc = "A duty of your role or organization"),
                                      FIELD(mfa_state, methods, TEXTS, .names = mfa_method_names,
                                            .doc = "What it may be shown by; none when there is none"),
                                      FIELD(mfa_state, recovery_codes_left, AN_INTEGER), FIELDS_END };

static const field session_fields[] = { FIELD(session_row, id, A_UUID),
                                        FIELD(session_row, began_at, AN_INSTANT),
                                        FIELD(session_row, last_seen_at, AN_INSTANT),
                                        FIELD(session_row, user_agent, A_TEXT, NULLABLE),
                                        FIELD(session_row, ip, A_TEXT, NULLABLE),
                                        FIELD(session_row, is_current, A_BOOL, .doc = "The one that asks"),
                                        FIELDS_END };
static const field session_list_fields[] = { FIELD(session_list, items, LIST_OF(session_row, session_fields)),
                                             FIELDS_END };
static const field over_fields[] = { FIELD(sessions_over, ended, AN_INTEGER, .doc = "Sessions that were ended"),
                                     FIELDS_END };
static const field password_fields[] = {
    FIELD(password_change, current_password, A_SECRET, REQUIRED, MIN(1), MAX(200)),
    FIELD(password_change, new_password, A_SECRET, REQUIRED, MIN(12), MAX(200),
          .doc = "At least 12 characters; not a common one, not the e-mail"),
    FIELD(password_change, code, A_SECRET, MIN(6), MAX(40), .doc = "If you have a second factor"), FIELDS_END
};

/* ------------------------------------------------------------------ handlers */

text mfa_token_of(const request *rq, text in_body)
{
    static const char scheme[] = "Bearer ";
    text sent = request_header(rq, "Authorization");
    if (text_is(in_body) && in_body.length) return in_body;
    if (!text_is(sent) || sent.length <= strlen(scheme) || strncasecmp(sent.data, scheme, strlen(scheme)) != 0)
        return NO_TEXT;
    text token = text_trim((text){ sent.data + strlen(scheme), sent.length - strlen(scheme) });
    return memchr(token.data, '.', token.length) ? NO_TEXT : token;
}

static error post_setup(request *rq, const void *body, void *reply)
{
    mfa_setup in = *(const mfa_setup *)body;
    in.mfa_token = mfa_token_of(rq, in.mfa_token);
    return mfa_set_up(rq->app, rq->scope, rq->who, &in, reply);
}

static error post_enable(request *rq, const void *body, void *reply)
{
    mfa_enabled *out = reply;
    mfa_proof in = *(const mfa_proof *)body;
    in.mfa_token = mfa_token_of(rq, in.mfa_token);
    TRY(mfa_enable(rq->app, rq->scope, rq->who, &in, out));
    identity_set_cookies(rq, &out->tokens);
    return OK;
}

static error post_verify(request *rq, const void *body, void *reply)
{
    mfa_proof in = *(const mfa_proof *)body;
    in.mfa_token = mfa_token_of(rq, in.mfa_token);
    TRY(mfa_verify(rq->app, rq->scope, &in, reply));
    identity_set_cookies(rq, reply);
    return identity_replace_session(rq);
}

static error post_disable(request *rq, const void *body, void *reply)
{
    (void)reply;
    return mfa_disable(rq->app, rq->scope, rq->who, body);
}

static error post_codes(request *rq, const void *body, void *reply)
{
    return mfa_renew_codes(rq->app, rq->scope, rq->who, body, reply);
}

static error get_state(request *rq, const void *body, void *reply)
{
    (void)body;
    return mfa_state_read(rq->scope, rq->who, reply);
}

static error get_sessions(request *rq, const void *body, void *reply)
{
    (void)body;
    return sessions_list(rq->scope, rq->who, reply);
}

static error delete_session(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    return sessions_end_one(rq->scope, rq->who, path->id);
}

static error post_revoke_others(request *rq, const void *body, void *reply)
{
    (void)body;
    return sessions_end_others(rq->scope, rq->who, "ended by its owner", reply);
}

static error post_password(request *rq, const void *body, void *reply)
{
    return identity_change_password(rq->app, rq->scope, rq->who, body, reply);
}

#define UNFINISHED_SCOPE SYSTEM(S1_SIGN_IN, "Who has not finished signing in has no tenant's scope yet")
#define OWN_SCOPE        SYSTEM(S1_SIGN_IN, "Passwords, second factors and sessions are in no tenant's reach")

const route mfa_routes[] = {
    { POST, "/auth/mfa/setup", "Begin to set up a second factor", UNFINISHED, UNFINISHED_SCOPE,
      BODY(mfa_setup, setup_fields), REPLY(mfa_secret, secret_fields), .audit = "mfa_setup", .rate = RATE_SIGN_IN,
      .heavy = true, .handle = post_setup },
    { POST, "/auth/mfa/enable", "Switch it on by a first code", UNFINISHED, UNFINISHED_SCOPE,
      BODY(mfa_proof, proof_fields), REPLY(mfa_enabled, mfa_enabled_fields), .audit = "mfa_enabled",
      .rate = RATE_SIGN_IN, .description = "The recovery codes are shown once. Sessions that began without it end.",
      .handle = post_enable },
    { POST, "/auth/mfa/verify", "Finish signing in by a code", PUBLIC, UNFINISHED_SCOPE, BODY(mfa_proof, proof_fields),
      REPLY(sign_in, sign_in_fields), .audit = "login", .rate = RATE_SIGN_IN, .handle = post_verify },
    { POST, "/auth/mfa/disable", "Switch your second factor off", SIGNED_IN, OWN_SCOPE,
      BODY(mfa_confirmation, confirmation_fields), .audit = "mfa_disabled", .rate = RATE_SIGN_IN, .heavy = true,
      .handle = post_disable },
    { POST, "/auth/recovery-codes", "Make new recovery codes; the old ones end", SIGNED_IN, OWN_SCOPE,
      BODY(mfa_confirmation, renewal_fields), REPLY(mfa_codes, codes_fields), .audit = "recovery_codes_renewed",
      .rate = RATE_SIGN_IN, .heavy = true, .handle = post_codes },
    { GET, "/auth/mfa", "Your second factor", SIGNED_IN, TENANT, REPLY(mfa_state, state_fields), .rate = RATE_READ,
      .handle = get_state },
    { GET, "/auth/sessions", "Where you are signed in", SIGNED_IN, OWN_SCOPE, REPLY(session_list, session_list_fields),
      .rate = RATE_READ, .handle = get_sessions },
    { DELETE_, "/auth/sessions/{id}", "End one of your sessions", SIGNED_IN, OWN_SCOPE, PATH(id_path, id_path_fields),
      .audit = "session_ended", .rate = RATE_WRITE, .step_up = true, .handle = delete_session },
    { POST, "/auth/sessions/revoke-others", "End all your other sessions", SIGNED_IN, OWN_SCOPE,
      REPLY(sessions_over, over_fields), .audit = "sessions_ended", .rate = RATE_WRITE, .step_up = true,
      .handle = post_revoke_others },
    { POST, "/auth/change-password", "Change your password; your other sessions end", SIGNED_IN, OWN_SCOPE,
      BODY(password_change, password_fields), REPLY(sessions_over, over_fields), .audit = "password_changed",
      .rate = RATE_SIGN_IN, .heavy = true, .handle = post_password },
    ROUTES_END
};
