#include "features/identity/step_up.h"

static const char *const step_up_method_names[] = { "totp", "passkey", "recovery_code", "password", NULL };

static const field proof_fields[] = {
    FIELD(step_up_proof, code, A_SECRET, MIN(6), MAX(40), .doc = "Of the authenticator app, or a recovery code"),
    FIELD(step_up_proof, password, A_SECRET, MIN(1), MAX(200), .doc = "If you have no second factor"),
    FIELD(step_up_proof, passkey, OBJECT_OF(passkey_answer_fields), .doc = "If you have a passkey"), FIELDS_END
};
static const field choice_fields[] = {
    FIELD(step_up_choice, methods, TEXTS, .names = step_up_method_names, .doc = "What is taken from you"),
    FIELD(step_up_choice, passkey, OBJECT_OF(passkey_request_fields), LEFT_OUT, .doc = "For navigator.credentials.get"),
    FIELDS_END
};

/* Where passkeys cannot be used the other ways still can. */
static const passkey_site *site_of(request *rq, passkey_site *site)
{
    return passkey_site_of(rq->app, rq->arena, request_header(rq, "Host"), site) ? NULL : site;
}

static error post_options(request *rq, const void *body, void *reply)
{
    (void)body;
    passkey_site site = { 0 };
    return step_up_ask(rq->scope, site_of(rq, &site), rq->who, reply);
}

static error post_step_up(request *rq, const void *body, void *reply)
{
    passkey_site site = { 0 };
    TRY(step_up(rq->app, rq->scope, site_of(rq, &site), rq->who, body, reply));
    identity_set_cookies(rq, reply);
    return OK;
}

#define OWN_SCOPE SYSTEM(S1_SIGN_IN, "Passwords, second factors and sessions are in no tenant's reach")

const route step_up_routes[] = {
    { POST, "/auth/step-up/options", "How you may show that it is you", SIGNED_IN, OWN_SCOPE,
      REPLY(step_up_choice, choice_fields), .rate = RATE_SIGN_IN, .handle = post_options },
    { POST, "/auth/step-up", "Show anew that it is you", SIGNED_IN, OWN_SCOPE, BODY(step_up_proof, proof_fields),
      REPLY(sign_in, sign_in_fields), .audit = "step_up", .rate = RATE_SIGN_IN, .heavy = true, .body_limit = 65536,
      .description = "Needed before what matters most, such as replacing signing keys, when you signed in more than "
                     "five minutes ago. The new tokens take the place of those of this session.",
      .handle = post_step_up },
    ROUTES_END
};
