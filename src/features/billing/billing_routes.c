#include "crypto/webhook_signature.h"
#include "features/billing/billing.h"

static const field receipt_fields[] = {
    FIELD(billing_receipt, received, A_BOOL),
    FIELD(billing_receipt, outcome, A_TEXT, .doc = "APPLIED, STALE, UNMATCHED, KEPT or DUPLICATE"), FIELDS_END
};

static const char *const plan_names[] = { "STANDARD", "ELEVATED", "CRITICAL", "CUSTOM", NULL };
static const char *const status_names[] = { "TRIAL", "ACTIVE", "PAST_DUE", "CANCELLED", "PAUSED", NULL };

typedef struct billing_view {
    text plan, status;
    maybe_instant period_end, cancel_at;
    item_list invoices;
} billing_view;

static const field invoice_fields[] = { FIELD(invoice, id, A_TEXT),
                                        FIELD(invoice, number, A_TEXT, NULLABLE),
                                        FIELD(invoice, amount_due, AN_INTEGER, .doc = "In the smallest unit (cents)"),
                                        FIELD(invoice, amount_paid, AN_INTEGER),
                                        FIELD(invoice, currency, A_TEXT),
                                        FIELD(invoice, status, A_TEXT),
                                        FIELD(invoice, issued_at, AN_INSTANT),
                                        FIELDS_END };

static const field view_fields[] = {
    FIELD(billing_view, plan, ONE_OF(plan_names), NULLABLE, .doc = "null: none chosen yet"),
    FIELD(billing_view, status, ONE_OF(status_names), NULLABLE),
    FIELD(billing_view, period_end, MAYBE_INSTANT),
    FIELD(billing_view, cancel_at, MAYBE_INSTANT),
    FIELD(billing_view, invoices, LIST_OF(invoice, invoice_fields), .doc = "The newest hundred"),
    FIELDS_END
};

enum { INVOICES_SHOWN = 100 };

static error get_billing(request *rq, const void *body, void *reply)
{
    (void)body;
    billing_view *out = reply;
    bool found;
    subscription current;
    invoice_list invoices;
    TRY(sql_subscription_current(rq->scope, &found, &current));
    TRY(sql_invoices_list(rq->scope, &(sql_invoices_list_in){ .lim = INVOICES_SHOWN }, &invoices));
    if (found)
        *out = (billing_view){ .plan = current.plan,
                               .status = current.status,
                               .period_end = current.period_end,
                               .cancel_at = current.cancel_at };
    out->invoices = (item_list){ invoices.items, invoices.count };
    return OK;
}

static error post_webhook(request *rq, const void *body, void *reply)
{
    (void)body;
    platform *app = rq->app;
    if (app->payment_secrets.count == 0)
        return fail_later(rq->arena, UNAVAILABLE, 3600, "Billing is not configured on this server.");
    TRY(webhook_signature_check(rq->arena, request_header(rq, "Stripe-Signature"), rq->body, &app->payment_secrets,
                                clock_now(&app->clock)));
    return billing_take_event(app, rq->scope, rq->body, reply);
}

const route billing_routes[] = {
    { GET, "/billing", "Plan, payment status and invoices", CAPABILITY("manage_billing"), TENANT,
      REPLY(billing_view, view_fields), .rate = RATE_READ, .handle = get_billing },
    { POST, "/billing/webhook", "Events of the payment provider", WEBHOOK,
      SYSTEM(S5_PAYMENT_WEBHOOK, "The organization is found by its customer id with the provider"), .raw_body = true,
      REPLY(billing_receipt, receipt_fields), .audit = "billing_event", .rate = RATE_PUBLIC, .body_limit = 1000000,
      .body_schema = "{\"type\":\"object\",\"required\":[\"id\",\"type\",\"created\",\"data\"],\"properties\":{"
                     "\"id\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},\"created\":{\"type\":\"integer\"},"
                     "\"data\":{\"type\":\"object\"}}}",
      .description =
          "Signed by `Stripe-Signature`; without a good signature 400. Answered 200 once the event is stored "
          "for good; the same event again changes nothing.",
      .handle = post_webhook },
    ROUTES_END
};
