#include "features/identity/recovery.h"

/* ------------------------------------------------------------------ fields */

#define LINK_TOKEN(type) FIELD(type, token, A_SECRET, REQUIRED, MIN(1), MAX(100), .doc = "Of the link in the letter")

static const field address_fields[] = { FIELD(address_given, email, AN_EMAIL, REQUIRED, MAX(254)), FIELDS_END };
static const field reset_fields[] = { LINK_TOKEN(password_reset),
                                      FIELD(password_reset, password, A_SECRET, REQUIRED, MIN(12), MAX(200),
                                            .doc = "At least 12 characters; not a common one, not the e-mail"),
                                      FIELDS_END };
static const field link_fields[] = { LINK_TOKEN(link_shown), FIELDS_END };
static const field done_fields[] = { FIELD(link_done, email_changed, A_BOOL,
                                           .doc = "The address is another one now; false: it was confirmed"),
                                     FIELDS_END };
static const field change_fields[] = {
    FIELD(email_change, new_email, AN_EMAIL, REQUIRED, MAX(254)),
    FIELD(email_change, password, A_SECRET, REQUIRED, MIN(1), MAX(200)),
    FIELD(email_change, code, A_SECRET, MIN(6), MAX(40), .doc = "If you have a second factor"), FIELDS_END
};
static const field accepted_fields[] = { FIELD(accepted, message, A_TEXT, .doc = "The same for every address"),
                                         FIELDS_END };

/* ------------------------------------------------------------------ handlers */

static error post_forgot(request *rq, const void *body, void *reply)
{
    return recovery_forgot(rq->scope, body, reply);
}

static error post_reset(request *rq, const void *body, void *reply)
{
    (void)reply;
    return recovery_reset(rq->app, rq->scope, body);
}

static error post_resend(request *rq, const void *body, void *reply)
{
    return recovery_resend(rq->scope, body, reply);
}

static error post_verify(request *rq, const void *body, void *reply)
{
    link_done *out = reply;
    TRY(recovery_verify(rq->app, rq->scope, body, out));
    if (out->email_changed) rq->event = "email_changed";
    return OK;
}

static error post_change(request *rq, const void *body, void *reply)
{
    return recovery_change_email(rq->app, rq->scope, rq->who, body, reply);
}

#define LINK_SCOPE SYSTEM(S1_SIGN_IN, "An address or a link of a letter is looked up before an organization is known")
#define OWN_SCOPE  SYSTEM(S1_SIGN_IN, "Passwords and links of letters are in no tenant's reach")

const route recovery_routes[] = {
    { POST, "/auth/forgot-password", "Ask for a link to set a new password", PUBLIC, LINK_SCOPE,
      BODY(address_given, address_fields), REPLY(accepted, accepted_fields), .status = 202,
      .audit = "password_reset_requested", .rate = RATE_SIGN_IN,
      .description = "The answer, and the work until it is given, are the same whether or not the address has an "
                     "account. At most three letters an hour go to one account.",
      .handle = post_forgot },
    { POST, "/auth/reset-password", "Set a new password by the link of a letter", PUBLIC, LINK_SCOPE,
      BODY(password_reset, reset_fields), .audit = "password_changed", .rate = RATE_SIGN_IN, .heavy = true,
      .description = "The link is good once, for 30 minutes; 410 afterwards. All sessions end, a lockout is lifted, a "
                     "second factor stays.",
      .handle = post_reset },
    { POST, "/auth/verify-email", "Confirm an address by the link of a letter", PUBLIC, LINK_SCOPE,
      BODY(link_shown, link_fields), REPLY(link_done, done_fields), .audit = "email_verified", .rate = RATE_SIGN_IN,
      .description = "Of a new account, or of somebody who changes the address. The link is good once, for 24 hours; "
                     "410 afterwards.",
      .handle = post_verify },
    { POST, "/auth/resend-verification", "Ask for another letter to confirm an address", PUBLIC, LINK_SCOPE,
      BODY(address_given, address_fields), REPLY(accepted, accepted_fields), .status = 202,
      .audit = "verification_requested", .rate = RATE_SIGN_IN,
      .description = "The same answer for every address. At most three letters an hour go to one account.",
      .handle = post_resend },
    { POST, "/auth/change-email", "Change your address; a letter to the new one confirms it", SIGNED_IN, OWN_SCOPE,
      BODY(email_change, change_fields), REPLY(accepted, accepted_fields), .status = 202,
      .audit = "email_change_requested", .rate = RATE_SIGN_IN, .heavy = true,
      .description = "The old address is told. The answer is the same when somebody else has the new one.",
      .handle = post_change },
    ROUTES_END
};
